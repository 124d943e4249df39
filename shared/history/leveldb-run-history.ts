/**
 * History on this machine's disk, for `weir run`: the layout of DynamoDB's table as keys in order.
 *
 *   latest/<object>                             the newest record of an object, with its pending transitions
 *   release/<release>                           the summary of a release
 *   of/<cluster>/<namespace>/<rollout>/<start>  … and again under its rollout
 *   day/<day>/<start>/<release>                 … and under its day
 *   t/<release>/<object>/<version>/<index>      a transition of a release
 */
import { dayOf, newestReleaseFirst } from '#core/history/lists.ts';
import { objectId } from '#core/history/object-id.ts';
import { inOrder, pendingOf, toFile, withPending, type PendingTransition } from '#core/history/pending.ts';
import type { LatestRecord, NewRecord, RecordedTransition, ReleaseSummary } from '#core/history/record.ts';
import { DAY, type Instant, type Millis } from '#core/time.ts';
import { sortable, type LevelStore, type Write } from '../leveldb/store.ts';
import type { Clock, ObjectKey, RunHistory } from '../ports.ts';

/** How long history is kept. */
const KEEP: Millis = 400 * DAY;

interface Latest {
  readonly record: Omit<LatestRecord, 'pending' | 'places'>;
  readonly pending: readonly PendingTransition[];
}

interface Filed {
  readonly version: number;
  readonly release: ReleaseSummary;
}

export function createLeveldbRunHistory(store: LevelStore, clock: Clock): RunHistory {
  const expires = (): Instant => Math.ceil(clock.now() + KEEP);

  async function summaryWrites({ version, release }: LatestRecord): Promise<readonly Write[]> {
    if (release === undefined) return [];
    const filed = await store.get<Filed>(releaseKey(release.id));
    // A pass that fell behind must not take the summary back to what it knew.
    if (filed !== undefined && filed.version > version) return [];
    const item: Filed = { version, release };
    return [releaseKey(release.id), rolloutKey(release), dayKey(release)].map((key) => ({
      key,
      item,
      expires: expires(),
    }));
  }

  return {
    async latest(key) {
      const stored = await store.get<Latest>(latestKey(key));
      return stored && withPending(stored.record, stored.pending);
    },
    record: (key, record) =>
      store.exclusively(latestKey(key), async () => {
        const before = await store.get<Latest>(latestKey(key));
        if (!fits(before, record)) return 'conflict';
        await store.write([latestWrite(key, after(before, record), expires())]);
        return 'recorded';
      }),
    file: (key, latest) =>
      store.exclusively(latestKey(key), async () => {
        const transitions = toFile(objectId(key), latest).map((item) => ({
          key: transitionKey(item),
          item,
          expires: expires(),
        }));
        store.writeSoon([...transitions, ...(await summaryWrites(latest))]);
      }),
    told: (key, version) =>
      store.exclusively(latestKey(key), async () => {
        const stored = await store.get<Latest>(latestKey(key));
        if (stored?.record.version !== version) return;
        // With what was filed, or after it: what is not on disk when the process dies is filed and told again.
        store.writeSoon([latestWrite(key, { ...stored, pending: [] }, expires())]);
      }),
    async release(id) {
      return (await store.get<Filed>(releaseKey(id)))?.release;
    },
    async releases({ cluster, namespace, name }, limit) {
      const prefix = `of/${cluster}/${namespace}/${name}/`;
      return releasesOf(await store.range<Filed>(prefix, { newestFirst: true, limit }));
    },
    async releasesOfDay(day) {
      return releasesOf(await store.range<Filed>(`day/${day}/`));
    },
    async transitions(release) {
      return inOrder(await store.range<RecordedTransition>(`t/${release}/`));
    },
  };
}

function fits(before: Latest | undefined, { expectedVersion, fence }: NewRecord): boolean {
  return (before?.record.version ?? 0) === expectedVersion && (before?.record.fence ?? 0) <= fence;
}

/** What was not told before stays pending. */
function after(before: Latest | undefined, record: NewRecord): Latest {
  const { expectedVersion, transitions: _, ...rest } = record;
  return {
    record: { ...rest, version: expectedVersion + 1 },
    pending: [...(before?.pending ?? []), ...pendingOf(record)],
  };
}

/** A Rollout has no end, and its record no time to live; a run that is over is not looked at again. */
function latestWrite(key: ObjectKey, item: Latest, expires: Instant): Write {
  return { key: latestKey(key), item, ...(key.kind === 'Rollout' ? {} : { expires }) };
}

function releasesOf(filed: readonly Filed[]): readonly ReleaseSummary[] {
  return filed.map(({ release }) => release).toSorted(newestReleaseFirst);
}

function latestKey(key: ObjectKey): string {
  return `latest/${objectId(key)}`;
}

function releaseKey(id: string): string {
  return `release/${id}`;
}

function rolloutKey({ cluster, namespace, rollout, startedAt, revision, id }: ReleaseSummary): string {
  return `of/${cluster}/${namespace}/${rollout}/${sortable(startedAt)}/${sortable(revision)}/${id}`;
}

function dayKey({ startedAt, id }: ReleaseSummary): string {
  return `day/${dayOf(startedAt)}/${sortable(startedAt)}/${id}`;
}

function transitionKey({ release, object, version, index }: RecordedTransition): string {
  return `t/${release}/${object}/${sortable(version)}/${sortable(index)}`;
}
