/** A cluster in trouble in the middle of a release, on a control plane of its own, and what goes when things are deleted. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnalysisRun, CanaryStep, Rollout } from '#core/resources/argo.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import type { KubernetesObject, ObjectMeta, Pod, ReplicaSet } from '#core/resources/kubernetes.ts';
import { startControlPlane, kubeconfigOf, kubectl, shortToken, type ControlPlane } from './support/control-plane.ts';
import { startWeir, type RunningWeir } from './support/controllers.ts';
import { startFaultyProxy, type FaultyProxy } from './support/faulty-proxy.ts';
import { eventually, tail } from './support/processes.ts';
import { newestRelease, Scene } from './support/scene.ts';
import { weirAccount, type WeirAccount } from './support/weir-account.ts';

const STEPS: readonly CanaryStep[] = [
  { setWeight: 34 },
  { pause: { duration: '4s' } },
  { setWeight: 67 },
  { pause: { duration: '4s' } },
];

let controlPlane: ControlPlane;
let account: WeirAccount;
let proxy: FaultyProxy;
let scene: Scene;
let weir: RunningWeir | undefined;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  account = await weirAccount(controlPlane.facts, 'rollouts', 'trouble');
}, 300_000);
afterAll(() => controlPlane.stop());

beforeEach(async () => {
  proxy = await startFaultyProxy(controlPlane.facts);
  scene = await Scene.open(controlPlane.facts, 'trouble');
});
afterEach(async () => {
  await weir?.stop();
  weir = undefined;
  await scene.close();
  await proxy.close();
});

async function givenWeir(kubeconfig = account.kubeconfig): Promise<RunningWeir> {
  weir = await startWeir(controlPlane.facts, {
    controllers: 'analysis,rollouts',
    namespaces: [scene.namespace],
    kubeconfig,
    leaseNamespace: account.namespace,
    config: { clusters: [{ name: 'shop' }] },
  });
  return weir;
}

async function throughTheProxy(): Promise<string> {
  const token = await kubectl(controlPlane.facts, 'create', 'token', account.name, '-n', account.namespace);
  return proxy.kubeconfig({ token: token.trim() });
}

async function givenReleaseAtItsFirstPause(): Promise<void> {
  await scene.givenCanary('web', STEPS);
  await scene.untilPhase('web', 'Healthy');
  await scene.release('web', 'v2');
  await scene.until('web', 'in its first pause', ({ status }) => status?.currentStepIndex === 1);
}

async function thenItIsPromotedStepByStep(running: RunningWeir): Promise<void> {
  const isPromoted = ({ status }: Rollout) =>
    status?.phase === 'Healthy' &&
    status.stableRS === status.currentPodHash &&
    status.currentStepIndex === STEPS.length;
  await scene.until('web', 'promoted', isPromoted, { within: 180_000 });
  const told = await eventually('the history ends', async () => {
    const newest = await newestRelease(running, 'shop', scene.namespace, 'web');
    return newest.release.outcome === 'promoted' ? newest : undefined;
  });
  expect(told.transitions.filter(({ type }) => type === 'promoted')).toHaveLength(1);
  const steps = told.transitions.filter(({ type }) => type === 'step-completed').map(({ message }) => message);
  expect(steps.map((text) => /\d\/4/.exec(text ?? '')?.[0])).toEqual(['1/4', '2/4', '3/4', '4/4']);
}

describe('given a release in its first pause, then it goes on, no step twice and none left out', () => {
  it('when the API server dies and comes again after the pause is over', async () => {
    const running = await givenWeir();
    await givenReleaseAtItsFirstPause();
    await controlPlane.restartApiServer({ downFor: 6_000 });
    await thenItIsPromotedStepByStep(running);
  });

  it('when every watch and request breaks off twice a second', async () => {
    const running = await givenWeir(await throughTheProxy());
    await givenReleaseAtItsFirstPause();
    const cutting = setInterval(() => proxy.cut(), 500);
    await sleep(8_000);
    clearInterval(cutting);
    await thenItIsPromotedStepByStep(running);
  });

  it.each([
    { code: 429, refused: [0, 1, 3, 6] },
    // Without a word when to come again Weir waits ten seconds each time.
    { code: 500, refused: [0, 3] },
  ])(
    'when the API server answers $refused of seven requests with $code',
    async ({ code, refused }) => {
      const running = await givenWeir(await throughTheProxy());
      await givenReleaseAtItsFirstPause();
      let count = 0;
      // Every second one would always be the same of a pass: it reads, then it writes.
      proxy.fault = () => (refused.includes(count++ % 7) ? code : undefined);
      await thenItIsPromotedStepByStep(running);
      expect(proxy.refused()).toBeGreaterThan(3);
    },
    240_000,
  );

  it('when the server has forgotten the place of every watch', async () => {
    const running = await givenWeir(await throughTheProxy());
    await givenReleaseAtItsFirstPause();
    const forgotten = new Set<string>();
    proxy.fault = ({ url }) => {
      const isFirst = url.searchParams.has('watch') && !forgotten.has(url.pathname);
      return isFirst && forgotten.add(url.pathname) ? 410 : undefined;
    };
    proxy.cut();
    await thenItIsPromotedStepByStep(running);
    expect(forgotten.size).toBeGreaterThan(2);
  });

  it('when its token expires and the file holds a new one', async () => {
    const { facts } = controlPlane;
    const tokenFile = join(facts.folder, 'weir-token');
    const identity = { namespace: account.namespace, name: account.name };
    const seconds = 20;
    writeFileSync(tokenFile, await shortToken(facts, identity, seconds));
    const kubeconfig = join(facts.folder, 'short.kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(facts, { tokenFile }));
    const expires = Date.now() + seconds * 1_000;
    const running = await givenWeir(kubeconfig);
    await scene.givenCanary('web', [{ setWeight: 34 }, { pause: {} }]);
    await scene.untilPhase('web', 'Healthy');
    writeFileSync(tokenFile, await shortToken(facts, identity, 600));
    // The API server goes on accepting what it has just verified for ten seconds.
    await sleep(Math.max(0, expires + 12_000 - Date.now()));
    await scene.release('web', 'v2');
    await scene.until('web', 'paused', ({ status }) => status?.phase === 'Paused' && status.currentStepIndex === 1);
    expect(tail(running.logFile)).not.toContain('new credentials were refused too');
  });
});

describe('given a promoted Rollout', () => {
  it('then its spec is as it was applied, and Weir has written nothing but its status and the revision', async () => {
    await givenWeir();
    await scene.givenCanary('web', [{ setWeight: 34 }, { pause: { duration: '1s' } }]);
    await scene.untilPhase('web', 'Healthy');
    await scene.release('web', 'v2');
    const applied = await scene.until('web', 'changed', ({ metadata }) => metadata.generation === 2);
    const { spec, metadata } = await scene.until('web', 'promoted', ({ status }) => {
      return status?.phase === 'Healthy' && status.currentStepIndex === 2 && status.stableRS === status.currentPodHash;
    });
    expect(spec).toEqual(applied.spec);
    expect(metadata.generation).toBe(2);
    const { managedFields = [] } = metadata as ObjectMeta & { managedFields?: readonly ManagedFields[] };
    const isWeirs = ({ manager }: ManagedFields) => manager === 'weir';
    const written = managedFields.filter(isWeirs).map(({ fieldsV1, subresource }) => ({ subresource, fieldsV1 }));
    const revision = 'f:rollout.argoproj.io/revision';
    for (const { subresource, fieldsV1 } of written) {
      if (subresource === 'status') expect(Object.keys(fieldsV1)).toEqual(['f:status']);
      else expect(fieldsV1).toEqual({ 'f:metadata': { 'f:annotations': expect.objectContaining({ [revision]: {} }) } });
    }
    expect(written).toHaveLength(2);
  });

  it('when it is deleted, then its ReplicaSets, pods and AnalysisRuns go with it', async () => {
    await givenWeir();
    await scene.givenCanary('web');
    await scene.untilPhase('web', 'Healthy');
    await kubectl(controlPlane.facts, 'delete', 'rollout', 'web', '-n', scene.namespace);
    await eventually('nothing is left', async () => ((await ownedObjects()).length === 0 ? true : undefined));
  });

  it('when its namespace is deleted, then it goes, and Weir goes on with the others', async () => {
    const running = await givenWeir();
    await scene.givenCanary('web');
    await scene.untilPhase('web', 'Healthy');
    await kubectl(controlPlane.facts, 'delete', 'namespace', scene.namespace, '--timeout=60s');
    running.mustLive();
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
    expect(tail(running.logFile)).not.toMatch(/"level":"ERROR"/);
  });
});

interface ManagedFields {
  readonly manager: string;
  readonly subresource?: string;
  readonly fieldsV1: Readonly<Record<string, unknown>>;
}

async function ownedObjects(): Promise<readonly KubernetesObject[]> {
  const { cluster, namespace } = scene;
  const lists = await Promise.all([
    cluster.list<ReplicaSet>({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace }),
    cluster.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace }),
    cluster.list<AnalysisRun>({ apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace }),
  ]);
  return lists.flatMap(({ items }) => [...(items as readonly KubernetesObject[])]);
}
