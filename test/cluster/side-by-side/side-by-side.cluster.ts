/**
 * Conformance, seen from outside: the same manifests and the same hands, once under Argo's own controller and once under Weir, on
 * one API server at the same time; then what the API server said of each is compared.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rollout } from '#core/resources/argo.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { startArgo, startWeir } from '../support/controllers.ts';
import { mustLive, type Server } from '../support/processes.ts';
import { record, type Recording } from '../support/recorder.ts';
import { adminCluster, deleteNamespace, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { weirAccount } from '../support/weir-account.ts';
import { play, type Stage } from './play.ts';
import { startPrometheusStub, type PrometheusStub } from './prometheus-stub.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { summaryOf, type Summary } from './summary.ts';

const PATIENCE_MS = 180_000;
const QUIET_MS = 5_000;

interface Side {
  readonly stage: Stage;
  readonly controller: Server;
}

const facts = sharedControlPlane();
let cluster: KubernetesCluster;
let prometheus: PrometheusStub;
const sides: Side[] = [];
const played = new Map<string, readonly PromiseSettledResult<readonly Rollout[]>[]>();

beforeAll(async () => {
  cluster = adminCluster(facts);
  prometheus = await startPrometheusStub();
  sides.push(await underArgo(), await underWeir());
  await Promise.all(SCENARIOS.map(playOnBothSides));
  await untilQuiet();
}, 600_000);

afterAll(async () => {
  for (const { controller, stage } of sides) {
    await controller.stop();
    await stage.recording.stop();
    await deleteNamespace(facts, stage.namespace);
  }
  cluster.close();
  await prometheus.close();
});

async function underArgo(): Promise<Side> {
  const namespace = await newNamespace(facts, 'argo');
  const controller = await startArgo(facts, { namespace });
  return { controller, stage: await stageIn(namespace, controller) };
}

async function underWeir(): Promise<Side> {
  const namespace = await newNamespace(facts, 'weir');
  const account = await weirAccount(facts, 'rollouts', 'beside');
  const controller = await startWeir(facts, {
    controllers: 'analysis,rollouts',
    namespaces: [namespace],
    kubeconfig: account.kubeconfig,
    leaseNamespace: account.namespace,
    config: { clusters: [{ name: 'test' }], egress: { loopback: [prometheus.host] } },
  });
  return { controller, stage: await stageIn(namespace, controller) };
}

async function stageIn(namespace: string, controller: Server): Promise<Stage> {
  const recording: Recording = await record(cluster, namespace);
  const allMustLive = () => {
    controller.mustLive();
    facts.servers.forEach(mustLive);
  };
  return { cluster, namespace, recording, prometheus, mustLive: allMustLive, patience: PATIENCE_MS };
}

async function playOnBothSides(scenario: Scenario): Promise<void> {
  played.set(scenario.name, await Promise.allSettled(sides.map(({ stage }) => play(scenario, stage))));
}

/** Both write their Events beside their passes, and may be late with them. */
async function untilQuiet(): Promise<void> {
  const said = () => sides.map(({ stage }) => stage.recording.all('Event').length).join();
  for (let before = ''; before !== said(); await sleep(QUIET_MS)) before = said();
}

function summariesOf(name: string): readonly Summary[] {
  return (played.get(name) ?? []).map((outcome, index) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    const { stage } = sides[index] as Side;
    const text = JSON.stringify(summaryOf(stage.recording, name, outcome.value));
    return JSON.parse(text.replaceAll(stage.namespace, '(namespace)')) as Summary;
  });
}

describe.each(SCENARIOS)('given $given ($name)', ({ name }) => {
  it.each<keyof Summary>([
    'phases',
    'steps',
    'pauses',
    'hashes',
    'conditions',
    'sizes',
    'selectors',
    'analysisRuns',
    'events',
    'standing',
    'end',
  ])('then Weir and Argo show the same %s', (part) => {
    const [argo, weir] = summariesOf(name) as [Summary, Summary];
    expect(weir[part]).toEqual(argo[part]);
  });
});
