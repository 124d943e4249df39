/** The ReplicaSets of a Rollout by the part they play, and what is read from one. engine §0, §4.1, §4.2. */
import type { Rollout } from '../resources/argo.ts';
import { DESIRED_REPLICAS, POD_TEMPLATE_HASH, REVISION } from '../resources/keys.ts';
import { controllerOf, isControlledBy, type ReplicaSet } from '../resources/kubernetes.ts';
import { parseTimestamp, type Instant } from '../time.ts';
import { podTemplateHash } from './hash.ts';
import { selectorMatches } from './label-selector.ts';
import { templateMatches } from './template-equality.ts';

export interface ReplicaSets {
  /** Of the current `spec.template`: canary, preview, or the stable one once it is promoted. */
  readonly newest: ReplicaSet | undefined;
  /** Whose hash is `status.stableRS`. */
  readonly stable: ReplicaSet | undefined;
  /** All but the newest; includes the stable one during an update. Oldest first. */
  readonly older: readonly ReplicaSet[];
  /** All but the newest and the stable one. Oldest first. */
  readonly others: readonly ReplicaSet[];
  readonly all: readonly ReplicaSet[];
}

export type Ownership = 'owned' | 'adopt' | 'release' | 'foreign';

export function ownershipOf(rollout: Rollout, replicaSet: ReplicaSet): Ownership {
  const matches = selectorMatches(rollout.spec.selector, replicaSet.metadata.labels);
  if (isControlledBy(replicaSet, rollout)) return matches ? 'owned' : 'release';
  const free = controllerOf(replicaSet) === undefined && replicaSet.metadata.deletionTimestamp === undefined;
  return matches && free ? 'adopt' : 'foreign';
}

/** @param owned those that the Rollout controls */
export function sortReplicaSets(rollout: Rollout, owned: readonly ReplicaSet[]): ReplicaSets {
  const all = oldestFirst(owned);
  const newest = findNewest(rollout, all);
  const stableHash = rollout.status?.stableRS ?? '';
  const stable = stableHash === '' ? undefined : all.find((replicaSet) => hashOf(replicaSet) === stableHash);
  const older = all.filter((replicaSet) => replicaSet !== newest);
  return { newest, stable, older, others: older.filter((replicaSet) => replicaSet !== stable), all };
}

/** By the reference's hash, else by template equality; so that ReplicaSets of other makers and versions are found too. */
function findNewest(rollout: Rollout, oldestFirst: readonly ReplicaSet[]): ReplicaSet | undefined {
  const template = rollout.spec.template ?? {};
  const hash = podTemplateHash(template, rollout.status?.collisionCount);
  return (
    oldestFirst.find((replicaSet) => hashOf(replicaSet) === hash) ??
    oldestFirst.find((replicaSet) => templateMatches(replicaSet, template))
  );
}

/** Of equal age by name. */
function oldestFirst(replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const aged = replicaSets.map((replicaSet) => ({ replicaSet, at: createdAt(replicaSet) }));
  return aged.toSorted((a, b) => a.at - b.at || byName(a.replicaSet, b.replicaSet)).map(({ replicaSet }) => replicaSet);
}

function byName(a: ReplicaSet, b: ReplicaSet): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** Newest revision first. */
export function byRevisionDown(a: ReplicaSet, b: ReplicaSet): number {
  return (revisionOf(b) ?? 0) - (revisionOf(a) ?? 0) || createdAt(b) - createdAt(a) || byName(b, a);
}

export function createdAt(replicaSet: ReplicaSet): Instant {
  return parseTimestamp(replicaSet.metadata.creationTimestamp) ?? 0;
}

export function hashOf(replicaSet: ReplicaSet | undefined): string {
  return replicaSet?.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
}

/** undefined: absent or not a number. */
export function revisionOf(
  object: { metadata: { annotations?: Record<string, string> } } | undefined,
): number | undefined {
  return wholeNumber(object?.metadata.annotations?.[REVISION]);
}

/** R when the ReplicaSet was last scaled; undefined: never said. */
export function desiredReplicasOf(replicaSet: ReplicaSet): number | undefined {
  return wholeNumber(replicaSet.metadata.annotations?.[DESIRED_REPLICAS]);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[-+]?\d+$/.test(text) ? Number(text) : undefined;
}

/** `spec.replicas`, with Kubernetes' default. */
export function sizeOf(replicaSet: ReplicaSet | undefined): number {
  return replicaSet === undefined ? 0 : (replicaSet.spec?.replicas ?? 1);
}

export function availableOf(replicaSet: ReplicaSet | undefined): number {
  return replicaSet?.status?.availableReplicas ?? 0;
}

export function sum(replicaSets: readonly ReplicaSet[], of: (replicaSet: ReplicaSet) => number): number {
  return replicaSets.reduce((total, replicaSet) => total + of(replicaSet), 0);
}

/** Wanted, asked for and available are all R. */
export function isSaturated(replicaSet: ReplicaSet | undefined, replicas: number): boolean {
  return (
    replicaSet !== undefined &&
    sizeOf(replicaSet) === replicas &&
    desiredReplicasOf(replicaSet) === replicas &&
    availableOf(replicaSet) === replicas
  );
}
