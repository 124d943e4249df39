/** Pods as controllers look at them. */
import { parseTimestamp, SECOND, type Instant } from '#core/time.ts';
import {
  recordAt,
  recordsAt,
  refOf,
  type ApiObject,
  type ApiOwnerReference,
  type Draft,
  type SentObject,
} from './objects.ts';
import type { Store } from './store.ts';

export function controllerOf(object: ApiObject): ApiOwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

export function podsOf(store: Store, owner: ApiObject): readonly ApiObject[] {
  const { namespace, uid } = owner.metadata;
  const pods = store.list({ apiVersion: 'v1', kind: 'Pod', namespace }).items;
  return pods.filter((pod) => controllerOf(pod)?.uid === uid);
}

/** Neither ended nor being deleted. */
export function isActive(pod: ApiObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && !hasEnded(pod);
}

export function hasEnded(pod: ApiObject): boolean {
  const phase = phaseOf(pod);
  return phase === 'Succeeded' || phase === 'Failed';
}

export function phaseOf(pod: ApiObject): unknown {
  return recordAt(pod, 'status')['phase'];
}

export function conditionOf(pod: ApiObject, type: string): Draft | undefined {
  return recordsAt(recordAt(pod, 'status'), 'conditions').find((condition) => condition['type'] === type);
}

export function isReady(pod: ApiObject): boolean {
  return conditionOf(pod, 'Ready')?.['status'] === 'True';
}

/** When a ready pod counts as available; undefined when it is not ready. */
export function availableAt(pod: ApiObject, minReadySeconds: number): Instant | undefined {
  const since = conditionOf(pod, 'Ready')?.['lastTransitionTime'];
  const readySince = isReady(pod) && typeof since === 'string' ? parseTimestamp(since) : undefined;
  return readySince === undefined ? undefined : readySince + minReadySeconds * SECOND;
}

/** A pod of an owner's template; the store completes its name. */
export function podFrom(owner: ApiObject): SentObject & Draft {
  const template = recordAt(recordAt(owner, 'spec'), 'template');
  const { labels, annotations } = recordAt(template, 'metadata');
  const { apiVersion, kind, name } = refOf(owner);
  const controller = { apiVersion, kind, name, uid: owner.metadata.uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${name}-`,
      namespace: owner.metadata.namespace,
      labels,
      annotations,
      ownerReferences: [controller],
    },
    spec: template['spec'],
  };
}
