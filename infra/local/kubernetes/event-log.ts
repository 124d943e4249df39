/** The newest changes of a store, in a ring, and who wants to hear of the next ones. */
import type { Cancel } from '../clock.ts';
import type { KindDefinition } from './kinds.ts';
import type { ApiObject } from './objects.ts';
import { expired } from './status-error.ts';

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: KindDefinition;
  readonly object: ApiObject;
  /** As it was before; absent for ADDED. Tells a selecting watch whether the object comes or goes. */
  readonly previous?: ApiObject;
  readonly resourceVersion: number;
}

export class EventLog {
  readonly #capacity: number;
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #ring: StoreEvent[] = [];
  /** The newest change that is not in the ring any more. */
  #forgotten: number;

  /** @param since the resourceVersion of the store at the start: what was before is not known */
  constructor(capacity: number, since: number) {
    this.#capacity = capacity;
    this.#forgotten = since;
  }

  append(event: StoreEvent): void {
    this.#ring.push(event);
    if (this.#ring.length > this.#capacity) this.#drop(this.#ring.length - this.#capacity);
    for (const listener of this.#listeners) listener(event);
  }

  /** What happened after a resourceVersion. @throws StatusError 410 when that is too long ago */
  since(resourceVersion: number): readonly StoreEvent[] {
    if (resourceVersion < this.#forgotten) {
      throw expired(`too old resource version: ${resourceVersion} (${this.#forgotten})`);
    }
    return this.#ring.filter((event) => event.resourceVersion > resourceVersion);
  }

  /** Listeners are called inside of the write: they take note and work later. */
  subscribe(listener: (event: StoreEvent) => void): Cancel {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forget all that happened, as a compaction does: watches from before answer 410. */
  compact(): void {
    this.#drop(this.#ring.length);
  }

  #drop(count: number): void {
    this.#forgotten = this.#ring[count - 1]?.resourceVersion ?? this.#forgotten;
    this.#ring.splice(0, count);
  }
}
