/** Labels and annotations that pods carry only while they are canary, stable, preview or active. engine §10.1. */
import { EPHEMERAL_METADATA } from '../resources/keys.ts';
import { isControlledBy, type ReplicaSet } from '../resources/kubernetes.ts';
import {
  metadataRolesOf,
  parseEphemeralMetadata,
  swapped,
  withEphemeralMetadata,
  type Metadata,
  type MetadataRoles,
} from './injected-metadata.ts';
import { hasSeparateStable, type Pass } from './pass.ts';
import { sizeOf } from './replica-sets.ts';

/** Give every ReplicaSet, and then its pods, the metadata of its role. */
export function reconcileEphemeralMetadata(pass: Pass): void {
  const roles = metadataRolesOf(pass.rollout);
  const { newest, stable, others } = pass.sets;
  if (roles === undefined || newest === undefined) return;
  const updating = hasSeparateStable(pass.sets);
  applyTo(pass, newest, updating ? roles.candidate : roles.settled, roles);
  if (updating && stable !== undefined) applyTo(pass, stable, roles.settled, roles);
  for (const other of others) applyTo(pass, other, {}, roles);
}

function applyTo({ changes, snapshot }: Pass, replicaSet: ReplicaSet, wanted: Metadata, roles: MetadataRoles): void {
  const injected = parseEphemeralMetadata(replicaSet.metadata.annotations?.[EPHEMERAL_METADATA]);
  const because = `ephemeral metadata of ${replicaSet.metadata.name}`;
  changes.edit(replicaSet, (current) => withEphemeralMetadata(current, wanted), because);
  if (sizeOf(replicaSet) === 0) return;
  const template = changes.current(replicaSet).spec?.template?.metadata ?? {};
  const stale = withoutKeysOf(template, [injected, roles.candidate, roles.settled]);
  for (const pod of (snapshot.pods ?? []).filter((candidate) => isControlledBy(candidate, replicaSet))) {
    changes.edit(pod, (current) => ({ ...current, metadata: swapped(current.metadata, stale, wanted) }), because);
  }
}

/**
 * What may have been injected into a pod and is not of its template: a pass that ended between the ReplicaSet and its pods
 * leaves pods in a former role, of which the ReplicaSet's note says nothing any more.
 */
function withoutKeysOf(template: Metadata, injected: readonly Metadata[]): Metadata {
  const left = (part: keyof Metadata) =>
    Object.fromEntries(
      injected
        .flatMap((metadata) => Object.entries(metadata[part] ?? {}))
        .filter(([key]) => !Object.hasOwn(template[part] ?? {}, key)),
    );
  return { labels: left('labels'), annotations: left('annotations') };
}
