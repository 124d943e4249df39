/**
 * The objects of one cluster in memory, with the API server's rules for writing them. Synchronous: each call is one atomic
 * step, and two runs with the same calls give the same objects, uids and resourceVersions.
 *
 * What it gives out is frozen and shared; copy before changing. Errors are StatusErrors. Nothing here opens a port: see
 * server.ts for HTTP and direct-cluster.ts for the Cluster port.
 */
import { isDeepStrictEqual } from 'node:util';
import { formatTimestamp } from '#core/time.ts';
import type { Clock } from '#shared/ports.ts';
import type { Cancel } from '../clock.ts';
import { deleteObject, finishDeletion, type DeleteOptions } from './deletion.ts';
import { EventLog, type StoreEvent } from './event-log.ts';
import { Identities } from './identities.ts';
import { kindKey, kindOfDefinition, Kinds, type KindDefinition } from './kinds.ts';
import { deepFreeze, jsonCopy, refOf, type ApiObject, type ApiRef, type Draft, type SentObject } from './objects.ts';
import { applyPatch, type Patch } from './patches.ts';
import type { Interceptor } from './operations.ts';
import { inVersion, matcherOf, type StoreList, type StoreQuery } from './query.ts';
import { alreadyExists, badRequest, notFound, tooLargeResourceVersion } from './status-error.ts';
import { changedObject, isNamed, newObject, requireVersion } from './writes.ts';

export interface StoreOptions {
  readonly clock: Clock;
  /** Seeds uids and generated names. */
  readonly seed?: string;
  /** How many changes a watch can go back. */
  readonly history?: number;
}

/** All that a second start needs to go on where the first one stopped. */
export interface StoreDump {
  readonly resourceVersion: number;
  readonly identities: number;
  readonly objects: readonly ApiObject[];
}

const DEFAULT_HISTORY = 2_000;
/** A generated name that is taken is drawn again, as often as the API server does. */
const NAME_DRAWS = 8;

export class Store {
  readonly kinds = new Kinds();
  readonly clock: Clock;
  readonly #identities: Identities;
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #log: EventLog;
  readonly #interceptors = new Set<Interceptor>();
  #resourceVersion: number;

  constructor(options: StoreOptions, dump?: StoreDump) {
    this.clock = options.clock;
    this.#identities = new Identities(options.seed ?? 'weir', dump?.identities);
    this.#resourceVersion = dump?.resourceVersion ?? 0;
    this.#log = new EventLog(options.history ?? DEFAULT_HISTORY, this.#resourceVersion);
    for (const object of dump?.objects ?? []) this.#restore(object);
  }

  /** @throws StatusError 404 for a dumped object whose kind is neither known nor defined in the dump */
  static load(options: StoreOptions, dump: StoreDump): Store {
    return new Store(options, dump);
  }

  dump(): StoreDump {
    const { counter } = this.#identities;
    return jsonCopy({ resourceVersion: this.#resourceVersion, identities: counter, objects: this.all() });
  }

  get resourceVersion(): string {
    return String(this.#resourceVersion);
  }

  /** The clock's time as the API server writes it. */
  timestamp(): string {
    return formatTimestamp(this.clock.now());
  }

  // --- reading -----------------------------------------------------------------------------------------------------

  find(ref: ApiRef): ApiObject | undefined {
    const kind = this.kinds.find(ref.apiVersion, ref.kind);
    const found = kind && this.#ofKind(kind).get(keyOf(kind, ref));
    return found && inVersion(found, ref.apiVersion);
  }

  /** @throws StatusError 404 */
  get(ref: ApiRef): ApiObject {
    const kind = this.kinds.require(ref.apiVersion, ref.kind);
    const found = this.find(ref);
    if (found === undefined) throw notFound(kind, ref.name);
    return found;
  }

  /** @throws StatusError 404 for an unknown kind, 400 for a selector that is none */
  list(query: StoreQuery): StoreList {
    const kind = this.kinds.require(query.apiVersion, query.kind);
    const matches = matcherOf(query);
    const items = [...this.#ofKind(kind).entries()]
      .filter(([, object]) => matches(object))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => inVersion(object, query.apiVersion));
    return { items, resourceVersion: this.resourceVersion };
  }

  /** Every object of every kind. */
  all(): readonly ApiObject[] {
    return [...this.#objects.values()].flatMap((each) => [...each.values()]);
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  /** @throws StatusError 404, 409 AlreadyExists, 422 */
  create(sent: SentObject): ApiObject {
    const kind = this.kinds.require(sent.apiVersion, sent.kind);
    return this.#commit('ADDED', kind, this.#unusedName(kind, sent));
  }

  /** @throws StatusError 404, 409 Conflict, 422 */
  update(sent: SentObject | ApiObject, subresource?: 'status'): ApiObject {
    const kind = this.kinds.require(sent.apiVersion, sent.kind);
    const draft = sent as unknown as Draft;
    const current = this.get(refOf(sent as unknown as ApiObject));
    requireVersion(kind, draft);
    return this.#change(kind, current, changedObject(kind, current, draft, subresource));
  }

  /** @throws StatusError 400, 404, 409 Conflict, 415, 422 */
  patch(ref: ApiRef, patch: Patch, subresource?: 'status'): ApiObject {
    const kind = this.kinds.require(ref.apiVersion, ref.kind);
    const current = this.get(ref);
    const draft = applyPatch(kind, current, patch);
    return this.#change(kind, current, changedObject(kind, current, draft, subresource));
  }

  /**
   * @returns the object as it is now (being deleted) or, when it is gone, as it was last
   * @throws StatusError 404, 409 when a precondition does not hold
   */
  delete(ref: ApiRef, options: DeleteOptions = {}): { readonly object: ApiObject; readonly gone: boolean } {
    const kind = this.kinds.require(ref.apiVersion, ref.kind);
    const object = deleteObject(this, kind, this.get(ref), options);
    return { object, gone: this.find(ref)?.metadata.uid !== object.metadata.uid };
  }

  /** Put an object in place of the stored one. Without effect when nothing is different. */
  replace(object: ApiObject): ApiObject {
    const kind = this.kinds.require(object.apiVersion, object.kind);
    return this.#change(kind, this.get(refOf(object)), jsonCopy(object));
  }

  /** Take an object out, whatever its finalizers say, and let its dependents follow. */
  remove(object: ApiObject): ApiObject {
    const kind = this.kinds.require(object.apiVersion, object.kind);
    const gone = this.#commit('DELETED', kind, object, this.get(refOf(object)));
    if (kind.kind === 'CustomResourceDefinition') this.#undefine(gone);
    finishDeletion(this, gone);
    return gone;
  }

  // --- hearing of changes ------------------------------------------------------------------------------------------

  /** @throws StatusError 410 when that is too long ago, 504 when it has not come yet */
  eventsSince(resourceVersion: string): readonly StoreEvent[] {
    const since = parseResourceVersion(resourceVersion);
    if (since > this.#resourceVersion) throw tooLargeResourceVersion(since, this.#resourceVersion);
    return this.#log.since(since);
  }

  /** Listeners are called inside of the write: they take note and work later. */
  subscribe(listener: (event: StoreEvent) => void): Cancel {
    return this.#log.subscribe(listener);
  }

  /** Forget the past: watches from before now answer 410. */
  compact(): void {
    this.#log.compact();
  }

  // --- faults ------------------------------------------------------------------------------------------------------

  /** Put a fault into the way of clients (front-door.ts). @returns a function that takes it away again */
  intercept(interceptor: Interceptor): Cancel {
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
  }

  get interceptors(): readonly Interceptor[] {
    return [...this.#interceptors];
  }

  // --- within ------------------------------------------------------------------------------------------------------

  #ofKind(kind: KindDefinition): Map<string, ApiObject> {
    const key = kindKey(kind);
    const known = this.#objects.get(key) ?? new Map<string, ApiObject>();
    this.#objects.set(key, known);
    return known;
  }

  #unusedName(kind: KindDefinition, sent: SentObject): ApiObject {
    for (let draw = 1; ; draw += 1) {
      const object = newObject(kind, sent, {
        uid: this.#identities.uid(),
        nameSuffix: this.#identities.suffix(),
        createdAt: this.timestamp(),
      });
      if (this.find(refOf(object)) === undefined) return object;
      if (isNamed(sent) || draw === NAME_DRAWS) throw alreadyExists(kind, object.metadata.name);
    }
  }

  #change(kind: KindDefinition, current: ApiObject, next: ApiObject): ApiObject {
    if (isDeepStrictEqual(current, next)) return current;
    if (isReleased(next)) return this.remove(next);
    return this.#commit('MODIFIED', kind, next, current);
  }

  #commit(type: StoreEvent['type'], kind: KindDefinition, object: ApiObject, previous?: ApiObject): ApiObject {
    this.#resourceVersion += 1;
    const metadata = { ...object.metadata, resourceVersion: this.resourceVersion };
    const stored = deepFreeze({ ...object, metadata });
    const key = keyOf(kind, refOf(object));
    if (type === 'DELETED') this.#ofKind(kind).delete(key);
    else this.#ofKind(kind).set(key, stored);
    if (type !== 'DELETED') this.#serve(kind, stored);
    const before = previous === undefined ? {} : { previous };
    this.#log.append({ type, kind, object: stored, ...before, resourceVersion: this.#resourceVersion });
    return stored;
  }

  /** A CustomResourceDefinition opens its kind at once. */
  #serve(kind: KindDefinition, object: ApiObject): void {
    const defined = kind.kind === 'CustomResourceDefinition' ? kindOfDefinition(object) : undefined;
    if (defined !== undefined) this.kinds.register(defined);
  }

  /** Without its definition a kind and all its objects are gone. */
  #undefine(definition: ApiObject): void {
    const defined = kindOfDefinition(definition);
    if (defined === undefined) return;
    for (const object of this.#ofKind(defined).values()) this.remove(object);
    this.kinds.remove(defined);
  }

  /** Definitions come first in a dump made here, as kinds are listed in the order of their first object. */
  #restore(object: ApiObject): void {
    const kind = this.kinds.require(object.apiVersion, object.kind);
    this.#ofKind(kind).set(keyOf(kind, refOf(object)), deepFreeze(object));
    this.#serve(kind, object);
  }
}

function keyOf(kind: KindDefinition, ref: ApiRef): string {
  return kind.namespaced ? `${ref.namespace ?? ''}/${ref.name}` : `/${ref.name}`;
}

/** A dying object goes when the last finalizer and the grace are over. */
function isReleased(object: ApiObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  return deletionTimestamp !== undefined && finalizers.length === 0 && deletionGracePeriodSeconds === 0;
}

/** @throws StatusError 400 */
function parseResourceVersion(text: string): number {
  if (!/^\d+$/.test(text))
    throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: must be a number`);
  return Number(text);
}
