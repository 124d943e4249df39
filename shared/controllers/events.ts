/**
 * Kubernetes Events of a decision: what `kubectl describe` and dashboards show. Best effort, as in every controller. What is
 * told again and again is one Event that counts, as with client-go's tools/record.
 */
import { createHash } from 'node:crypto';
import type { EventNote } from '#core/decision.ts';
import { ConflictError, messageOf } from '#core/errors.ts';
import { controllerOf, refOf, type KubernetesObject, type NewObject } from '#core/resources/kubernetes.ts';
import { formatTimestamp, HOUR, MINUTE, parseTimestamp, type Instant } from '#core/time.ts';
import type { Cluster, Ports } from '../ports.ts';

const COMPONENT = 'rollouts-controller';
/** An equal event is counted up for at most so long: about as long as the API server keeps it. */
const WINDOW = HOUR;
/** An event is counted as often at once, and then every five minutes: one that lasts costs next to nothing. */
export const BURST = 25;
export const REFILL = 5 * MINUTE;

export interface KubernetesEvent extends KubernetesObject {
  readonly involvedObject: { readonly kind?: string; readonly uid: string; readonly name: string };
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp: string;
  readonly count: number;
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
  for (const { note, object } of told) {
    try {
      await tell(eventObject(note, object, now), cluster);
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

/** @returns how often it has been told; undefined: it is not told now, so soon after the last time */
export async function tell(
  event: NewObject<KubernetesEvent>,
  cluster: Pick<Cluster, 'create' | 'get' | 'patch'>,
): Promise<number | undefined> {
  try {
    await cluster.create(event);
    return 1;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return countUp(event, cluster);
  }
}

async function countUp(
  event: NewObject<KubernetesEvent>,
  cluster: Pick<Cluster, 'get' | 'patch'>,
): Promise<number | undefined> {
  const ref = refOf(event);
  const known = await cluster.get<KubernetesEvent>(ref);
  if (known === undefined) return undefined;
  const { lastTimestamp } = event;
  const since = (parseTimestamp(lastTimestamp) ?? 0) - (parseTimestamp(known.lastTimestamp) ?? 0);
  if (known.count >= BURST && since < REFILL) return undefined;
  await cluster.patch(ref, { count: known.count + 1, lastTimestamp });
  return known.count + 1;
}

function ownerOf(object: KubernetesObject): KubernetesObject | undefined {
  const owner = controllerOf(object);
  if (owner === undefined) return undefined;
  const { apiVersion, kind, name, uid } = owner;
  return { apiVersion, kind, metadata: { name, uid, namespace: object.metadata.namespace } };
}

/** Equal events have equal names: whoever tells one a second time finds it. */
function eventName({ type, reason, message }: EventNote, { metadata }: KubernetesObject, now: Instant): string {
  const told = JSON.stringify([metadata.uid, type, reason, message, Math.floor(now / WINDOW)]);
  return `${metadata.name}.${createHash('sha256').update(told).digest('hex').slice(0, 16)}`;
}

function eventObject(note: EventNote, about: KubernetesObject, now: Instant): NewObject<KubernetesEvent> {
  const { name, namespace, uid } = about.metadata;
  const timestamp = formatTimestamp(now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(note, about, now), namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
    type: note.type,
    reason: note.reason,
    message: note.message,
    source: { component: COMPONENT },
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    count: 1,
  } as NewObject<KubernetesEvent>;
}
