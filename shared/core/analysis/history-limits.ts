/** Which of a Rollout's past runs are deleted. analysis §11. */
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import { parseTimestamp } from '../time.ts';

/** Anything that a Rollout keeps a history of: AnalysisRuns, and Experiments by the same rules. */
export type PastRun = KubernetesObject & { readonly status?: { readonly phase?: string } };

export interface RunHistory<Run extends PastRun> {
  /** Runs that the Rollout owns and that are not current. */
  readonly runs: readonly Run[];
  /** ReplicaSets that the Rollout owns. */
  readonly replicaSets: readonly KubernetesObject[];
  /** `spec.analysis.successfulRunHistoryLimit` */
  readonly successfulLimit?: number | undefined;
  /** `spec.analysis.unsuccessfulRunHistoryLimit` */
  readonly unsuccessfulLimit?: number | undefined;
}

const DEFAULT_LIMIT = 5;

/** Newest first. Runs without a living ReplicaSet go in any phase; of the others only completed ones, beyond the limits. */
export function runsToDelete<Run extends PastRun>(history: RunHistory<Run>): readonly Run[] {
  const living = livingHashes(history.replicaSets);
  let successful = history.successfulLimit ?? DEFAULT_LIMIT;
  let unsuccessful = history.unsuccessfulLimit ?? DEFAULT_LIMIT;
  const surplus = (run: Run): boolean => {
    if (!living.has(run.metadata.labels?.[POD_TEMPLATE_HASH] ?? '')) return true;
    switch (run.status?.phase) {
      case 'Successful':
        return successful-- <= 0;
      case 'Failed':
      case 'Error':
      case 'Inconclusive':
        return unsuccessful-- <= 0;
    }
    return false;
  };
  return newestFirst(history.runs)
    .filter(surplus)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function livingHashes(replicaSets: readonly KubernetesObject[]): ReadonlySet<string> {
  const living = replicaSets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const hashes = living.map(({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH] ?? '');
  return new Set(hashes.filter((hash) => hash !== ''));
}

function newestFirst<Run extends PastRun>(runs: readonly Run[]): readonly Run[] {
  const aged = runs.map((run) => ({ run, at: createdAt(run) }));
  return aged
    .toSorted((a, b) => b.at - a.at || (a.run.metadata.name < b.run.metadata.name ? 1 : -1))
    .map(({ run }) => run);
}

function createdAt({ metadata }: KubernetesObject): number {
  return parseTimestamp(metadata.creationTimestamp) ?? 0;
}
