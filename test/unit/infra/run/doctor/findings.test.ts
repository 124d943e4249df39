import { describe, expect, it } from '@jest/globals';
import { DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { ClusterConfig } from '#shared/config.ts';
import type { Cluster } from '#shared/ports.ts';
import { checkApiServer, checkClock } from '../../../../../infra/run/doctor/api-server.ts';
import { checkArgoController } from '../../../../../infra/run/doctor/argo-controller.ts';
import { checkKinds, checkPermissions } from '../../../../../infra/run/doctor/kinds.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

function aConfig(config: Partial<ClusterConfig> = {}): ClusterConfig {
  return { name: 'c', controllers: [], namespaces: [], metrics: [], ...config };
}

/** A cluster that answers every list, or fails it. */
function listing(answer: readonly object[] | Error): Pick<Cluster, 'list'> {
  return {
    async list<T extends KubernetesObject>() {
      if (answer instanceof Error) throw answer;
      return { items: answer as unknown as T[], resourceVersion: '1' };
    },
  };
}

function creating(answer: object | Error): Pick<Cluster, 'create'> {
  return {
    async create<T extends KubernetesObject>() {
      if (answer instanceof Error) throw answer;
      return answer as T;
    },
  };
}

describe('the API server', () => {
  it.each([
    { given: 'it answers', answer: { status: { userInfo: { username: 'ana' } } }, state: 'ok', says: /Weir is ana/ },
    { given: 'it is too old to say who asks', answer: new InvalidSpecError('no kind'), state: 'ok', says: /answers/ },
    { given: 'it refuses the credentials', answer: new DeniedError('401'), state: 'fail', says: /401/ },
    { given: 'it does not answer', answer: new TransientError('no answer'), state: 'fail', says: /no answer/ },
  ])('given $given, then it is $state', async ({ answer, state, says }) => {
    expect(await checkApiServer(creating(answer))).toMatchObject({ state, says: expect.stringMatching(says) });
  });

  it.each([
    { given: 'its second, half over', date: NOW, at: NOW + 500, state: 'ok' },
    { given: 'four seconds behind', date: NOW, at: NOW + 4_900, state: 'ok' },
    { given: 'seven seconds behind', date: NOW, at: NOW + 7_000, state: 'fail' },
    { given: 'a minute ahead', date: NOW + 60_000, at: NOW, state: 'fail' },
  ])('given a clock with $given, then it is $state', ({ date, at, state }) => {
    expect(checkClock({ date: new Date(date).toUTCString(), at })).toMatchObject({ state });
  });

  it('given no time of the server, then a person is asked to compare', () => {
    expect(checkClock(undefined)).toMatchObject({ state: 'warn' });
  });
});

describe('kinds and permissions', () => {
  it.each([
    { given: 'all kinds', answer: [], state: 'ok' },
    { given: 'a refusal, which tells that they are there', answer: new DeniedError('403'), state: 'ok' },
    { given: 'none', answer: new InvalidSpecError('no kind'), state: 'fail' },
  ])('given $given, then it is $state', async ({ answer, state }) => {
    expect(await checkKinds(listing(answer), aConfig())).toMatchObject({ state });
  });

  it('given nothing allowed, then each resource is one line with its verbs, and what is partial is no failure', async () => {
    const refusing = creating({ status: { allowed: false } });
    const config = aConfig({ controllers: ['analysis'], namespaces: ['shop'] });
    const found = await checkPermissions(refusing, config, { namespace: 'weir', name: 'weir-run' });
    expect(found).toContainEqual(
      expect.objectContaining({
        state: 'fail',
        says: 'may not get, list, watch, patch rollouts.argoproj.io in namespace shop',
      }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ state: 'warn', says: expect.stringMatching(/get secrets .*secretKeyRef/) }),
    );
  });

  it('given a server that has no access reviews, then that is said', async () => {
    const found = await checkPermissions(creating(new InvalidSpecError('no kind')), aConfig(), {
      namespace: 'weir',
      name: 'weir-run',
    });
    expect(found).toMatchObject([{ state: 'warn' }]);
  });
});

interface ArgoRow {
  readonly given: string;
  readonly deployment?: object;
  readonly controllers: ClusterConfig['controllers'];
  readonly instanceId?: string;
  readonly state: string;
}

function argo(args: readonly string[] = [], replicas = 1, image = 'quay.io/argoproj/argo-rollouts:v1.10.0'): object {
  const containers = [{ image, args }];
  return { metadata: { namespace: 'argo', name: 'ctl' }, spec: { replicas, template: { spec: { containers } } } };
}

const ALL = ['analysis', 'rollouts'] as const;

describe("Argo's controller", () => {
  it.each<ArgoRow>([
    { given: 'none, and Weir only observes', controllers: [], state: 'warn' },
    { given: 'none, and Weir moves Rollouts', controllers: [...ALL], state: 'ok' },
    { given: 'one, and Weir observes', deployment: argo(), controllers: [], state: 'ok' },
    { given: 'one that measures, and so does Weir', deployment: argo(), controllers: ['analysis'], state: 'fail' },
    {
      given: 'one that does not measure',
      deployment: argo(['--analysis-threads', '0']),
      controllers: ['analysis'],
      state: 'ok',
    },
    {
      given: 'one that does not measure, written with =',
      deployment: argo(['--analysis-threads=0']),
      controllers: ['analysis'],
      state: 'ok',
    },
    { given: 'one that moves Rollouts, and so does Weir', deployment: argo(), controllers: [...ALL], state: 'fail' },
    { given: 'one that is scaled to 0', deployment: argo([], 0), controllers: [...ALL], state: 'ok' },
    {
      given: 'its dashboard',
      deployment: argo([], 1, 'quay.io/argoproj/kubectl-argo-rollouts:v1.10.0'),
      controllers: [...ALL],
      state: 'ok',
    },
    {
      given: 'one of another instance',
      deployment: argo(['--instance-id', 'other']),
      controllers: [...ALL],
      instanceId: 'mine',
      state: 'ok',
    },
    {
      given: 'one of the same instance',
      deployment: argo(['--instance-id=mine']),
      controllers: [...ALL],
      instanceId: 'mine',
      state: 'fail',
    },
  ])('given $given, then it is $state', async ({ deployment, controllers, instanceId, state }) => {
    const cluster = listing(deployment === undefined ? [] : [deployment]);
    expect(await checkArgoController(cluster, aConfig({ controllers }), instanceId)).toMatchObject([{ state }]);
  });

  it('given that Deployments may not be listed, then it says how to look', async () => {
    const found = await checkArgoController(listing(new DeniedError('403')), aConfig(), undefined);
    expect(found).toMatchObject([{ state: 'warn', fix: expect.stringContaining('kubectl get deploy') }]);
  });
});
