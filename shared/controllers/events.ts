/** Kubernetes Events of a decision: what `kubectl describe` and dashboards show. Best effort, as in every controller. */
import type { EventNote } from '#core/decision.ts';
import { messageOf } from '#core/errors.ts';
import { controllerOf, type KubernetesObject, type NewObject } from '#core/resources/kubernetes.ts';
import { formatTimestamp, type Instant } from '#core/time.ts';
import type { Cluster, Ports } from '../ports.ts';

const COMPONENT = 'rollouts-controller';

interface KubernetesEvent extends KubernetesObject {
  readonly involvedObject: object;
}

export async function emitEvents(
  notes: readonly EventNote[],
  about: KubernetesObject,
  cluster: Cluster,
  ports: Ports,
): Promise<void> {
  const now = ports.clock.now();
  const owner = ownerOf(about);
  const told = notes.flatMap((note) =>
    note.onOwnerToo && owner
      ? [
          { note, object: about },
          { note, object: owner },
        ]
      : [{ note, object: about }],
  );
  for (const [index, { note, object }] of told.entries()) {
    try {
      await cluster.create(eventObject(note, object, now, index));
    } catch (error) {
      ports.log.warn('Event not written', {
        namespace: about.metadata.namespace,
        name: about.metadata.name,
        reason: note.reason,
        error: messageOf(error),
      });
    }
  }
}

function ownerOf(object: KubernetesObject): KubernetesObject | undefined {
  const owner = controllerOf(object);
  if (owner === undefined) return undefined;
  const { apiVersion, kind, name, uid } = owner;
  // The version is the teller's: it keeps the names of two passes' events apart.
  const { namespace, resourceVersion = '' } = object.metadata;
  return { apiVersion, kind, metadata: { name, uid, namespace, resourceVersion } };
}

function eventObject(
  note: EventNote,
  about: KubernetesObject,
  now: Instant,
  index: number,
): NewObject<KubernetesEvent> {
  const { name, namespace, uid, resourceVersion = '' } = about.metadata;
  const timestamp = formatTimestamp(now);
  // Two passes may fall into one millisecond; what the first one saved has another version then.
  const suffix = `${Math.round(now).toString(16)}.${resourceVersion}${index}`;
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${suffix}`, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
    type: note.type,
    reason: note.reason,
    message: note.message,
    source: { component: COMPONENT },
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    count: 1,
  };
  return event;
}
