/** Objects as the stand-in keeps them: plain JSON, frozen once stored. */

export interface ApiOwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ApiMetadata {
  readonly name: string;
  /** Absent on cluster-scoped objects. */
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly ApiOwnerReference[];
  readonly finalizers?: readonly string[];
}

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ApiMetadata;
  readonly [field: string]: unknown;
}

/** What a client sends: anything that has a kind; the store checks and completes the rest. */
export interface SentObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
}

export interface ApiRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Ignored for cluster-scoped kinds. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** JSON object that may be written to. */
export type Draft = Record<string, unknown>;

export function isRecord(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The record at a key, or an empty one: for reading only. */
export function recordAt(object: Readonly<Draft> | undefined, key: string): Readonly<Draft> {
  const value = object?.[key];
  return isRecord(value) ? value : {};
}

export function recordsAt(object: Readonly<Draft> | undefined, key: string): readonly Draft[] {
  const value = object?.[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function refOf(object: ApiObject): ApiRef {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** A copy as it would come back from the wire: undefined fields are gone, nothing is shared. */
export function jsonCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
