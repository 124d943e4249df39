/**
 * A canary behind each traffic router on a real API server, whose definitions drop what they do not know and fill in defaults:
 * the weights of its steps, an abort, header and mirror routes, and what others have written. As the account of
 * infra/cluster/traffic-routing.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '#core/json.ts';
import type { CanaryStep, Rollout } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { refOf, type KubernetesObject } from '#core/resources/kubernetes.ts';
import { HEADER_ROUTE, type RouterFixture, type Split } from '../../contracts/traffic-router.ts';
import { NAMESPACE } from '../../support/builders.ts';
import { ROUTER_FIXTURES } from '../../support/router-fixtures.ts';
import { canary } from '../side-by-side/scenarios.ts';
import { kubectl } from '../support/control-plane.ts';
import { startWeir, type RunningWeir } from '../support/controllers.ts';
import { eventually } from '../support/processes.ts';
import { Scene } from '../support/scene.ts';
import { sharedControlPlane } from '../support/shared-control-plane.ts';
import { weirAccount } from '../support/weir-account.ts';
import { DEFINITIONS } from './definitions.ts';

const NAME = 'checkout';
const OWNER = { 'example.com/owner': 'somebody' };
const QUIET_MS = 3_000;

/** What somebody else writes in the middle of a release: fields of the router's own kind that no Rollout is about. */
const BY_HAND: Readonly<Record<string, JsonObject>> = {
  'Istio/VirtualService': { gateways: ['mesh'] },
  'Istio/DestinationRule': { exportTo: ['*'] },
  'Nginx/Ingress': { ingressClassName: 'another' },
  'ALB/Ingress': { ingressClassName: 'alb' },
  'Traefik/TraefikService': { weighted: { sticky: { cookie: { name: 'lvl1' } } } },
  'Ambassador/Mapping': { timeout_ms: 4_000 },
  'AppMesh/VirtualRouter': { listeners: [{ portMapping: { port: 8080, protocol: 'http' } }] },
  'AppMesh/VirtualNode': { serviceDiscovery: { dns: { hostname: 'checkout.local' } } },
  'Apisix/ApisixRoute': { ingressClassName: 'apisix' },
  'GatewayAPI/HTTPRoute': { hostnames: ['shop.example.com'] },
};

const facts = sharedControlPlane();
const players = ROUTER_FIXTURES.map((fixture) => {
  const hasSubsets = fixture.rollout.spec.strategy?.canary?.trafficRouting?.istio?.destinationRule !== undefined;
  return { fixture, label: `${fixture.router.type}${hasSubsets ? ' with subsets' : ''}` };
});
const scenes = new Map<RouterFixture, Scene>();
const played = new Map<RouterFixture, PromiseSettledResult<void>>();
let weir: RunningWeir;

beforeAll(async () => {
  await applyDefinitions();
  const account = await weirAccount(facts, 'traffic-routing', 'routing');
  for (const { fixture, label } of players)
    scenes.set(fixture, await Scene.open(facts, `routed-${label.toLowerCase().replaceAll(' ', '-')}`));
  weir = await startWeir(facts, {
    controllers: 'analysis,rollouts',
    namespaces: [...scenes.values()].map(({ namespace }) => namespace),
    kubeconfig: account.kubeconfig,
    leaseNamespace: account.namespace,
    config: { clusters: [{ name: 'shop' }] },
  });
  const all = await Promise.allSettled([...scenes].map(([fixture, scene]) => release(fixture, scene)));
  [...scenes.keys()].forEach((fixture, index) => played.set(fixture, all[index] as PromiseSettledResult<void>));
}, 600_000);

afterAll(async () => {
  await weir.stop();
  for (const scene of scenes.values()) await scene.close();
});

async function applyDefinitions(): Promise<void> {
  const file = join(facts.folder, 'router-definitions.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: DEFINITIONS }));
  await kubectl(facts, 'apply', '--server-side', '-f', file);
  const names = DEFINITIONS.map(({ metadata }) => `crd/${metadata.name}`);
  await kubectl(facts, 'wait', '--for=condition=Established', ...names, '--timeout=120s');
}

/** The whole story of one router. @throws Error of the first thing that is not as it must be */
async function release(fixture: RouterFixture, scene: Scene): Promise<void> {
  const before = await given(fixture, scene);
  await scene.release(NAME, 'v2');
  await untilPausedAtPause(1, fixture, scene, { canary: 20, stable: 80 });
  await expectManagedRoutes(fixture, scene, true);
  await writeByHand(fixture, scene, before);
  await expectNothingIsWritten(fixture, scene);

  await scene.patchStatus(NAME, { abort: true });
  await scene.untilPhase(NAME, 'Degraded');
  await untilSplit(fixture, scene, { canary: 0, stable: 100 });
  await expectManagedRoutes(fixture, scene, false);

  await scene.patchStatus(NAME, { abort: false });
  await untilPausedAtPause(1, fixture, scene, { canary: 20, stable: 80 });
  await scene.patchStatus(NAME, { pauseConditions: null });
  await untilPausedAtPause(2, fixture, scene, { canary: 100, stable: 0 });
  await scene.patchStatus(NAME, { pauseConditions: null });
  await scene.until(NAME, 'promoted', ({ status }) => {
    return status?.phase === 'Healthy' && status.stableRS === status.currentPodHash;
  });
  await untilSplit(fixture, scene, { canary: 0, stable: 100 });
  await expectManagedRoutes(fixture, scene, false);
  await expectTheRestIsAsItWas(fixture, scene, before);
}

/** @returns the objects as the API server keeps them */
async function given(fixture: RouterFixture, scene: Scene): Promise<readonly KubernetesObject[]> {
  await scene.create(...['canary', 'stable', 'shop'].map(service));
  const before: KubernetesObject[] = [];
  for (const object of fixture.objects) {
    const { apiVersion, kind, metadata, ...rest } = inNamespace(object, scene);
    const { name, namespace } = metadata;
    const metadataOfOwner = { name, namespace, annotations: OWNER };
    before.push(await scene.cluster.create({ apiVersion, kind, ...rest, metadata: metadataOfOwner }));
  }
  const { strategy } = inNamespace(fixture.rollout, scene).spec;
  const { steps: _, trafficRouting, ...others } = strategy?.canary ?? {};
  const { managedRoutes, ...routing } = trafficRouting ?? {};
  const more = fixture.headerRoutes === undefined ? routing : { ...routing, managedRoutes };
  await scene.create(canary(NAME, stepsOf(fixture), { ...others, trafficRouting: more } as never));
  await scene.untilPhase(NAME, 'Healthy');
  await untilSplit(fixture, scene, { canary: 0, stable: 100 });
  return before;
}

function inNamespace<T extends KubernetesObject>(object: T, { namespace }: Scene): T {
  return JSON.parse(JSON.stringify(object).replaceAll(`"namespace":"${NAMESPACE}"`, `"namespace":"${namespace}"`)) as T;
}

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: '' },
  spec: { selector: { app: NAME }, ports: [{ port: 80 }] },
});

function stepsOf({ router, headerRoutes }: RouterFixture): readonly CanaryStep[] {
  const header: CanaryStep = { setHeaderRoute: HEADER_ROUTE };
  const mirror: CanaryStep = {
    setMirrorRoute: { name: 'shadow', percentage: 30, match: [{ method: { exact: 'GET' } }] },
  };
  return [
    { setWeight: 20 },
    ...(headerRoutes === undefined ? [] : [header]),
    ...(router.type === 'Istio' && headerRoutes !== undefined ? [mirror] : []),
    { pause: {} },
    { setWeight: 100 },
    { pause: {} },
  ];
}

/** @param which of the two pauses */
async function untilPausedAtPause(which: 1 | 2, fixture: RouterFixture, scene: Scene, wanted: Split): Promise<void> {
  const pauses = [...stepsOf(fixture).entries()].filter(([, step]) => step.pause !== undefined);
  const [index] = pauses[which - 1] ?? [];
  await scene.until(NAME, `in its pause number ${which}`, ({ metadata, status }: Rollout) => {
    const isObserved = status?.observedGeneration === String(metadata.generation);
    return isObserved && status?.phase === 'Paused' && status.currentStepIndex === index;
  });
  expect(fixture.split(await objectsNow(fixture, scene))).toMatchObject(wanted);
}

async function untilSplit(fixture: RouterFixture, scene: Scene, wanted: Split): Promise<void> {
  let last: Split | undefined;
  const isThere = async () => {
    last = fixture.split(await objectsNow(fixture, scene));
    return last === undefined || (last.canary === wanted.canary && last.stable === wanted.stable) ? true : undefined;
  };
  await eventually('the weights', isThere).catch((error: unknown) => {
    throw new Error(`${fixture.router.type} splits ${JSON.stringify(last)}`, { cause: error });
  });
}

async function expectManagedRoutes(fixture: RouterFixture, scene: Scene, areThere: boolean): Promise<void> {
  if (fixture.headerRoutes === undefined) return;
  const names = fixture.headerRoutes(await objectsNow(fixture, scene));
  const wanted = fixture.router.type === 'Istio' ? ['beta', 'shadow'] : ['beta'];
  expect([...names].toSorted()).toEqual(areThere ? wanted : []);
}

/** All objects of the kinds that the router knows, also those that Weir has made. */
async function objectsNow({ objects, router }: RouterFixture, scene: Scene): Promise<readonly KubernetesObject[]> {
  const made = [
    { apiVersion: 'split.smi-spec.io/v1alpha1', kind: 'TrafficSplit' },
    { apiVersion: 'v1', kind: 'ConfigMap' },
  ];
  const kinds = new Map(
    [...objects, ...made].map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  const lists = await Promise.all(
    [...kinds.values()].map((kind) => scene.cluster.list({ ...kind, namespace: scene.namespace })),
  );
  const found = lists.flatMap(({ items }) => items);
  if (found.length === 0) throw new Error(`${router.type} has no objects`);
  return found;
}

const handOf = ({ router }: RouterFixture, { kind }: KubernetesObject): JsonObject | undefined =>
  BY_HAND[`${router.type}/${kind}`];

async function writeByHand(fixture: RouterFixture, scene: Scene, before: readonly KubernetesObject[]): Promise<void> {
  for (const object of before) {
    const spec = handOf(fixture, object);
    if (spec !== undefined) await scene.cluster.patch(refOf(object), { metadata: { labels: OWNER }, spec });
  }
}

/** Neither its own writes nor defaults that the API server fills in make it write again. */
async function expectNothingIsWritten(fixture: RouterFixture, scene: Scene): Promise<void> {
  const versions = async () =>
    (await objectsNow(fixture, scene)).map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
  await sleep(QUIET_MS);
  const first = await versions();
  await sleep(QUIET_MS);
  expect(await versions()).toEqual(first);
}

async function expectTheRestIsAsItWas(
  fixture: RouterFixture,
  scene: Scene,
  before: readonly KubernetesObject[],
): Promise<void> {
  for (const object of before) {
    const after = await scene.cluster.get<KubernetesObject & { readonly spec: object }>(refOf(object));
    expect(after?.metadata.annotations).toMatchObject(OWNER);
    const byHand = handOf(fixture, object);
    if (byHand !== undefined) expect(after?.spec).toMatchObject(byHand);
    const own = Object.keys(byHand ?? {});
    expect(withoutRouting(after, own)).toEqual(withoutRouting(object as typeof after, own));
  }
}

/** Neither weights nor hashes, nor what somebody has written by hand. */
function withoutRouting(object: { readonly spec: object } | undefined, byHand: readonly string[]): unknown {
  return withoutMembers(object?.spec, [...byHand, 'weight', POD_TEMPLATE_HASH]);
}

function withoutMembers(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutMembers(item, names));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(([name]) => !names.includes(name))
    .map(([name, member]) => [name, withoutMembers(member, names)] as const);
  return Object.fromEntries(members.filter(([, member]) => JSON.stringify(member) !== '{}'));
}

describe.each(players)('given a canary behind $label', ({ fixture }) => {
  it('when it is released, aborted, tried again and promoted, then the traffic follows, and what is not about it stays', () => {
    const outcome = played.get(fixture);
    if (outcome?.status === 'rejected') throw outcome.reason;
  });
});
