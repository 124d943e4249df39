/** Weir beside Argo's own controller: observing it, executing its AnalysisRuns, and taking a cluster over from it and back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnalysisRun } from '#core/resources/argo.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import { analysisTemplate } from './side-by-side/scenarios.ts';
import { startPrometheusStub, type PrometheusStub } from './side-by-side/prometheus-stub.ts';
import {
  launchWeir,
  startArgo,
  startWeir,
  type ArgoOptions,
  type RunningWeir,
  type WeirOptions,
} from './support/controllers.ts';
import { eventually, tail, type Server } from './support/processes.ts';
import { newestRelease, order, Scene } from './support/scene.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';
import { weirAccount, type Mode, type WeirAccount } from './support/weir-account.ts';

interface WithManagers {
  readonly managedFields?: readonly { readonly manager: string; readonly fieldsV1: object }[];
}

/** Argo does not give its Lease back when it is stopped: nobody may take it as gone before that. */
const LEASE_LASTS_MS = 16_000;

const facts = sharedControlPlane();
const accounts = new Map<Mode, WeirAccount>();
let prometheus: PrometheusStub;
let scene: Scene;
const running: Server[] = [];

beforeAll(async () => {
  prometheus = await startPrometheusStub();
  for (const mode of ['observe', 'analysis', 'rollouts'] as const)
    accounts.set(mode, await weirAccount(facts, mode, 'argo'));
});
afterAll(() => prometheus.close());

afterEach(async () => {
  for (const server of running.splice(0).toReversed()) await server.stop();
  await scene.close();
});

async function givenArgo(options: Partial<ArgoOptions> = {}): Promise<Server> {
  const argo = await startArgo(facts, { namespace: scene.namespace, ...options });
  running.push(argo);
  return argo;
}

function weirOptions(mode: Mode): WeirOptions {
  const account = accounts.get(mode);
  if (account === undefined) throw new Error(`no account for ${mode}`);
  return {
    controllers: mode === 'rollouts' ? 'analysis,rollouts' : mode,
    namespaces: [scene.namespace],
    kubeconfig: account.kubeconfig,
    leaseNamespace: account.namespace,
    config: { clusters: [{ name: 'shop' }], egress: { loopback: [prometheus.host] } },
  };
}

async function givenWeir(mode: Mode, more: Partial<WeirOptions> = {}): Promise<RunningWeir> {
  const weir = await startWeir(facts, { ...weirOptions(mode), ...more });
  running.push(weir);
  return weir;
}

async function stop(server: Server): Promise<void> {
  running.splice(running.indexOf(server), 1);
  await server.stop();
}

const metric = (name: string, value: string, more: object = {}): NewObject => {
  const text = JSON.stringify(analysisTemplate(name, value, more));
  return JSON.parse(text.replaceAll('{{prometheus}}', `http://${prometheus.host}`)) as NewObject;
};

const untilPausedAt = (name: string, step: number) =>
  scene.until(name, `paused at step ${step}`, ({ metadata, status }) => {
    const isObserved = status?.observedGeneration === String(metadata.generation);
    return isObserved && status?.phase === 'Paused' && status.currentStepIndex === step;
  });

const untilPromoted = (name: string) =>
  scene.until(name, 'promoted', ({ status }) => {
    return status?.phase === 'Healthy' && status.stableRS === status.currentPodHash && (status.replicas ?? 0) === 3;
  });

describe('observe: Argo moves Rollouts', () => {
  it("given orders to Weir, then Argo's Rollout follows them, and the history is whole", async () => {
    scene = await Scene.open(facts, 'observe');
    await givenArgo();
    await scene.givenCanary('web', [{ setWeight: 34 }, { pause: {} }, { setWeight: 67 }, { pause: {} }]);
    await scene.untilPhase('web', 'Healthy');
    const weir = await givenWeir('observe');

    await scene.release('web', 'v2');
    await untilPausedAt('web', 1);
    expect(await order(weir, `promote ${scene.namespace}/web`)).toMatchObject({ state: 'applied' });
    await untilPausedAt('web', 3);
    expect(await order(weir, `abort ${scene.namespace}/web too slow`)).toMatchObject({ state: 'applied' });
    await scene.untilPhase('web', 'Degraded');
    expect(await order(weir, `retry ${scene.namespace}/web`)).toMatchObject({ state: 'applied' });
    await untilPausedAt('web', 1);
    expect(await order(weir, `promote ${scene.namespace}/web --full`)).toMatchObject({ state: 'applied' });
    await untilPromoted('web');

    const told = await eventually('the history ends', async () => {
      const newest = await newestRelease(weir, 'shop', scene.namespace, 'web');
      return newest.release.outcome === 'promoted' ? newest : undefined;
    });
    expect(told.transitions.map(({ type }) => type)).toEqual(expect.arrayContaining(['paused', 'aborted', 'promoted']));
    expect(told.orders.map((one) => one.state)).toEqual(['applied', 'applied', 'applied', 'applied']);
  });
});

describe('analysis: Argo runs with --analysis-threads 0 and Weir executes its AnalysisRuns', () => {
  it('given a good and a bad metric, then one release is promoted and the other aborted, by Argo', async () => {
    scene = await Scene.open(facts, 'analysis');
    await givenArgo({ flags: ['--analysis-threads=0'] });
    await givenWeir('analysis');
    await scene.create(metric('good', 'good', { count: 3, interval: '1s' }), metric('bad', 'bad'));
    for (const name of ['good', 'bad']) {
      await scene.givenCanary(`with-${name}`, [
        { setWeight: 34 },
        { analysis: { templates: [{ templateName: name }] } },
      ]);
      await scene.untilPhase(`with-${name}`, 'Healthy');
      await scene.release(`with-${name}`, 'v2');
    }
    await untilPromoted('with-good');
    const aborted = await scene.untilPhase('with-bad', 'Degraded');
    expect(aborted.status?.message).toContain('Metric "quality" assessed Failed due to failed (1) > failureLimit (0)');
    const writers = scene.recording
      .all<AnalysisRun>('AnalysisRun')
      .flatMap(({ metadata }) => (metadata as WithManagers).managedFields ?? [])
      .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('f:metricResults'));
    expect([...new Set(writers.map(({ manager }) => manager))]).toEqual(['weir']);
  });
});

describe('handing a cluster over in the middle of releases', () => {
  it('given a canary in a pause and one in its analysis, then Weir goes on where Argo was, and no pod restarts', async () => {
    scene = await Scene.open(facts, 'handover');
    const argo = await givenArgo({ withLease: true });
    await scene.create(metric('long', 'good', { count: 8, interval: '1s' }));
    await scene.givenCanary('paused');
    await scene.givenCanary('measured', [{ setWeight: 34 }, { analysis: { templates: [{ templateName: 'long' }] } }]);
    for (const name of ['paused', 'measured']) await scene.untilPhase(name, 'Healthy');
    for (const name of ['paused', 'measured']) await scene.release(name, 'v2');
    await untilPausedAt('paused', 1);
    await scene.until('measured', 'at its analysis', ({ status }) => status?.currentStepIndex === 1);
    await stop(argo);
    await sleep(LEASE_LASTS_MS);
    const before = { paused: await scene.pods('paused'), measured: scene.rollout('measured')?.status };

    const weir = await givenWeir('rollouts');
    await untilPromoted('measured');
    expect(await scene.pods('paused')).toEqual(before.paused);
    expect(scene.rollout('paused')?.status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    expect(scene.rollout('measured')?.status?.currentPodHash).toBe(before.measured?.currentPodHash);

    await stop(weir);
    await givenArgo({ withLease: true });
    await scene.patchStatus('paused', { pauseConditions: null });
    const promoted = await untilPromoted('paused');
    const canary = [...before.paused].find(([, name]) => name.includes(promoted.status?.currentPodHash ?? ''));
    expect((await scene.pods('paused')).get(canary?.[0] ?? '')).toBe(canary?.[1]);
  });

  it("given Argo's Lease is alive, then weir run in rollouts mode says so and does not start", async () => {
    scene = await Scene.open(facts, 'alive');
    await givenArgo({ withLease: true });
    const { server } = launchWeir(facts, weirOptions('rollouts'));
    running.push(server);
    await expect(
      eventually('weir run ends', () => {
        server.mustLive();
        return undefined;
      }),
    ).rejects.toThrow('has ended (5)');
    expect(tail(server.logFile)).toContain('Another Rollout controller is at work here');
    expect(tail(server.logFile)).toContain('Scale it to 0 first');
  });
});
