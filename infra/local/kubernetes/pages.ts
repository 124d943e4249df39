/** Lists in pieces. The rest of a list is kept as it was at its first page, so that all pages show one moment. */
import type { ApiObject } from './objects.ts';
import type { StoreList } from './query.ts';
import { expired, StatusError } from './status-error.ts';
import type { Store } from './store.ts';

export interface Page extends StoreList {
  /** Where to go on; absent on the last page. */
  readonly next?: string;
  readonly remaining?: number;
}

const MOST_OPEN_LISTS = 100;
const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter.';

export class Pages {
  readonly #store: Store;
  readonly #open = new Map<string, StoreList>();
  #count = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param limit 0: all in one */
  first(list: StoreList, limit: number): Page {
    if (limit === 0 || list.items.length <= limit) return list;
    return this.#cut(list, limit);
  }

  /** @throws StatusError 410 when the moment of the first page is forgotten */
  next(token: string, limit: number): Page {
    const rest = this.#open.get(token);
    if (rest === undefined || this.#isForgotten(rest)) throw expired(TOO_OLD);
    return this.first(rest, limit);
  }

  /** A page may be asked for again: its token stays until there are too many. */
  #cut(list: StoreList, limit: number): Page {
    const rest: readonly ApiObject[] = list.items.slice(limit);
    this.#count += 1;
    const next = Buffer.from(`${list.resourceVersion}:${this.#count}`).toString('base64url');
    this.#open.set(next, { ...list, items: rest });
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN_LISTS && oldest !== undefined) this.#open.delete(oldest);
    return { ...list, items: list.items.slice(0, limit), next, remaining: rest.length };
  }

  #isForgotten(list: StoreList): boolean {
    try {
      this.#store.eventsSince(list.resourceVersion);
      return false;
    } catch (error) {
      if (error instanceof StatusError && error.isPlaceLost) return true;
      throw error;
    }
  }
}
