/** Labels and annotations that pods carry only while they are canary, stable, preview or active. engine §10.1. */
import { EPHEMERAL_METADATA } from '../resources/keys.ts';
import { isControlledBy, type ReplicaSet } from '../resources/kubernetes.ts';
import {
  metadataRolesOf,
  parseEphemeralMetadata,
  swapped,
  withEphemeralMetadata,
  type Metadata,
} from './injected-metadata.ts';
import { hasSeparateStable, type Pass } from './pass.ts';
import { sizeOf } from './replica-sets.ts';

/** Give every ReplicaSet, and then its pods, the metadata of its role. */
export function reconcileEphemeralMetadata(pass: Pass): void {
  const roles = metadataRolesOf(pass.rollout);
  const { newest, stable, others } = pass.sets;
  if (roles === undefined || newest === undefined) return;
  const updating = hasSeparateStable(pass.sets);
  applyTo(pass, newest, updating ? roles.candidate : roles.settled);
  if (updating && stable !== undefined) applyTo(pass, stable, roles.settled);
  for (const other of others) applyTo(pass, other, {});
}

function applyTo({ changes, snapshot }: Pass, replicaSet: ReplicaSet, wanted: Metadata): void {
  const injected = parseEphemeralMetadata(replicaSet.metadata.annotations?.[EPHEMERAL_METADATA]);
  const because = `ephemeral metadata of ${replicaSet.metadata.name}`;
  changes.edit(replicaSet, (current) => withEphemeralMetadata(current, wanted), because);
  if (sizeOf(replicaSet) === 0) return;
  for (const pod of (snapshot.pods ?? []).filter((candidate) => isControlledBy(candidate, replicaSet))) {
    changes.edit(pod, (current) => ({ ...current, metadata: swapped(current.metadata, injected, wanted) }), because);
  }
}
