/**
 * Deleting: finalizers, grace, and what owner references pull along. The garbage collector's work is done within the
 * delete itself, so the dependents of a removed object are gone (or dying) when it returns.
 */
import { formatTimestamp, SECOND } from '#core/time.ts';
import type { Clock } from '#shared/ports.ts';
import type { KindDefinition } from './kinds.ts';
import { recordAt, refOf, type ApiObject, type ApiRef } from './objects.ts';
import { staleWrite, uidMismatch } from './status-error.ts';
import { dying } from './writes.ts';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  /** Only this very object. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: PropagationPolicy | undefined;
  /** Of a running pod; the default is its own terminationGracePeriodSeconds. */
  readonly gracePeriodSeconds?: number | undefined;
}

/** What deleting needs of the store. */
export interface StoredObjects {
  readonly clock: Clock;
  all(): readonly ApiObject[];
  find(ref: ApiRef): ApiObject | undefined;
  delete(ref: ApiRef, options?: DeleteOptions): unknown;
  /** Put an object in place of the stored one; it goes when nothing holds it any more. */
  replace(object: ApiObject): ApiObject;
  remove(object: ApiObject): ApiObject;
}

const FOREGROUND_FINALIZER = 'foregroundDeletion';
const DEFAULT_GRACE_SECONDS = 30;

/** @returns the object as it is after the call, or was last */
export function deleteObject(
  store: StoredObjects,
  kind: KindDefinition,
  object: ApiObject,
  options: DeleteOptions,
): ApiObject {
  checkPreconditions(kind, object, options);
  if (options.propagationPolicy === 'Orphan') releaseDependents(store, object);
  const finalizers = finalizersFor(object, options.propagationPolicy);
  const grace = graceSeconds(kind, object, options);
  if (finalizers.length === 0 && grace === 0) return store.remove(object);
  const marked = isDying(object, finalizers, grace) ? object : mark(store, object, finalizers, grace);
  if (finalizers.includes(FOREGROUND_FINALIZER)) deleteDependentsFirst(store, marked);
  return store.find(refOf(marked)) ?? marked;
}

function checkPreconditions(kind: KindDefinition, object: ApiObject, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata;
  if (options.uid !== undefined && options.uid !== uid) throw uidMismatch(kind, name, options.uid, uid);
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw staleWrite(kind, name);
  }
}

function finalizersFor(object: ApiObject, policy: PropagationPolicy | undefined): readonly string[] {
  const own = (object.metadata.finalizers ?? []).filter((each) => each !== FOREGROUND_FINALIZER);
  const waiting = object.metadata.finalizers?.includes(FOREGROUND_FINALIZER) === true && policy === undefined;
  return policy === 'Foreground' || waiting ? [...own, FOREGROUND_FINALIZER] : own;
}

/** Only a pod that a kubelet has, and that has not ended, is given time. */
function graceSeconds(kind: KindDefinition, object: ApiObject, options: DeleteOptions): number {
  if (kind.kind !== 'Pod') return 0;
  const { nodeName, terminationGracePeriodSeconds } = recordAt(object, 'spec');
  const { phase } = recordAt(object, 'status');
  if (nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  if (options.gracePeriodSeconds !== undefined) return options.gracePeriodSeconds;
  return typeof terminationGracePeriodSeconds === 'number' ? terminationGracePeriodSeconds : DEFAULT_GRACE_SECONDS;
}

/** A second delete changes nothing unless it is in more of a hurry. */
function isDying(object: ApiObject, finalizers: readonly string[], grace: number): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers: before = [] } = object.metadata;
  return deletionTimestamp !== undefined && grace >= deletionGracePeriodSeconds && before.length === finalizers.length;
}

/** The deletionTimestamp is when the grace ends, not when it begins. */
function mark(store: StoredObjects, object: ApiObject, finalizers: readonly string[], grace: number): ApiObject {
  const at = formatTimestamp(store.clock.now() + grace * SECOND);
  return store.replace(dying(object, at, grace, finalizers));
}

function deleteDependentsFirst(store: StoredObjects, owner: ApiObject): void {
  for (const dependent of dependentsOf(store, owner.metadata.uid)) {
    store.delete(refOf(dependent), { propagationPolicy: 'Foreground' });
  }
  finishForeground(store, owner.metadata.uid);
}

/** Only dependents that say so hold their owner back. */
function finishForeground(store: StoredObjects, uid: string): void {
  const owner = store.all().find((each) => each.metadata.uid === uid);
  if (owner?.metadata.finalizers?.includes(FOREGROUND_FINALIZER) !== true) return;
  const blocking = dependentsOf(store, uid).filter((dependent) =>
    dependent.metadata.ownerReferences?.some((each) => each.uid === uid && each.blockOwnerDeletion === true),
  );
  if (blocking.length > 0) return;
  const finalizers = owner.metadata.finalizers.filter((each) => each !== FOREGROUND_FINALIZER);
  store.replace({ ...owner, metadata: { ...owner.metadata, finalizers } });
}

function releaseDependents(store: StoredObjects, owner: ApiObject): void {
  for (const dependent of dependentsOf(store, owner.metadata.uid)) dropOwner(store, dependent, owner.metadata.uid);
}

function dropOwner(store: StoredObjects, dependent: ApiObject, uid: string): void {
  const { ownerReferences = [], ...metadata } = dependent.metadata;
  const left = ownerReferences.filter((each) => each.uid !== uid);
  store.replace({ ...dependent, metadata: { ...metadata, ...(left.length === 0 ? {} : { ownerReferences: left }) } });
}

function dependentsOf(store: StoredObjects, uid: string): readonly ApiObject[] {
  return store.all().filter((each) => each.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true);
}

/** What follows from the removal of an object. */
export function finishDeletion(store: StoredObjects, gone: ApiObject): void {
  collectDependents(store, gone);
  for (const owner of gone.metadata.ownerReferences ?? []) finishForeground(store, owner.uid);
  if (gone.kind === 'Namespace') emptyNamespace(store, gone.metadata.name);
}

function collectDependents(store: StoredObjects, gone: ApiObject): void {
  const living = new Set(store.all().map((each) => each.metadata.uid));
  for (const dependent of dependentsOf(store, gone.metadata.uid)) {
    const otherOwner = dependent.metadata.ownerReferences?.some((owner) => living.has(owner.uid)) === true;
    if (otherOwner) dropOwner(store, dependent, gone.metadata.uid);
    else if (store.find(refOf(dependent)) !== undefined) store.delete(refOf(dependent));
  }
}

function emptyNamespace(store: StoredObjects, name: string): void {
  for (const object of store.all().filter((each) => each.metadata.namespace === name)) {
    if (store.find(refOf(object)) !== undefined) store.delete(refOf(object));
  }
}
