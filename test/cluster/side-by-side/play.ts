/** Plays one scenario in one namespace. */
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/processes.ts';
import type { Recording } from '../support/recorder.ts';
import type { Act, Scenario } from './scenarios.ts';

export interface Stage {
  readonly cluster: KubernetesCluster;
  readonly namespace: string;
  readonly recording: Recording;
  /** Where the metrics answer. */
  readonly prometheus: string;
  /** How long the controller may take from one move to the next, in ms. */
  readonly patience: number;
}

const LAST_WORDS_MS = 3_000;
/** So long a state must last: in between, annotations of the new revision stand beside the status of the old one. */
const SETTLED_MS = 1_000;

/** @throws Error when the controller does not come to where the next move is made; it says where it stands */
export async function play(scenario: Scenario, stage: Stage): Promise<void> {
  const { name } = scenario;
  for (const object of scenario.objects) await stage.cluster.create(filledIn(object, stage));
  for (const [index, { when, then }] of scenario.moves.entries()) {
    await until(`${name}: move ${index + 1}`, when, name, stage);
    for (const act of then) await perform(act, name, stage);
  }
  await until(`${name}: its end`, scenario.ends, name, stage);
  await sleep(LAST_WORDS_MS);
}

async function until(what: string, holds: (rollout: Rollout) => boolean, name: string, stage: Stage): Promise<void> {
  const { recording, namespace, patience } = stage;
  const latest = () => recording.latest<Rollout>('Rollout', name);
  let since: number | undefined;
  const holdsForAWhile = () => {
    const rollout = latest();
    since = rollout !== undefined && holds(rollout) ? (since ?? Date.now()) : undefined;
    return since !== undefined && Date.now() - since >= SETTLED_MS ? true : undefined;
  };
  try {
    await eventually(what, holdsForAWhile, { within: patience, every: 50 });
  } catch (error) {
    throw new Error(`${what} in ${namespace}: it stands at ${JSON.stringify(latest()?.status)}`, { cause: error });
  }
}

async function perform(act: Act, name: string, stage: Stage): Promise<void> {
  const { cluster, namespace } = stage;
  const ref = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, name };
  if ('wait' in act) return sleep(act.wait * 1_000);
  if ('create' in act) {
    for (const object of act.create) await cluster.create(filledIn(object, stage));
    return;
  }
  if ('patch' in act) {
    await cluster.patch(ref, filledIn(act.patch, stage));
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

function filledIn<T extends NewObject | JsonObject>(object: T, { namespace, prometheus }: Stage): T {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const filled = JSON.parse(
    JSON.stringify(object).replaceAll('{{prometheus}}', prometheus).replaceAll('{{now}}', now),
  ) as T & { metadata?: { namespace?: string } };
  if (filled.metadata !== undefined) filled.metadata.namespace = namespace;
  return filled;
}
