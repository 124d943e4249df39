/** Deletes what is born an orphan: an object whose owners are all gone by the time it is created. */
import type { Cancel, Timers } from '../clock.ts';
import { refOf, type ApiObject } from './objects.ts';
import type { Store } from './store.ts';
import { Worker } from './worker.ts';

/** What an owner leaves behind when it goes is dealt with by the store itself (deletion.ts). */
export function startGarbageCollector(store: Store, timers: Timers): Cancel {
  const worker = new Worker(timers, (uid) => {
    const object = store.all().find((each) => each.metadata.uid === uid);
    if (object !== undefined && isOrphan(store, object)) store.delete(refOf(object), { uid });
  });
  const unsubscribe = store.subscribe(({ type, object }) => {
    if (type === 'ADDED' && object.metadata.ownerReferences !== undefined) worker.soon(object.metadata.uid);
  });
  return () => {
    unsubscribe();
    worker.stop();
  };
}

function isOrphan(store: Store, object: ApiObject): boolean {
  const owners = object.metadata.ownerReferences ?? [];
  const living = new Set(store.all().map((each) => each.metadata.uid));
  return owners.length > 0 && !owners.some((owner) => living.has(owner.uid));
}
