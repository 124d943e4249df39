/** Rollouts: what is read for one, and what its changes mean for others. */
import type { Decision } from '#core/decision.ts';
import type { LatestRecord, ReleaseSummary } from '#core/history/record.ts';
import { observeDeleted, observeRollout, type Observation, type RolloutRecord } from '#core/history/rollout.ts';
import { lentIn, type RolloutState } from '#core/history/rollout-state.ts';
import { ARGO_API_VERSION, type Rollout, type RolloutStatus } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { noteCreateFailure } from '#core/rollout/create-replica-set.ts';
import { lentTo, type LentName } from '#core/rollout/left-behind.ts';
import { decideAndSettle } from '#core/rollout/settle.ts';
import type { RolloutSnapshot } from '#core/rollout/snapshot.ts';
import { earliest, type Instant } from '#core/time.ts';
import type { ObjectKey, Ports, Site } from '../ports.ts';
import { watchBake } from './bake-analysis.ts';
import { remindOfApproval } from './approval-reminder.ts';
import { expireApproval } from './approval-timeout.ts';
import { finishRollback } from './finish-rollback.ts';
import type { Controller } from './reconcile.ts';
import { sameJson, toJson } from './record.ts';
import { readSnapshot } from './rollout-reads.ts';

export const rolloutController: Controller<RolloutSnapshot, RolloutStatus> = {
  kind: 'Rollout',
  decidesIn,
  observe,
  objectOf: ({ rollout }) => rollout,
  decide: decideAndSettle,
  refused: (snapshot, error) =>
    error.object.kind === 'ReplicaSet' ? noteCreateFailure(snapshot, error.message) : undefined,
  compare,
  wakes,
  leaves: (last, request) => recordedLent(last).map((lent) => ({ ...request, ...lent })),
  continues: (decision) => acted(decision),
  waits,
  overdue,
};

async function overdue(saved: KubernetesObject, request: ObjectKey, ports: Ports): Promise<Instant | undefined> {
  await finishRollback(request, saved as Rollout, ports);
  const bake = await watchBake(request, saved as Rollout, ports);
  const reminder = await remindOfApproval(request, saved as Rollout, ports);
  return earliest(bake, reminder, await expireApproval(request, saved as Rollout, ports));
}

function decidesIn(site: Site): boolean {
  return site.controllers.includes('rollouts');
}

async function observe(request: ObjectKey, site: Site, ports: Ports): Promise<RolloutSnapshot | undefined> {
  const ref = { apiVersion: ARGO_API_VERSION, kind: request.kind, namespace: request.namespace, name: request.name };
  const rollout = await site.cluster.get<Rollout>(ref);
  if (rollout === undefined) return undefined;
  return readSnapshot(rollout, site, ports, { onlyTheObject: !decidesIn(site) });
}

function acted(decision: Decision<RolloutStatus>): boolean {
  return decision.actions.length > 0 || decision.status !== undefined;
}

/** Pods, Services and runs come without a timer; a pause or an abort waits for a person. */
function waits(saved: KubernetesObject): boolean {
  const { phase } = (saved as Rollout).status ?? {};
  return phase === 'Progressing' || isScalingDown(saved as Rollout);
}

/** An aborted rollout is Degraded at once, but its pods still go back to stable. */
function isScalingDown({ status }: Rollout): boolean {
  return status?.abort === true && (status.updatedReplicas ?? 0) > 0;
}

/**
 * AnalysisRuns and Experiments that were just made, or asked to stop, are looked at without waiting for a tick; so is what it
 * worked on until now: Services, Ingresses, DestinationRules.
 */
function wakes(
  { actions }: Decision<RolloutStatus>,
  _before: unknown,
  saved: KubernetesObject,
  { cluster, namespace }: ObjectKey,
  last: LatestRecord | undefined,
): readonly ObjectKey[] {
  const runs = actions.flatMap((action): ObjectKey[] => {
    if (action.type === 'delete') return [];
    const { kind, metadata } = action.type === 'create' ? action.object : action.after;
    if (kind !== 'AnalysisRun' && kind !== 'Experiment') return [];
    return [{ cluster, kind, namespace: metadata.namespace, name: metadata.name }];
  });
  const named = lentTo(saved as Rollout);
  const dropped = recordedLent(last).filter(
    ({ kind, name }) => !named.some((lent) => lent.kind === kind && lent.name === name),
  );
  return [...runs, ...dropped.map((lent): ObjectKey => ({ cluster, namespace, ...lent }))];
}

/** What it worked on when it was last recorded. */
function recordedLent(last: LatestRecord | undefined): readonly LentName[] {
  const state = recordOf(last)?.state;
  return state === undefined ? [] : lentIn(state);
}

function compare(
  last: LatestRecord | undefined,
  saved: KubernetesObject | undefined,
  request: ObjectKey,
  now: Instant,
) {
  const known = recordOf(last);
  const seen =
    saved === undefined ? deleted(known, now) : observeRollout(known, saved as Rollout, request.cluster, now);
  if (seen === undefined || unchanged(seen, known)) return undefined;
  const { state, release, transitions } = seen;
  return { state: toJson(state), transitions, ...(release === undefined ? {} : { release, releaseId: release.id }) };
}

function recordOf(last: LatestRecord | undefined): RolloutRecord | undefined {
  return last && { state: last.state as unknown as RolloutState, release: last.release };
}

function deleted(known: RolloutRecord | undefined, now: Instant): Observation | undefined {
  if (known?.release?.outcome !== 'running') return undefined;
  return observeDeleted(known as RolloutRecord & { release: ReleaseSummary }, now);
}

function unchanged(seen: Observation, known: RolloutRecord | undefined): boolean {
  return seen.transitions.length === 0 && sameJson(seen.state, known?.state);
}
