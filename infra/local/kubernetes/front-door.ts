/**
 * The one way in for clients: the HTTP server and the direct cluster both come through here, so that a test can put a
 * fault before or after any operation. The stand-in's own controllers write to the store itself and are never disturbed.
 */
import type { Cancel } from '../clock.ts';
import type { DeleteOptions } from './deletion.ts';
import { evict } from './eviction.ts';
import type { ApiObject, ApiRef, SentObject } from './objects.ts';
import type { Operation } from './operations.ts';
import type { Patch } from './patches.ts';
import type { StoreList, StoreQuery } from './query.ts';
import type { Store } from './store.ts';
import { openWatch, type WatchedChange } from './watch.ts';

export class FrontDoor {
  readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  get(ref: ApiRef): Promise<ApiObject> {
    return this.#perform({ verb: 'get', ref }, () => this.store.get(ref));
  }

  list(query: StoreQuery): Promise<StoreList> {
    return this.#perform({ verb: 'list', query }, () => this.store.list(query));
  }

  /** The listener hears of the past first, within this call. */
  watch(
    query: StoreQuery,
    resourceVersion: string | undefined,
    listener: (change: WatchedChange) => void,
  ): Promise<Cancel> {
    const operation: Operation = { verb: 'watch', query, resourceVersion };
    return this.#perform(operation, () => openWatch(this.store, query, resourceVersion, listener));
  }

  /** An Eviction is no object of its own: it deletes its pod. */
  create(object: SentObject): Promise<ApiObject> {
    const make = (): ApiObject => (object.kind === 'Eviction' ? evict(this.store, object) : this.store.create(object));
    return this.#perform({ verb: 'create', object }, make);
  }

  update(object: SentObject, subresource?: 'status'): Promise<ApiObject> {
    return this.#perform({ verb: 'update', object, subresource }, () => this.store.update(object, subresource));
  }

  patch(ref: ApiRef, patch: Patch, subresource?: 'status'): Promise<ApiObject> {
    const operation: Operation = { verb: 'patch', ref, patch, subresource };
    return this.#perform(operation, () => this.store.patch(ref, patch, subresource));
  }

  delete(ref: ApiRef, options?: DeleteOptions): Promise<{ readonly object: ApiObject; readonly gone: boolean }> {
    return this.#perform({ verb: 'delete', ref, options }, () => this.store.delete(ref, options));
  }

  async #perform<Result>(operation: Operation, perform: () => Result): Promise<Result> {
    for (const interceptor of this.store.interceptors) await interceptor.before?.(operation);
    const result = perform();
    for (const interceptor of this.store.interceptors) await interceptor.after?.(operation);
    return result;
  }
}
