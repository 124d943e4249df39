/** What each mode of infra/cluster may do, asked of the API server itself, and what it must never be able to do. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { kubectl } from './support/control-plane.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';
import { weirAccount, type Mode } from './support/weir-account.ts';

const facts = sharedControlPlane();
const MODES = ['observe', 'analysis', 'rollouts'] as const;
const users = new Map<Mode, string>();

beforeAll(async () => {
  for (const mode of MODES) users.set(mode, (await weirAccount(facts, mode, 'rbac')).user);
});

/** @param where words of kubectl: a namespace, all of them, a name  */
async function mayDo(mode: Mode, verb: string, resource: string, ...where: readonly string[]): Promise<boolean> {
  return isAllowed(verb, resource, '--as', users.get(mode) ?? '', ...where);
}

async function isAllowed(verb: string, resource: string, ...more: readonly string[]): Promise<boolean> {
  const words = ['auth', 'can-i', verb, resource, ...more];
  const answer = await kubectl(facts, ...words).catch((error: { stdout?: string }) => error.stdout ?? '');
  if (!/^(yes|no)\b/.test(answer)) throw new Error(`kubectl ${words.join(' ')} does not say yes or no: ${answer}`);
  return answer.startsWith('yes');
}

/** In which modes it may. */
async function modesThatMay(verb: string, resource: string, ...where: readonly string[]): Promise<readonly Mode[]> {
  const answers = await Promise.all(MODES.map((mode) => mayDo(mode, verb, resource, ...where)));
  return MODES.filter((_, index) => answers[index]);
}

describe('infra/cluster', () => {
  it.each([
    { verb: 'patch', resource: 'rollouts.argoproj.io/status', modes: ['observe', 'analysis', 'rollouts'] },
    { verb: 'watch', resource: 'rollouts.argoproj.io', modes: ['observe', 'analysis', 'rollouts'] },
    { verb: 'watch', resource: 'replicasets.apps', modes: ['observe', 'analysis', 'rollouts'] },
    { verb: 'create', resource: 'events', modes: ['analysis', 'rollouts'] },
    { verb: 'create', resource: 'jobs.batch', modes: ['analysis', 'rollouts'] },
    { verb: 'get', resource: 'secrets', modes: ['analysis', 'rollouts'] },
    { verb: 'delete', resource: 'analysisruns.argoproj.io', modes: ['analysis', 'rollouts'] },
    { verb: 'create', resource: 'analysisruns.argoproj.io', modes: ['analysis', 'rollouts'] },
    { verb: 'create', resource: 'replicasets.apps', modes: ['rollouts'] },
    { verb: 'delete', resource: 'replicasets.apps', modes: ['rollouts'] },
    { verb: 'patch', resource: 'services', modes: ['rollouts'] },
    { verb: 'delete', resource: 'services', modes: ['rollouts'] },
    { verb: 'create', resource: 'experiments.argoproj.io', modes: ['rollouts'] },
    { verb: 'get', resource: 'deployments.apps', modes: ['rollouts'] },
    { verb: 'patch', resource: 'pods', modes: ['rollouts'] },
    { verb: 'create', resource: 'pods/eviction', modes: ['rollouts'] },
  ])('$verb $resource is for $modes', async ({ verb, resource, modes }) => {
    expect(await modesThatMay(verb, ...spread(resource), '-A')).toEqual(modes);
  });

  it.each([
    { verb: 'list', resource: 'secrets' },
    { verb: 'watch', resource: 'secrets' },
    { verb: 'create', resource: 'secrets' },
    { verb: 'create', resource: 'pods' },
    { verb: 'delete', resource: 'pods' },
    { verb: 'create', resource: 'pods/exec' },
    { verb: 'get', resource: 'pods/log' },
    { verb: 'get', resource: 'services/proxy' },
    { verb: 'create', resource: 'serviceaccounts/token' },
    { verb: 'impersonate', resource: 'users' },
    { verb: 'create', resource: 'rollouts.argoproj.io' },
    { verb: 'delete', resource: 'rollouts.argoproj.io' },
    { verb: 'update', resource: 'rollouts.argoproj.io' },
    { verb: 'deletecollection', resource: 'replicasets.apps' },
    { verb: 'patch', resource: 'analysistemplates.argoproj.io' },
    { verb: 'patch', resource: 'deployments.apps' },
    { verb: 'patch', resource: 'ingresses.networking.k8s.io' },
    { verb: 'create', resource: 'clusterrolebindings.rbac.authorization.k8s.io' },
    { verb: 'bind', resource: 'clusterroles.rbac.authorization.k8s.io' },
    { verb: 'escalate', resource: 'clusterroles.rbac.authorization.k8s.io' },
    { verb: 'get', resource: 'configmaps' },
    { verb: 'get', resource: 'nodes' },
    { verb: 'get', resource: 'namespaces' },
    { verb: 'patch', resource: 'customresourcedefinitions.apiextensions.k8s.io' },
    { verb: 'list', resource: 'leases.coordination.k8s.io' },
    { verb: 'patch', resource: 'leases.coordination.k8s.io' },
    { verb: '*', resource: '*' },
  ])('no mode may $verb $resource in the whole cluster', async ({ verb, resource }) => {
    expect(await modesThatMay(verb, ...spread(resource), '-A')).toEqual([]);
  });

  it("given Argo's Lease, then it can be looked for anywhere, and not touched", async () => {
    const lease = 'leases.coordination.k8s.io/argo-rollouts-controller-lock';
    expect(await modesThatMay('list', lease, '-A')).toEqual(['analysis', 'rollouts']);
    expect(await modesThatMay('patch', lease, '-A')).toEqual([]);
  });

  it('given its own namespace, then it holds its own Lease there and no other', async () => {
    const own = 'weir-rbac-rollouts';
    expect(await modesThatMay('patch', 'leases.coordination.k8s.io/weir-run', '-n', own)).toEqual(['rollouts']);
    expect(await modesThatMay('patch', 'leases.coordination.k8s.io/another', '-n', own)).toEqual([]);
    expect(await modesThatMay('create', 'leases.coordination.k8s.io', '-n', 'default')).toEqual([]);
  });
});

describe('infra/cluster with an instance id', () => {
  it('given what its README says to add, then the two Leases of that instance are reached, and no others', async () => {
    const { user, namespace } = await weirAccount(facts, 'rollouts', 'instance', patchesOfReadme());
    const may = async (verb: string, lease: string, ...where: readonly string[]) =>
      isAllowed(verb, `leases.coordination.k8s.io/${lease}`, '--as', user, ...where);
    expect(await may('list', 'argo-rollouts-controller-lock-blue', '-A')).toBe(true);
    expect(await may('patch', 'argo-rollouts-controller-lock-blue', '-A')).toBe(false);
    expect(await may('list', 'argo-rollouts-controller-lock-green', '-A')).toBe(false);
    expect(await may('patch', 'weir-run-blue', '-n', namespace)).toBe(true);
    expect(await may('patch', 'weir-run-green', '-n', namespace)).toBe(false);
  });
});

describe('the group weir-readers', () => {
  const reader = ['--as', 'somebody', '--as-group', 'weir-readers', '-A'];

  it.each(['rollouts.argoproj.io', 'analysisruns.argoproj.io', 'experiments.argoproj.io', 'replicasets.apps', 'pods'])(
    'gets, lists and watches %s, and changes none',
    async (resource) => {
      for (const verb of ['get', 'list', 'watch']) expect(await isAllowed(verb, resource, ...reader)).toBe(true);
      for (const verb of ['create', 'patch', 'update', 'delete'])
        expect(await isAllowed(verb, resource, ...reader)).toBe(false);
    },
  );

  it.each(['secrets', 'configmaps', 'events', 'leases.coordination.k8s.io', 'analysistemplates.argoproj.io'])(
    'does not see %s',
    async (resource) => {
      for (const verb of ['get', 'list', 'watch']) expect(await isAllowed(verb, resource, ...reader)).toBe(false);
    },
  );

  it('reads what is there, and is refused when it writes', async () => {
    const words = ['--as', 'somebody', '--as-group', 'weir-readers', '-n', 'default'];
    expect(await kubectl(facts, 'get', 'rollouts,analysisruns,services', ...words)).toContain('kubernetes');
    const written = kubectl(facts, 'label', 'service', 'kubernetes', 'a=b', ...words);
    await expect(written).rejects.toThrow('is forbidden');
  });
});

/** The patches of the kustomization in infra/cluster/README.md, as somebody would copy them. */
function patchesOfReadme(): readonly unknown[] {
  const text = readFileSync(new URL('../../infra/cluster/README.md', import.meta.url), 'utf8');
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(text) ?? [];
  return (parse(example) as { readonly patches: readonly unknown[] }).patches;
}

/** `pods/exec` is a resource and its part to kubectl. */
function spread(resource: string): readonly [string, ...string[]] {
  const [whole = '', part] = resource.split('/');
  return part === undefined ? [whole] : [whole, '--subresource', part];
}
