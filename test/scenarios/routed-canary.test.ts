import { afterEach, describe, expect, it } from '@jest/globals';
import { diffMerge } from '#core/merge-patch.ts';
import { refOf, type KubernetesObject } from '#core/resources/kubernetes.ts';
import { MINUTE } from '#core/time.ts';
import { aDefinition, ROUTER_DEFINITIONS } from '../support/router-crds.ts';
import { splitRoute } from '../support/routers.ts';
import { World } from '../support/world.ts';

let world: World;
afterEach(() => world.stop());

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'my-app' }, ports: [{ port: 80 }] },
});

const VIRTUAL_SERVICE = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'VirtualService',
  metadata: { name: 'my-app' },
  spec: { hosts: ['my-app'], http: [splitRoute('primary')] },
};

const INGRESS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'my-app' },
  spec: {
    rules: [
      {
        host: 'my-app.example.com',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'stable', port: { number: 80 } } } }],
        },
      },
    ],
  },
};

const ROLLOUT = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'my-app' },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'my-app' } },
    template: {
      metadata: { labels: { app: 'my-app' } },
      spec: { containers: [{ name: 'my-app', image: 'my-app:v1' }] },
    },
    strategy: {
      canary: {
        canaryService: 'canary',
        stableService: 'stable',
        trafficRouting: {
          istio: { virtualService: { name: 'my-app', routes: ['primary'] } },
          nginx: { stableIngress: 'my-app' },
        },
        steps: [{ setWeight: 25 }, { pause: {} }],
      },
    },
  },
};

type WithSpec = KubernetesObject & { readonly spec: { readonly http: readonly object[] } };

async function read<T extends KubernetesObject>(
  object: typeof VIRTUAL_SERVICE | typeof INGRESS,
  name = 'my-app',
): Promise<T> {
  const { apiVersion, kind } = object;
  const found = await world.cluster.get<T>({ apiVersion, kind, namespace: 'default', name });
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

const weights = async () => (await read<WithSpec>(VIRTUAL_SERVICE)).spec.http;
const canaryWeight = async () =>
  (await read(INGRESS, 'my-app-my-app-canary')).metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'];

async function givenPausedCanary(): Promise<void> {
  world = new World();
  await world.apply(...ROUTER_DEFINITIONS, service('canary'), service('stable'), VIRTUAL_SERVICE, INGRESS, ROLLOUT);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v2');
  await world.until('the pause', async () => (await world.phase()) === 'Paused');
}

describe('given a cluster that serves a later version of Istio alone', () => {
  it('when a canary is released, then its VirtualService is found, routed, and set right when somebody edits it', async () => {
    world = new World();
    const later = { ...VIRTUAL_SERVICE, apiVersion: 'networking.istio.io/v1' };
    const definition = aDefinition('networking.istio.io/v1', 'VirtualService');
    await world.apply(definition, service('canary'), service('stable'), later, INGRESS, ROLLOUT);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.setImage('my-app:v2');
    await world.until('the pause', async () => (await world.phase()) === 'Paused');
    expect(await weights()).toEqual([splitRoute('primary', 25)]);
    await world.passes(3 * MINUTE);
    const edited = await read<WithSpec>(VIRTUAL_SERVICE);
    expect(edited.apiVersion).toBe('networking.istio.io/v1');
    const after = { ...edited, spec: { ...edited.spec, http: [splitRoute('primary', 99)] } };
    await world.cluster.patch(refOf(edited), diffMerge(edited, after));
    await world.passes(MINUTE + 5_000);
    expect(await weights()).toEqual([splitRoute('primary', 25)]);
  });
});

describe('given a canary behind Istio and NGINX at once', () => {
  it('when it is released, then both are told the same, and stable has all its pods', async () => {
    await givenPausedCanary();
    expect(await weights()).toEqual([splitRoute('primary', 25)]);
    expect(await canaryWeight()).toBe('25');
    expect(await world.podCounts()).toEqual({ canary: 1, stable: 4 });
    await world.order('promote');
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
    await world.passes(MINUTE);
    expect(await weights()).toEqual([splitRoute('primary')]);
    expect(await canaryWeight()).toBe('0');
    expect((await world.releases())[0]).toMatchObject({ outcome: 'promoted' });
  });

  it('when somebody edits the VirtualService by hand, then that is noticed with the next tick and set right', async () => {
    await givenPausedCanary();
    const before = await read<WithSpec>(VIRTUAL_SERVICE);
    const own = { name: 'own', route: [{ destination: { host: 'elsewhere' } }] };
    const after = { ...before, spec: { ...before.spec, http: [splitRoute('primary', 99), own] } };
    await world.cluster.patch(refOf(before), diffMerge(before, after));
    await world.passes(2 * MINUTE);
    expect(await weights()).toEqual([splitRoute('primary', 25), own]);
  });

  it('when the VirtualService is deleted, then the condition names it, and once it is back the weight is there again', async () => {
    await givenPausedCanary();
    const before = await read<WithSpec>(VIRTUAL_SERVICE);
    await world.cluster.delete(refOf(before));
    await world.passes(2 * MINUTE);
    const { conditions } = (await world.rollout()).status ?? {};
    const invalid = conditions?.find(({ type }) => type === 'InvalidSpec')?.message;
    expect(invalid).toContain('virtualservices.networking.istio.io "my-app" not found');
    await world.apply(VIRTUAL_SERVICE);
    await world.passes(2 * MINUTE);
    expect(await weights()).toEqual([splitRoute('primary', 25)]);
    expect(await world.phase()).toBe('Paused');
  });

  it('when nothing happens for an hour, then nothing is written', async () => {
    await givenPausedCanary();
    await world.passes(5 * MINUTE);
    const before = world.store.resourceVersion;
    await world.passes(60 * MINUTE);
    expect(world.store.resourceVersion).toBe(before);
  });
});
