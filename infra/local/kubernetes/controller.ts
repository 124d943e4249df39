/** The loop that the stand-in's controllers have in common: hear of a change, look at the owner, put it right. */
import type { Cancel, Timers } from '../clock.ts';
import type { StoreEvent } from './event-log.ts';
import { refOf, type ApiObject, type ApiRef } from './objects.ts';
import { controllerOf } from './pods.ts';
import type { Store } from './store.ts';
import { Worker } from './worker.ts';

/** @returns when to look again, milliseconds from now; undefined: at the next change */
type Sync = (store: Store, object: ApiObject) => number | undefined;

/** Look at each object of a kind at the start, when it changes and when a pod that it controls does. */
export function startOwnerController(store: Store, timers: Timers, owner: ApiKind, sync: Sync): Cancel {
  const worker = new Worker(timers, (key) => {
    const object = store.find({ ...owner, ...fromKey(key) });
    const delay = object === undefined ? undefined : sync(store, object);
    if (delay !== undefined) worker.later(key, delay);
  });
  for (const object of store.list(owner).items) worker.soon(toKey(refOf(object)));
  const unsubscribe = store.subscribe((event) => {
    const ref = concerned(event, owner);
    if (ref !== undefined) worker.soon(toKey(ref));
  });
  return () => {
    unsubscribe();
    worker.stop();
  };
}

export interface ApiKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The owner that an event is about. */
function concerned({ object }: StoreEvent, owner: ApiKind): ApiRef | undefined {
  if (object.kind === owner.kind && object.apiVersion === owner.apiVersion) return refOf(object);
  const controller = object.kind === 'Pod' ? controllerOf(object) : undefined;
  if (controller?.kind !== owner.kind || controller.apiVersion !== owner.apiVersion) return undefined;
  return { ...owner, namespace: object.metadata.namespace, name: controller.name };
}

function toKey(ref: ApiRef): string {
  return `${ref.namespace ?? ''}/${ref.name}`;
}

function fromKey(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
