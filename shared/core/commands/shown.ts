/** What an object shows of itself, as far as orders touch it: one line of the audit trail before, one after. */
import { imagesOf } from '../history/images.ts';
import type { JsonObject } from '../json.ts';
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import { revisionOf } from '../rollout/replica-sets.ts';
import type { Target } from './target.ts';

export function shownBy(object: KubernetesObject): JsonObject {
  if (object.kind === 'Rollout') return rolloutShows(object as Rollout);
  const { spec, status } = object as Target;
  const { generation } = object.metadata;
  return present({ kind: object.kind, generation, phase: status?.phase, terminate: spec?.terminate });
}

function rolloutShows(rollout: Rollout): JsonObject {
  const { spec, status = {} } = rollout;
  return present({
    phase: status.phase,
    revision: revisionOf(rollout),
    podHash: status.currentPodHash,
    stableHash: status.stableRS,
    step: status.currentStepIndex,
    weight: status.canary?.weights?.canary?.weight,
    aborted: status.abort,
    promoteFull: status.promoteFull,
    paused: spec.paused,
    pauses: status.pauseConditions?.map(({ reason }) => reason),
    restartAt: spec.restartAt,
    images: imagesOf(rollout),
  });
}

function present(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
}

/** `phase Paused → Progressing, step 1 → 2`; empty when nothing changed. */
export function changesText(before: JsonObject = {}, after: JsonObject = {}): string {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${key} ${valueText(before[key])} → ${valueText(after[key])}`)
    .join(', ');
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
