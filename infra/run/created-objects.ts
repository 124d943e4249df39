/** What Weir creates here: children carry the instance id of their makers, and Events go to the recorder. */
import type { KubernetesObject, NewObject } from '#core/resources/kubernetes.ts';
import { INSTANCE_ID } from '#core/resources/keys.ts';
import type { Cluster } from '#shared/ports.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { KubernetesEvent } from '#shared/controllers/events.ts';
import { isOwnKind } from './kinds.ts';

/** @param create of the cluster itself */
export function createWith(
  create: Cluster['create'],
  { instanceId, events }: { readonly instanceId: string | undefined; readonly events: EventRecorder },
): Cluster['create'] {
  return async <T extends KubernetesObject>(object: NewObject<T>) => {
    if (object.apiVersion === 'v1' && object.kind === 'Event') {
      events.record(object as unknown as NewObject<KubernetesEvent>);
      return object as unknown as T;
    }
    return create<T>(instanceId !== undefined && isOwnKind(object) ? labelled(object, instanceId) : object);
  };
}

function labelled<T extends KubernetesObject>(object: NewObject<T>, instanceId: string): NewObject<T> {
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [INSTANCE_ID]: instanceId } } };
}
