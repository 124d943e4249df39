/** The Cluster port over a store, without HTTP: for scenarios on a virtual clock and for simulation. */
import { ConflictError, DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { diffMerge } from '#core/merge-patch.ts';
import { refOf, type KubernetesObject, type NewObject, type ObjectRef } from '#core/resources/kubernetes.ts';
import { SECOND } from '#core/time.ts';
import type { Cluster, ListQuery, ObjectList, WatchEvent, WatchQuery } from '#shared/ports.ts';
import type { Cancel, Timers } from '../clock.ts';
import { FrontDoor } from './front-door.ts';
import { Inbox } from './inbox.ts';
import { apiVersionOf, type KindDefinition } from './kinds.ts';
import { isRecord, type ApiObject, type Draft } from './objects.ts';
import { StatusError } from './status-error.ts';
import type { Store } from './store.ts';
import type { WatchedChange } from './watch.ts';

export interface DirectClusterOptions {
  /**
   * Hold watches open until their timeout has passed on these timers. Without them a watch tells what has happened and
   * ends, as if its time had passed at once: on a virtual clock nobody may wait within a task.
   */
  readonly holdWatches?: Timers;
}

export function createDirectCluster(name: string, store: Store, options: DirectClusterOptions = {}): Cluster {
  const door = new FrontDoor(store);
  return {
    name,
    get: <T extends KubernetesObject>(ref: ObjectRef) => orUndefined(answer<T>(() => door.get(served(door, ref)))),
    list: (query) => list(door, query),
    watch: (query) => watch(door, query, options.holdWatches),
    create: <T extends KubernetesObject>(object: NewObject<T>) => create<T>(door, object),
    patch: <T extends KubernetesObject>(ref: ObjectRef, patch: JsonObject, resourceVersion?: string) =>
      patchMain<T>(door, ref, guarded(patch, resourceVersion)),
    patchStatus: (object, status, { guarded = true } = {}) => patchStatus(door, object, status, guarded),
    delete: (ref, { uid } = {}) => deleteIfThere(door, ref, uid),
  };
}

/** What a missing object is depends on the operation: it has a class of its own until then. */
class MissingError extends Error {}

/** The answer as the store has it, frozen: who would write into it is found out. Errors are in the words of the port. */
async function answer<T extends KubernetesObject>(ask: () => Promise<ApiObject>): Promise<T> {
  try {
    return (await ask()) as unknown as T;
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof StatusError)) return error;
  const { code, message } = error;
  if (code === 404) return new MissingError(message, { cause: error });
  if (code === 409 || code === 410) return new ConflictError(message, { cause: error });
  if (code === 401 || code === 403) return new DeniedError(message, { cause: error });
  if (code < 500 && code !== 429) return new InvalidSpecError(message, { cause: error });
  const seconds = error.details?.retryAfterSeconds;
  return new TransientError(message, {
    cause: error,
    ...(seconds === undefined ? {} : { retryAfter: seconds * SECOND }),
  });
}

function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof MissingError) return undefined;
    throw error;
  });
}

async function create<T extends KubernetesObject>(door: FrontDoor, object: NewObject<T>): Promise<T> {
  if (object.kind === 'Eviction') return evict<T>(door, object);
  requireServed(door, object);
  return answer<T>(() => door.create(served(door, object)));
}

async function evict<T extends KubernetesObject>(door: FrontDoor, eviction: NewObject<T>): Promise<T> {
  await answer(() => door.create(eviction)).catch((error: unknown) => {
    const isBudget = error instanceof TransientError && (error.cause as StatusError).code === 429;
    throw isBudget ? new ConflictError(error.message, { cause: error.cause }) : missingIsConflict(error);
  });
  return eviction as unknown as T;
}

async function patchMain<T extends KubernetesObject>(door: FrontDoor, ref: ObjectRef, body: Draft): Promise<T> {
  requireServed(door, ref);
  return answer<T>(() => door.patch(served(door, ref), { type: 'merge', body })).catch(missingIsConflict);
}

/** To ask for a kind that is not there is a mistake: its definition must be installed first. */
function requireServed(door: FrontDoor, { apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): KindDefinition {
  const found = door.store.kinds.findInGroup(apiVersion, kind);
  if (found !== undefined) return found;
  throw new InvalidSpecError(`there is no kind ${kind} in ${apiVersion}: install its CustomResourceDefinition`);
}

/** With the version in which the store has the kind. */
function served<T extends Pick<ObjectRef, 'apiVersion' | 'kind'>>({ store }: FrontDoor, asked: T): T {
  const { apiVersion, kind } = asked;
  const found = store.kinds.findInGroup(apiVersion, kind);
  if (found === undefined || store.kinds.find(apiVersion, kind) !== undefined) return asked;
  return { ...asked, apiVersion: apiVersionOf(found) };
}

function missingIsConflict(error: unknown): never {
  throw error instanceof MissingError ? new ConflictError(error.message, { cause: error.cause }) : error;
}

/** The patch with the version it may change; the server refuses it for any other. */
function guarded(patch: JsonObject, resourceVersion: string | undefined): Draft {
  if (resourceVersion === undefined) return { ...patch };
  const { metadata } = patch;
  return { ...patch, metadata: { ...(isRecord(metadata) ? metadata : {}), resourceVersion } };
}

async function list<T extends KubernetesObject>(door: FrontDoor, query: ListQuery): Promise<ObjectList<T>> {
  requireServed(door, query);
  try {
    const { items, resourceVersion } = await door.list(served(door, query));
    return { items: items as unknown as readonly T[], resourceVersion };
  } catch (error) {
    throw translated(error);
  }
}

async function patchStatus<T extends KubernetesObject>(
  door: FrontDoor,
  object: T,
  status: object,
  isGuarded: boolean,
): Promise<T> {
  const before = (object as { readonly status?: object }).status ?? {};
  const change = diffMerge(before, status);
  if (Object.keys(change).length === 0) return object;
  const body = guarded({ status: change }, isGuarded ? object.metadata.resourceVersion : undefined);
  const subresource = requireServed(door, object).statusSubresource ? 'status' : undefined;
  const ref = served(door, refOf(object));
  return answer<T>(() => door.patch(ref, { type: 'merge', body }, subresource)).catch(missingIsConflict);
}

async function deleteIfThere(door: FrontDoor, ref: ObjectRef, uid: string | undefined): Promise<void> {
  await orUndefined(
    answer(async () => (await door.delete(served(door, ref), { uid, propagationPolicy: 'Background' })).object),
  );
}

/** Ends with a bookmark, so that the next watch can go on from there. */
async function* watch(door: FrontDoor, query: WatchQuery, timers: Timers | undefined): AsyncGenerator<WatchEvent> {
  requireServed(door, query);
  const inbox = new Inbox<WatchEvent>();
  const close = await door
    .watch(served(door, query), query.resourceVersion, (change) => inbox.put(eventOf(change)))
    .catch((error: unknown) => lostPlace(error));
  if (typeof close !== 'function') {
    yield close;
    return;
  }
  const end = (): void => {
    close();
    inbox.put({ type: 'BOOKMARK', resourceVersion: door.store.resourceVersion });
    inbox.end();
  };
  const cancel = endWhenDue(end, query, timers);
  try {
    yield* inbox.items();
  } finally {
    cancel();
    close();
  }
}

function eventOf(change: WatchedChange): WatchEvent {
  return { type: change.type, object: change.object as unknown as KubernetesObject };
}

/** @returns a function that forgets about the end */
function endWhenDue(end: () => void, query: WatchQuery, timers: Timers | undefined): Cancel {
  if (timers === undefined || query.signal?.aborted === true) {
    end();
    return () => undefined;
  }
  const cancelTimer = timers.after(query.timeout, end);
  query.signal?.addEventListener('abort', end, { once: true });
  return () => {
    cancelTimer();
    query.signal?.removeEventListener('abort', end);
  };
}

function lostPlace(error: unknown): WatchEvent {
  if (error instanceof StatusError && error.isPlaceLost) return { type: 'EXPIRED', message: error.message };
  throw translated(error);
}
