/**
 * History in DynamoDB: the record of a pass is one conditional write of the object's `latest` item; transitions and
 * release summaries are copies of what it held. Bodies are JSON text: DynamoDB's numbers end at 1e126, its maps at 32 levels.
 */
import { dayOf, newestReleaseFirst } from '#core/history/lists.ts';
import { objectId } from '#core/history/object-id.ts';
import { inOrder, pendingOf, toFile, withPending, type PendingTransition } from '#core/history/pending.ts';
import type { LatestRecord, NewRecord, RecordedTransition, ReleaseSummary } from '#core/history/record.ts';
import { jsonBytes } from '#core/history/trim.ts';
import { expiresAt } from '../dynamodb/definition.ts';
import { present, type Condition, type Item, type ItemKey, type Table, type Update } from '../dynamodb/table.ts';
import type { Clock, ObjectKey, RunHistory } from '../ports.ts';

/** Bytes that may wait to be told: with the state and the summary far below the 400 KB of an item. */
const PENDING_BYTES = 300_000;

export function createDynamodbRunHistory(table: Table, clock: Clock): RunHistory {
  async function fileSummary(release: ReleaseSummary, version: number): Promise<void> {
    const item = {
      summary: JSON.stringify(release),
      version,
      rollout: releasesOf(release.cluster, release.namespace, release.rollout),
      day: dayOf(release.startedAt),
      at: release.startedAt,
      expires: expiresAt(clock.now()),
    };
    // A worker that fell behind must not take the summary back to what it knew.
    const newer = { expression: 'attribute_not_exists(#pk) OR #version <= :mine', values: { mine: version } };
    await table.put(summaryKey(release.id), item, newer);
  }

  return {
    async latest(key) {
      const item = await table.get(latestKey(key));
      return item && fromLatestItem(item);
    },
    async record(key, record) {
      // A Rollout has no end, and its record no time to live; a run that is over is not looked at again.
      const expires = key.kind === 'Rollout' ? undefined : expiresAt(clock.now());
      const pending = pendingOf(record).map((transition) => JSON.stringify(transition));
      const bytes = pending.reduce((sum, text) => sum + jsonBytes(text), 0);
      const tag = await table.update(
        latestKey(key),
        recordUpdate(record, pending, bytes, expires),
        guard(record, bytes),
      );
      return tag === undefined ? 'conflict' : 'recorded';
    },
    async file(key, latest) {
      const expires = expiresAt(clock.now());
      const items = toFile(objectId(key), latest).map((transition) => ({ ...toTransitionItem(transition), expires }));
      await Promise.all([
        table.putAll(items),
        latest.release === undefined ? undefined : fileSummary(latest.release, latest.version),
      ]);
    },
    async told(key, version) {
      const update = { expression: 'SET #pending = :none, #pendingBytes = :zero', values: { none: [], zero: 0 } };
      await table.update(latestKey(key), update, { expression: '#version = :version', values: { version } });
    },
    async release(id) {
      const item = await table.get(summaryKey(id));
      return item && fromSummaryItem(item);
    },
    async releases({ cluster, namespace, name }, limit) {
      const partition = releasesOf(cluster, namespace, name);
      const items = await table.query(partition, { index: 'rollout', newestFirst: true, ...present({ limit }) });
      return items.map(fromSummaryItem).toSorted(newestReleaseFirst);
    },
    async releasesOfDay(day) {
      return (await table.query(day, { index: 'day' })).map(fromSummaryItem).toSorted(newestReleaseFirst);
    },
    async transitions(release) {
      const sort = { expression: 'begins_with(#sk, :transitions)', values: { transitions: 't#' } };
      return inOrder((await table.query(`release#${release}`, { sort })).map(fromTransitionItem));
    },
  };
}

function latestKey(key: ObjectKey): ItemKey {
  return { pk: `object#${objectId(key)}`, sk: 'latest' };
}

function summaryKey(id: string): ItemKey {
  return { pk: `release#${id}`, sk: 'summary' };
}

function releasesOf(cluster: string, namespace: string, rollout: string): string {
  return `releases#${cluster}/${namespace}/${rollout}`;
}

/** What was not told before stays pending; transitions are added, never replaced. */
function recordUpdate(
  record: NewRecord,
  pending: readonly string[],
  bytes: number,
  expires: number | undefined,
): Update {
  const { releaseId, release } = record;
  const optional = { releaseId, release: release && JSON.stringify(release), expires };
  const [given, absent] = [true, false].map((wanted) =>
    Object.entries(optional).flatMap(([name, value]) => ((value !== undefined) === wanted ? [name] : [])),
  );
  const set = [
    '#version = :next',
    '#fence = :fence',
    '#state = :state',
    '#pending = list_append(if_not_exists(#pending, :none), :pending)',
    '#pendingBytes = if_not_exists(#pendingBytes, :zero) + :bytes',
    ...(given ?? []).map((name) => `#${name} = :${name}`),
  ];
  const remove = absent?.length ? ` REMOVE ${absent.map((name) => `#${name}`).join(', ')}` : '';
  const state = JSON.stringify(record.state);
  const values = { next: record.expectedVersion + 1, fence: record.fence, state, none: [], zero: 0, pending, bytes };
  return { expression: `SET ${set.join(', ')}${remove}`, values: { ...values, ...present(optional) } };
}

/** Too much untold is a conflict too: the next pass tells it first. */
function guard({ expectedVersion, fence }: NewRecord, bytes: number): Condition {
  if (expectedVersion === 0) return { expression: 'attribute_not_exists(#version)' };
  return {
    expression: '#version = :version AND #fence <= :fence AND #pendingBytes <= :room',
    values: { version: expectedVersion, fence, room: PENDING_BYTES - bytes },
  };
}

function fromLatestItem(item: Item): LatestRecord {
  const { version, fence, state, releaseId, release, pending } = item as unknown as LatestItem;
  const record = {
    version,
    fence,
    state: JSON.parse(state) as LatestRecord['state'],
    ...(releaseId === undefined ? {} : { releaseId }),
    ...(release === undefined ? {} : { release: JSON.parse(release) as ReleaseSummary }),
  };
  return withPending(
    record,
    pending.map((text) => JSON.parse(text) as PendingTransition),
  );
}

interface LatestItem {
  readonly version: number;
  readonly fence: number;
  readonly state: string;
  readonly releaseId?: string;
  readonly release?: string;
  readonly pending: readonly string[];
}

function toTransitionItem(recorded: RecordedTransition): ItemKey & Item {
  const { release, object, version, index, ...transition } = recorded;
  const place = `${String(version).padStart(10, '0')}#${String(index).padStart(5, '0')}`;
  return {
    pk: `release#${release}`,
    sk: `t#${object}#${place}`,
    release,
    object,
    version,
    index,
    transition: JSON.stringify(transition),
  };
}

function fromTransitionItem(item: Item): RecordedTransition {
  const { release, object, version, index, transition } = item as unknown as RecordedTransition & {
    transition: string;
  };
  return { ...(JSON.parse(transition) as RecordedTransition), release, object, version, index };
}

function fromSummaryItem({ summary }: Item): ReleaseSummary {
  return JSON.parse(summary as string) as ReleaseSummary;
}
