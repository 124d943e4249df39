/** What a run needs to know of the Rollout that made it, from the Rollout's record in history: the one place that has it. */
import { isBakeRun } from '#core/alerts/bake-analysis.ts';
import { namesPodHash } from '#core/analysis/stable-query.ts';
import { ownerOfRun } from '#core/analysis/owner-of-run.ts';
import { usesVariables, type Since } from '#core/analysis/query-variables.ts';
import { sinceOf, type RolloutState } from '#core/history/rollout-state.ts';
import { isCompleted, type AnalysisRun } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { ObjectKey, Ports } from '../ports.ts';

export interface OwnerFacts {
  readonly since?: Since;
  readonly stableHash?: string;
}

/** Read only for runs whose queries depend on it. Empty for a record of another version: then the run's own times count. */
export async function ownerFacts(
  run: AnalysisRun,
  { cluster, namespace }: ObjectKey,
  { history }: Pick<Ports, 'history'>,
): Promise<OwnerFacts> {
  const owner = ownerOfRun(run);
  if (owner?.kind !== 'Rollout' || isCompleted(run.status?.phase)) return {};
  if (!usesVariables(run) && !namesPodHash(run)) return {};
  const record = await history.latest({ cluster, kind: 'Rollout', namespace, name: owner.name });
  const state = record?.state as RolloutState | undefined;
  if (state?.podHash !== run.metadata.labels?.[POD_TEMPLATE_HASH] || state?.uid !== owner.uid) return {};
  const since = sinceOf(state);
  return { ...(isBakeRun(run) ? {} : { stableHash: state.stableHash }), ...(since === undefined ? {} : { since }) };
}
