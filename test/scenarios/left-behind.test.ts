/** What a routed canary leaves in an Ingress and a DestinationRule is given back. engine §19, strategies §3.7. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { MANAGED_ALB_ANNOTATIONS, MANAGED_BY, POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { refOf, type KubernetesObject } from '#core/resources/kubernetes.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { ROUTER_DEFINITIONS } from '../support/router-crds.ts';
import { World } from '../support/world.ts';

let world: World;
afterEach(() => world.stop());

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'my-app' }, ports: [{ port: 80 }] },
});
const backend = { service: { name: 'stable', port: { name: 'use-annotation' } } };
const INGRESS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'my-app', annotations: { 'team.dev/owner': 'shop' } },
  spec: { rules: [{ http: { paths: [{ path: '/*', pathType: 'ImplementationSpecific', backend }] } }] },
};
const ISTIO = 'networking.istio.io/v1alpha3';
const toSubset = (subset: string, weight: number) => ({ destination: { host: 'my-app', subset }, weight });
const VIRTUAL_SERVICE = {
  apiVersion: ISTIO,
  kind: 'VirtualService',
  metadata: { name: 'my-app' },
  spec: { hosts: ['my-app'], http: [{ name: 'primary', route: [toSubset('canary', 0), toSubset('stable', 100)] }] },
};
const RULE = {
  apiVersion: ISTIO,
  kind: 'DestinationRule',
  metadata: { name: 'my-app' },
  spec: { host: 'my-app', subsets: ['canary', 'stable'].map((name) => ({ name, labels: { app: 'my-app' } })) },
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
          alb: { ingress: 'my-app', servicePort: 80 },
          istio: {
            virtualService: { name: 'my-app' },
            destinationRule: { name: 'my-app', canarySubsetName: 'canary', stableSubsetName: 'stable' },
          },
        },
        steps: [{ setWeight: 25 }, { pause: {} }],
      },
    },
  },
};

type Rule = KubernetesObject & { readonly spec: typeof RULE.spec };

async function read<T extends KubernetesObject>({ apiVersion, kind }: { apiVersion: string; kind: string }) {
  const found = await world.cluster.get<T>({ apiVersion, kind, namespace: 'default', name: 'my-app' });
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

async function left() {
  const [ingress, rule] = [await read(INGRESS), await read<Rule>(RULE)];
  const { annotations = {} } = ingress.metadata;
  const action = annotations['alb.ingress.kubernetes.io/actions.stable'];
  const groups = JSON.parse(action ?? '{}') as { ForwardConfig?: { TargetGroups?: readonly { Weight: number }[] } };
  return {
    weights: groups.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight),
    noted: annotations[MANAGED_ALB_ANNOTATIONS] !== undefined,
    owner: annotations['team.dev/owner'],
    managed: rule.metadata.annotations?.[MANAGED_BY],
    hashed: rule.spec.subsets.map(({ labels }) => POD_TEMPLATE_HASH in labels),
    apps: rule.spec.subsets.map(({ labels }) => labels.app),
  };
}

const OWN = { owner: 'shop', apps: ['my-app', 'my-app'] };
const TAKEN = { ...OWN, weights: [25, 75], noted: true, managed: 'my-app', hashed: [true, true] };
const GIVEN_BACK = { ...OWN, weights: [100], noted: false, managed: undefined, hashed: [false, false] };

async function givenPausedCanary(): Promise<void> {
  world = new World();
  const others = [service('canary'), service('stable'), INGRESS, VIRTUAL_SERVICE, RULE];
  await world.apply(...ROUTER_DEFINITIONS, ...others, ROLLOUT);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v2');
  await world.until('the pause', async () => (await world.phase()) === 'Paused');
  // Ticks have heard of all that the release changed: what follows is not found by an old event.
  await world.passes(3 * MINUTE);
  expect(await left()).toEqual(TAKEN);
}

describe('given a canary behind an AWS load balancer and Istio', () => {
  it('when its Rollout is deleted, then Ingress and DestinationRule are as if it had never been', async () => {
    await givenPausedCanary();
    await world.cluster.delete(refOf(await world.rollout()));
    await world.passes(MINUTE + 2 * SECOND);
    expect(await left()).toEqual(GIVEN_BACK);
  });

  it('when it is routed no more, then they are given back, and it is released by its pods', async () => {
    await givenPausedCanary();
    const { trafficRouting: _routing, ...canary } = ROLLOUT.spec.strategy.canary;
    await world.edit(({ spec, ...rest }) => ({ ...rest, spec: { ...spec, strategy: { canary } } }));
    await world.passes(MINUTE + 5 * SECOND);
    expect(await left()).toEqual(GIVEN_BACK);
    expect(await world.phase()).toBe('Paused');
  });

  it('when the Rollout stays, then so do they, whatever else happens to them', async () => {
    await givenPausedCanary();
    await world.cluster.patch(refOf(await read(RULE)), { metadata: { labels: { touched: 'yes' } } });
    await world.cluster.patch(refOf(await read(INGRESS)), { metadata: { labels: { touched: 'yes' } } });
    await world.passes(MINUTE + 5 * SECOND);
    expect(await left()).toEqual(TAKEN);
  });

  it('when one that a Rollout left long ago is touched, then it is found and given back', async () => {
    await givenPausedCanary();
    const annotations = { [MANAGED_BY]: 'gone' };
    const subsets = [{ name: 'x', labels: { [POD_TEMPLATE_HASH]: 'abc', app: 'old' } }];
    await world.apply({ ...RULE, metadata: { name: 'old', annotations }, spec: { host: 'old', subsets } });
    await world.passes(MINUTE + 5 * SECOND);
    const old = await world.cluster.get<Rule>({ ...refOf(await read(RULE)), name: 'old' });
    expect(old).toMatchObject({ spec: { subsets: [{ name: 'x', labels: { app: 'old' } }] } });
    expect(old?.spec.subsets[0]?.labels).toEqual({ app: 'old' });
  });
});
