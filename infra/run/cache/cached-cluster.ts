/**
 * A cluster whose objects are known before they are asked for. Reads of followed kinds cost no request and are never older
 * than Weir's own last write of that object: the answer to a write is taken in before the write returns, and whatever is
 * in doubt (a conflict, an answer that was lost) is read from the API server.
 */
import { ConflictError, messageOf } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { refOf, type KubernetesObject, type NewObject, type ObjectRef } from '#core/resources/kubernetes.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { ListQuery, Log, ObjectList, WatchEvent, WatchQuery } from '#shared/ports.ts';
import type { Timers } from '../../local/clock.ts';
import { CachedKind, type CachedKindOptions, type Problem } from './cached-kind.ts';

export interface CachedClusterOptions {
  readonly kinds: readonly CachedKindOptions[];
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly timers: Timers;
  readonly log: Log;
  /** Hears of everything that is new; `own`: as the answer to a write of Weir's. */
  onChange(objects: readonly KubernetesObject[], origin: Origin): void;
}

export type Origin = 'own' | 'heard';

export class CachedCluster implements KubernetesCluster {
  readonly #inner: KubernetesCluster;
  readonly #options: CachedClusterOptions;
  readonly #kinds: Map<string, CachedKind>;
  /** Objects whose last write may have been done without our hearing of it. */
  readonly #doubtful = new Set<string>();
  /** Objects that are being written, with what was heard of each meanwhile: it may be that very write. */
  readonly #writing = new Map<string, KubernetesObject | undefined>();

  constructor(inner: KubernetesCluster, options: CachedClusterOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kindKey(kind), new CachedKind(kind)]));
  }

  get name(): string {
    return this.#inner.name;
  }

  /** Resolves when all kinds have been listed, or could not be. */
  async start(): Promise<void> {
    await Promise.all([...this.#kinds.values()].map((kind) => this.#start(kind)));
  }

  /** From now on this kind is followed as well, if it may be; until then it is read as before. */
  async follow(options: CachedKindOptions): Promise<void> {
    if (this.#kinds.has(kindKey(options))) return;
    const kind = new CachedKind({ ...options, optional: true });
    this.#kinds.set(kindKey(options), kind);
    await this.#start(kind);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#kinds.values()].map((kind) => kind.stop()));
  }

  /** What is not up to date, and why. */
  problems(): readonly Problem[] {
    return [...this.#kinds.values()].flatMap((kind) => kind.problems());
  }

  /** How many objects of each kind are kept. */
  sizes(): ReadonlyMap<string, number> {
    return new Map([...this.#kinds.values()].map(({ options, store }) => [options.kind, store.size]));
  }

  async get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined> {
    const kind = this.#kinds.get(kindKey(ref));
    if (kind === undefined || !kind.covers(ref.namespace)) return this.#inner.get<T>(ref);
    if (this.#doubtful.has(refKey(ref))) return (await this.#refresh(kind, ref)) as T | undefined;
    const known = kind.get(ref);
    if (known !== undefined || kind.isComplete) return known as T | undefined;
    return this.#inner.get<T>(ref);
  }

  async list<T extends KubernetesObject>(query: ListQuery): Promise<ObjectList<T>> {
    const kind = this.#kinds.get(kindKey(query));
    if (kind === undefined || query.fieldSelector !== undefined || !kind.covers(query.namespace)) {
      return this.#inner.list<T>(query);
    }
    return { items: kind.list(query) as T[], resourceVersion: kind.resourceVersion(query.namespace) };
  }

  watch(query: WatchQuery): AsyncIterable<WatchEvent> {
    return this.#inner.watch(query);
  }

  async create<T extends KubernetesObject>(object: NewObject<T>): Promise<T> {
    return this.#written(refOf(object), () => this.#inner.create<T>(object));
  }

  async patch<T extends KubernetesObject>(ref: ObjectRef, patch: JsonObject, resourceVersion?: string): Promise<T> {
    return this.#written(ref, () => this.#inner.patch<T>(ref, patch, resourceVersion));
  }

  async patchStatus<T extends KubernetesObject>(
    object: T,
    status: object,
    options?: { guarded?: boolean },
  ): Promise<T> {
    return this.#written(refOf(object), () => this.#inner.patchStatus<T>(object, status, options));
  }

  async delete(ref: ObjectRef, options?: { uid?: string }): Promise<void> {
    await this.#inner.delete(ref, options);
    const kind = this.#kinds.get(kindKey(ref));
    const known = kind?.get(ref);
    if (known !== undefined && kind?.store.remove(known) === true) this.#options.onChange([known], 'own');
  }

  askService(...request: Parameters<KubernetesCluster['askService']>): ReturnType<KubernetesCluster['askService']> {
    return this.#inner.askService(...request);
  }

  close(): void {
    this.#inner.close();
  }

  async #written<T extends KubernetesObject>(ref: ObjectRef, write: () => Promise<T>): Promise<T> {
    const kind = this.#kinds.get(kindKey(ref));
    if (kind === undefined) return write();
    const key = refKey(ref);
    this.#writing.set(key, this.#writing.get(key));
    try {
      const written = await write();
      this.#take(kind, written, 'own');
      this.#settle(key, written);
      return written;
    } catch (error) {
      this.#settle(key, undefined);
      this.#doubtful.add(refKey(ref));
      // Who was first is known then, and the next pass begins with it.
      if (error instanceof ConflictError) await this.#refreshQuietly(kind, ref);
      throw error;
    }
  }

  #start(kind: CachedKind): Promise<void> {
    const onChange = (objects: readonly KubernetesObject[]) => this.#heard(objects);
    return kind.start({ ...this.#options, onChange, cluster: this.#inner });
  }

  #heard(objects: readonly KubernetesObject[]): void {
    const others = objects.filter((object) => {
      const key = refKey(refOf(object));
      const isBeingWritten = this.#writing.has(key);
      if (isBeingWritten) this.#writing.set(key, object);
      return !isBeingWritten;
    });
    if (others.length > 0) this.#options.onChange(others, 'heard');
  }

  /** What was heard during a write is that write, told by the watch before its answer came, or somebody else's. */
  #settle(key: string, written: KubernetesObject | undefined): void {
    const heard = this.#writing.get(key);
    this.#writing.delete(key);
    if (heard === undefined) return;
    const isOwn = heard.metadata.resourceVersion === written?.metadata.resourceVersion;
    this.#options.onChange([heard], isOwn ? 'own' : 'heard');
  }

  #take(kind: CachedKind, object: KubernetesObject, origin: Origin): void {
    if (kind.selects(object) && kind.store.put(object)) this.#options.onChange([object], origin);
  }

  async #refresh(kind: CachedKind, ref: ObjectRef): Promise<KubernetesObject | undefined> {
    const found = await this.#inner.get(ref);
    this.#doubtful.delete(refKey(ref));
    if (found !== undefined) {
      this.#take(kind, found, 'heard');
      return kind.get(ref) ?? (kind.isComplete ? undefined : found);
    }
    const known = kind.get(ref);
    if (known !== undefined && kind.store.remove(known)) this.#options.onChange([known], 'heard');
    return undefined;
  }

  async #refreshQuietly(kind: CachedKind, ref: ObjectRef): Promise<void> {
    try {
      await this.#refresh(kind, ref);
    } catch (error) {
      this.#options.log.debug('Object not read again', { ...ref, error: messageOf(error) });
    }
  }
}

/** Whatever the version: an object may come in another one than was asked for. */
function kindKey({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return `${group} ${kind}`;
}

function refKey(ref: ObjectRef): string {
  return `${kindKey(ref)} ${ref.namespace} ${ref.name}`;
}
