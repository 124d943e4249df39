/** Transitions between their record and their telling: how large they may be, where they belong, how they are read again. */
import type { LatestRecord, NewRecord, Place, RecordedTransition, Transition } from './record.ts';
import { trim } from './trim.ts';

/** Bytes that all transitions of one record may have, and one of them: a database item ends at 400 KB. */
const RECORD_BYTES = 200_000;
const TRANSITION_BYTES = 4_000;

export interface PendingTransition {
  readonly place: Place;
  readonly transition: Transition;
}

/** What one record adds to the pending ones. Trimmed: a record fits into an item, whatever a metric answered. */
export function pendingOf(record: NewRecord): readonly PendingTransition[] {
  const { releaseId, expectedVersion, transitions } = record;
  const limit = shareOf(transitions.length);
  return transitions.map((transition, index) => ({
    place: { version: expectedVersion + 1, index, ...(releaseId === undefined ? {} : { releaseId }) },
    transition: trim(transition, limit),
  }));
}

/** The record as its readers see it. */
export function withPending(
  record: Omit<LatestRecord, 'pending' | 'places'>,
  pending: readonly PendingTransition[],
): LatestRecord {
  const carried = pending.some(({ place }) => place.version !== record.version);
  return {
    ...record,
    pending: pending.map(({ transition }) => transition),
    ...(carried ? { places: pending.map(({ place }) => place) } : {}),
  };
}

/** The pending transitions as they are filed: at their places, without those of no release. Equal at each repetition. */
export function toFile(object: string, latest: LatestRecord): readonly RecordedTransition[] {
  const places = placesOf(latest);
  return latest.pending.flatMap((transition, position) => {
    const { version, index, releaseId } = places[position] ?? {};
    if (version === undefined || index === undefined || releaseId === undefined) return [];
    const limit = shareOf(places.filter((place) => place.version === version).length);
    return [{ ...trim(transition, limit), release: releaseId, object, version, index }];
  });
}

function placesOf({ version, releaseId, pending, places }: LatestRecord): readonly Place[] {
  const own = releaseId === undefined ? { version } : { version, releaseId };
  return places ?? pending.map((_, index) => ({ ...own, index }));
}

function shareOf(count: number): number {
  return Math.min(TRANSITION_BYTES, Math.floor(RECORD_BYTES / Math.max(1, count)));
}

/** By time; those of one object in the order of their records, even where a clock went back between them. */
export function inOrder(transitions: readonly RecordedTransition[]): readonly RecordedTransition[] {
  const latest = new Map<string, number>();
  return transitions
    .toSorted((a, b) => a.version - b.version || a.index - b.index)
    .map((transition) => {
      const at = Math.max(transition.at, latest.get(transition.object) ?? transition.at);
      latest.set(transition.object, at);
      return { at, transition };
    })
    .toSorted((a, b) => a.at - b.at || compareText(a.transition.object, b.transition.object))
    .map(({ transition }) => transition);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
