/** What Weir makes of the examples that need no time and no metrics, in the form of their outcomes. */
import { dryRunMetrics } from '#core/analysis/dry-run.ts';
import { runsToDelete, type PastRun } from '#core/analysis/history-limits.ts';
import { mergeTemplates } from '#core/analysis/merge-templates.ts';
import { retentionLimits } from '#core/analysis/retention.ts';
import { rolloutArguments } from '#core/analysis/rollout-arguments.ts';
import { resolveMetric } from '#core/analysis/substitute.ts';
import { metricsProblem } from '#core/analysis/validate.ts';
import { InvalidSpecError } from '#core/errors.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import { EPOCH } from './comparable.ts';
import type { GcExample, MergeExample, ResolveExample, RolloutArgsExample, ValidateExample } from './examples.ts';

export function mergeOutcome(example: MergeExample): object {
  return orError(() => ({ spec: mergeTemplates(example, example) }));
}

export function validateOutcome({ metrics, dryRun = [], measurementRetention = [] }: ValidateExample): object {
  const error = metricsProblem(metrics);
  if (error !== undefined) return { error };
  return orError(() => ({
    ok: true,
    dryRun: Object.fromEntries([...dryRunMetrics(dryRun, metrics)].map((name) => [name, true])),
    measurementRetention: Object.fromEntries(retentionLimits(measurementRetention, metrics)),
  }));
}

/** The outcome with the limits that its rules come to. */
export function validateExpected({ outcome }: ValidateExample): object {
  const rules = Object.entries(outcome.measurementRetention ?? {});
  const limits = rules.map(([name, rule]) => [name, typeof rule === 'number' ? rule : rule.limit] as const);
  const kept = limits.map(([name, limit]) => [name, limit > 0 ? limit : 10] as const);
  return { ...outcome, measurementRetention: Object.fromEntries(kept) };
}

export function resolveOutcome({ metric, args }: ResolveExample): object {
  return orError(() => ({ metric: resolveMetric(metric, args) }));
}

export function rolloutArgsOutcome(example: RolloutArgsExample): object {
  return rolloutArguments(example.rolloutArgs, example);
}

export function gcOutcome({ runs, replicaSets, successLimit, failLimit }: GcExample): object {
  const surplus = runsToDelete<PastRun>({
    runs: runs.map(({ name, podHash, phase, created }) => ({
      ...objectOf('AnalysisRun', name, podHash),
      metadata: { ...metadataOf(name, podHash), creationTimestamp: formatTimestamp(EPOCH + created * SECOND) },
      status: { phase },
    })),
    replicaSets: replicaSets.map(({ podHash, deleting }, index) => ({
      ...objectOf('ReplicaSet', `rs-${index}`, podHash),
      metadata: {
        ...metadataOf(`rs-${index}`, podHash),
        ...(deleting === true && { deletionTimestamp: formatTimestamp(EPOCH) }),
      },
    })),
    successfulLimit: successLimit,
    unsuccessfulLimit: failLimit,
  });
  return { delete: surplus.map(({ metadata }) => metadata.name) };
}

function objectOf(kind: string, name: string, podHash: string | undefined): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: metadataOf(name, podHash) };
}

function metadataOf(name: string, podHash: string | undefined): KubernetesObject['metadata'] {
  const labels = podHash === undefined || podHash === '' ? {} : { [POD_TEMPLATE_HASH]: podHash };
  return { name, namespace: 'default', uid: `uid-of-${name}`, labels };
}

function orError(outcome: () => object): object {
  try {
    return outcome();
  } catch (error) {
    if (error instanceof InvalidSpecError) return { error: error.message };
    throw error;
  }
}
