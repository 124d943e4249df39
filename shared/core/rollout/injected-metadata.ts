/** Ephemeral metadata in one ReplicaSet: what the strategy asks for, putting it there, taking it out. engine §10.1. */
import type { Rollout } from '../resources/argo.ts';
import { EPHEMERAL_METADATA } from '../resources/keys.ts';
import type { PodTemplate, ReplicaSet } from '../resources/kubernetes.ts';
import { goJson } from './go-json.ts';
import { sameJson } from './same-json.ts';
import { stepFields } from './step-schema.ts';

export interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the strategy asks for, by role; undefined when it asks for nothing at all. */
export interface MetadataRoles {
  /** For the new version until it is promoted. */
  readonly candidate: Metadata;
  /** For the stable version. */
  readonly settled: Metadata;
}

export function metadataRolesOf(rollout: Rollout): MetadataRoles | undefined {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const candidate = canary?.canaryMetadata ?? blueGreen?.previewMetadata;
  const settled = canary?.stableMetadata ?? blueGreen?.activeMetadata;
  if (candidate === undefined && settled === undefined) return undefined;
  return { candidate: candidate ?? {}, settled: settled ?? {} };
}

/** Pods must be read for such a Rollout. */
export function hasEphemeralMetadata(rollout: Rollout): boolean {
  return metadataRolesOf(rollout) !== undefined;
}

/** What a ReplicaSet that is about to be created gets. */
export function metadataOfNewReplicaSet(rollout: Rollout, stable: ReplicaSet | undefined): Metadata {
  const roles = metadataRolesOf(rollout);
  return (stable === undefined ? roles?.settled : roles?.candidate) ?? {};
}

/** The ReplicaSet with the metadata in its pod template and a note of it; the same object when the template has it already. */
export function withEphemeralMetadata<T extends Pick<ReplicaSet, 'spec'> & { metadata: Labelled }>(
  replicaSet: T,
  wanted: Metadata,
): T {
  const { [EPHEMERAL_METADATA]: note, ...annotations } = replicaSet.metadata.annotations ?? {};
  const spec = replicaSet.spec;
  const before = spec?.template?.metadata ?? {};
  const after = swapped(before, parseEphemeralMetadata(note), wanted);
  if (spec === undefined || sameJson(before, after)) return replicaSet;
  return {
    ...replicaSet,
    metadata: { ...replicaSet.metadata, annotations: { ...annotations, ...noteOf(wanted) } },
    spec: { ...spec, template: { ...spec.template, metadata: after } },
  };
}

/** What an annotation says was injected; nothing where it is absent or unreadable: anybody may write into an annotation. */
export function parseEphemeralMetadata(text: string | undefined): Metadata {
  if (text === undefined || text === '') return {};
  try {
    const { labels, annotations } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return { ...member('labels', textsIn(labels)), ...member('annotations', textsIn(annotations)) };
  } catch {
    return {};
  }
}

function textsIn(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The template without the metadata. */
export function withoutMetadata(template: PodTemplate, injected: Metadata): PodTemplate {
  if (injected.labels === undefined && injected.annotations === undefined) return template;
  return { ...template, metadata: swapped(template.metadata ?? {}, injected, {}) };
}

export type Labelled = { labels?: Record<string, string>; annotations?: Record<string, string> };

/** Metadata with what was injected taken out, and what is wanted put in. */
export function swapped<T extends Labelled>(metadata: T, injected: Metadata, wanted: Metadata): T {
  return {
    ...metadata,
    ...member('labels', swap(metadata.labels, injected.labels, wanted.labels)),
    ...member('annotations', swap(metadata.annotations, injected.annotations, wanted.annotations)),
  };
}

function member(name: 'labels' | 'annotations', value: Record<string, string> | undefined): Labelled {
  return value === undefined ? {} : { [name]: value };
}

function swap(
  current: Readonly<Record<string, string>> | undefined,
  injected: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string>> = {},
): Record<string, string> | undefined {
  if (current === undefined && Object.keys(wanted).length === 0) return undefined;
  const kept = Object.entries(current ?? {}).filter(([key]) => !Object.hasOwn(injected, key));
  return { ...Object.fromEntries(kept), ...wanted };
}

/** The annotation that remembers what was injected; none for nothing. Empty members are left out. */
function noteOf({ labels = {}, annotations = {} }: Metadata): Record<string, string> {
  if (Object.keys(labels).length + Object.keys(annotations).length === 0) return {};
  return { [EPHEMERAL_METADATA]: goJson({ labels, annotations }, 'Metadata', stepFields) };
}
