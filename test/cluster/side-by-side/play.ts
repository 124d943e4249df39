/** Plays one scenario in one namespace. */
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, ServerEnded } from '../support/processes.ts';
import type { Recording } from '../support/recorder.ts';
import type { PrometheusStub } from './prometheus-stub.ts';
import type { Act, Move, Scenario } from './scenarios.ts';

export interface Stage {
  readonly cluster: KubernetesCluster;
  readonly namespace: string;
  readonly recording: Recording;
  /** Where the metrics answer. */
  readonly prometheus: PrometheusStub;
  /** @throws Error when there is nobody left to wait for  */
  readonly mustLive: () => void;
  /** How long the controller may take from one move to the next, in ms. */
  readonly patience: number;
}

const LAST_WORDS_MS = 3_000;
/** So long nothing must change: in between, annotations of the new revision stand beside the status of the old one. */
const SETTLED_MS = 1_000;

/**
 * @returns the Rollout as it stood at each move and at the end
 * @throws Error when the controller does not come to where the next move is made; it says where it stands
 */
export async function play(scenario: Scenario, stage: Stage): Promise<readonly Rollout[]> {
  const { name } = scenario;
  const stood: Rollout[] = [];
  for (const object of scenario.objects) await stage.cluster.create(filledIn(object, stage));
  for (const [index, { when, then }] of scenario.moves.entries()) {
    stood.push(await until(`${name}: move ${index + 1}`, when, name, stage));
    for (const act of then) await perform(filledIn(act, stage), name, stage);
  }
  stood.push(await until(`${name}: its end`, scenario.ends, name, stage));
  await sleep(LAST_WORDS_MS);
  return stood;
}

async function until(what: string, holds: Move['when'], name: string, stage: Stage): Promise<Rollout> {
  const { recording, namespace, patience } = stage;
  const latest = () => recording.latest<Rollout>('Rollout', name);
  let since = Date.now();
  let before = '';
  const standsStill = () => {
    stage.mustLive();
    const rollout = latest();
    const now = rollout !== undefined && holds(rollout, recording) ? versionsOf(name, recording) : '';
    if (now !== before) since = Date.now();
    before = now;
    return now !== '' && Date.now() - since >= SETTLED_MS ? rollout : undefined;
  };
  try {
    return await eventually(what, standsStill, { within: patience, every: 100 });
  } catch (error) {
    if (error instanceof ServerEnded) throw error;
    throw new Error(`${what} in ${namespace}: it stands at ${JSON.stringify(latest()?.status)}`, { cause: error });
  }
}

/** What changes whenever the Rollout or one of its ReplicaSets does. */
function versionsOf(name: string, recording: Recording): string {
  const replicaSets = recording.all('ReplicaSet').filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
  return [recording.of('Rollout', name).length, replicaSets.length].join();
}

async function perform(act: Act, name: string, stage: Stage): Promise<void> {
  const { cluster, namespace } = stage;
  const ref = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, name };
  if ('wait' in act) return sleep(act.wait * 1_000);
  if ('metric' in act) return stage.prometheus.answer(act.metric, act.answers);
  if ('create' in act) {
    for (const object of act.create) await cluster.create(object);
    return;
  }
  if ('patch' in act) {
    await cluster.patch(ref, act.patch);
    return;
  }
  const rollout = await cluster.get<Rollout>(ref);
  if (rollout === undefined) throw new Error(`${name} is gone`);
  await cluster.patchStatus(rollout, mergedStatus(rollout, act.patchStatus), { guarded: false });
}

/** Only what is patched is said, whatever else the controller writes meanwhile. */
function mergedStatus({ status }: Rollout, patch: JsonObject): object {
  const merged: Record<string, unknown> = { ...status };
  for (const [member, value] of Object.entries(patch)) {
    if (value === null) delete merged[member];
    else merged[member] = value;
  }
  return merged;
}

function filledIn<T extends NewObject | Act>(what: T, { namespace, prometheus }: Stage): T {
  const words: Readonly<Record<string, string>> = {
    '{{prometheus}}': `http://${prometheus.host}`,
    '{{now}}': `${new Date().toISOString().slice(0, 19)}Z`,
    '{{namespace}}': namespace,
  };
  return JSON.parse(JSON.stringify(what).replaceAll(/\{\{\w+\}\}/g, (word) => words[word] ?? word)) as T;
}
