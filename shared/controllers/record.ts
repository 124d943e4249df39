/** The record protocol of a pass: record → file → publish → told. A crash anywhere repeats idempotently. */
import { ConflictError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { LatestRecord, NewRecord } from '#core/history/record.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { Instant } from '#core/time.ts';
import type { Claim, ObjectKey, Ports, ReleaseEvent } from '../ports.ts';

/** What is new about an object, for the next record. */
export type Change = Pick<NewRecord, 'state' | 'release' | 'releaseId' | 'transitions'>;

/** What changed between the last record and the object as saved; undefined when nothing did. */
export type Comparison = (
  last: LatestRecord | undefined,
  saved: KubernetesObject | undefined,
  request: ObjectKey,
  now: Instant,
) => Change | undefined;

export type RecordPorts = Pick<Ports, 'clock' | 'history' | 'bus'>;

/**
 * @param last the record as it was before the object was read
 * @returns when the recorded state last changed
 * @throws ConflictError when another worker has recorded since: this pass saw an old world
 */
export async function recordChanges(
  compare: Comparison,
  claim: Claim,
  last: LatestRecord | undefined,
  saved: KubernetesObject | undefined,
  ports: RecordPorts,
): Promise<Instant> {
  const { request } = claim;
  let latest = last;
  if (latest !== undefined && latest.pending.length > 0) await tell(request, latest, ports);
  // The end of one release and the start of the next are two records.
  for (;;) {
    const now = ports.clock.now();
    const change = compare(latest, saved, request, now);
    if (change === undefined) return changedAt(latest, now);
    latest = await record(
      request,
      latest,
      { ...change, fence: claim.seq, expectedVersion: latest?.version ?? 0 },
      ports,
    );
    await tell(request, latest, ports);
  }
}

function changedAt(latest: LatestRecord | undefined, now: Instant): Instant {
  const at = latest?.state['changedAt'];
  return typeof at === 'number' ? at : now;
}

async function record(
  request: ObjectKey,
  latest: LatestRecord | undefined,
  next: NewRecord,
  ports: RecordPorts,
): Promise<LatestRecord> {
  const result = await ports.history.record(request, next);
  if (result === 'conflict') throw new ConflictError(`history of ${request.namespace}/${request.name} moved on`);
  const { transitions, expectedVersion, ...rest } = next;
  return { ...rest, version: expectedVersion + 1, pending: transitions };
}

async function tell(request: ObjectKey, latest: LatestRecord, ports: RecordPorts): Promise<void> {
  if (latest.pending.length === 0 && latest.release === undefined) return;
  await ports.history.file(request, latest);
  if (latest.pending.length === 0) return;
  await ports.bus.publish(eventsOf(request, latest));
  await ports.history.told(request, latest.version);
}

function eventsOf(key: ObjectKey, latest: LatestRecord): ReleaseEvent[] {
  const { version, releaseId } = latest;
  const places = latest.places ?? latest.pending.map((_, index) => ({ version, index, releaseId }));
  return latest.pending.map((transition, position) => ({
    id: [key.cluster, key.kind, key.namespace, key.name, places[position]?.version, places[position]?.index].join('/'),
    key,
    releaseId: places[position]?.releaseId,
    release: latest.release,
    transition,
  }));
}

/** Equal as data; used to leave an unchanged record alone. */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A typed state as the JSON that history stores. */
export function toJson(state: object): JsonObject {
  return state as unknown as JsonObject;
}
