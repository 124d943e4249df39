/** A watch as one query sees it: only matching objects, and those that begin or cease to match come and go. */
import type { Cancel } from '../clock.ts';
import type { StoreEvent } from './event-log.ts';
import { kindKey } from './kinds.ts';
import type { ApiObject } from './objects.ts';
import { inVersion, matcherOf, type StoreQuery } from './query.ts';
import type { Store } from './store.ts';

export interface WatchedChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

/**
 * The listener hears of the past within this call, then of each change within its write.
 * @param resourceVersion where to start; absent, empty or `0`: with the objects as they are now
 * @throws StatusError 404 for an unknown kind, 410 when the start is too long ago
 */
export function openWatch(
  store: Store,
  query: StoreQuery,
  resourceVersion: string | undefined,
  listener: (change: WatchedChange) => void,
): Cancel {
  const view = viewOf(store, query);
  const past = isUnset(resourceVersion) ? present(store, query) : store.eventsSince(resourceVersion).flatMap(view);
  for (const change of past) listener(change);
  return store.subscribe((event) => {
    for (const change of view(event)) listener(change);
  });
}

function isUnset(resourceVersion: string | undefined): resourceVersion is undefined {
  return resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0';
}

function present(store: Store, query: StoreQuery): readonly WatchedChange[] {
  return store.list(query).items.map((object) => ({ type: 'ADDED', object }));
}

function viewOf(store: Store, query: StoreQuery): (event: StoreEvent) => readonly WatchedChange[] {
  const watched = kindKey(store.kinds.require(query.apiVersion, query.kind));
  const matches = matcherOf(query);
  return (event) => {
    if (kindKey(event.kind) !== watched) return [];
    const type = changeOf(event, matches);
    return type === undefined ? [] : [{ type, object: inVersion(event.object, query.apiVersion) }];
  };
}

function changeOf(event: StoreEvent, matches: (object: ApiObject) => boolean): WatchedChange['type'] | undefined {
  const before = event.previous !== undefined && matches(event.previous);
  const after = event.type !== 'DELETED' && matches(event.object);
  if (before && after) return 'MODIFIED';
  if (after) return 'ADDED';
  return before ? 'DELETED' : undefined;
}
