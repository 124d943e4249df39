/** Releases with all that belongs to them. */
import { gapsWithin, type Gap } from '#core/history/gaps.ts';
import type { RecordedTransition, ReleaseSummary } from '#core/history/record.ts';
import type { CursorStore, ObjectKey, OrderStore, ReleaseEvent, RunHistory, StoredOrder } from '../ports.ts';
import { readGaps } from './reach.ts';

export interface ReleaseHistory {
  readonly release: ReleaseSummary;
  readonly transitions: readonly RecordedTransition[];
  /** Orders and alerts received while it ran. */
  readonly orders: readonly StoredOrder[];
  /** When its cluster gave no answer while it ran. */
  readonly gaps: readonly Gap[];
}

export interface HistoryPorts {
  readonly history: RunHistory;
  readonly orders: OrderStore;
  readonly cursors: Pick<CursorStore, 'get'>;
}

const ORDERS = 100;

export async function readHistory(
  rollout: Omit<ObjectKey, 'kind'>,
  limit: number,
  ports: HistoryPorts,
): Promise<readonly ReleaseHistory[]> {
  const releases = await ports.history.releases(rollout, limit);
  const known = await ports.orders.ofRollout(rollout, ORDERS);
  return Promise.all(releases.map((release) => withAll(release, known, ports)));
}

/**
 * What was filed of one release, down to the last write: an index may lag, and who asks here is told of no later change.
 * @param news id of an order that the index may not know yet
 */
export async function readRelease(
  rollout: Omit<ObjectKey, 'kind'>,
  releaseId: string,
  ports: HistoryPorts,
  news?: string,
): Promise<ReleaseHistory | undefined> {
  const release = await ports.history.release(releaseId);
  return release && withAll(release, await ordersAsTheyAre(rollout, news, ports), ports);
}

/** What the index shows as open may be finished: that, and the news, is read by its key. */
async function ordersAsTheyAre(
  rollout: Omit<ObjectKey, 'kind'>,
  news: string | undefined,
  { orders }: HistoryPorts,
): Promise<readonly StoredOrder[]> {
  const indexed = await orders.ofRollout(rollout, ORDERS);
  const settled = indexed.filter(({ state }) => state !== 'accepted');
  const open = indexed.filter(({ state }) => state === 'accepted').map(({ id }) => id);
  const known = new Set(settled.map(({ id }) => id));
  const unsure = new Set([...open, ...(news === undefined || known.has(news) ? [] : [news])]);
  const read = await Promise.all([...unsure].map((id) => orders.get(id)));
  return [...settled, ...read.filter((order) => order !== undefined)].toSorted((a, b) => b.receivedAt - a.receivedAt);
}

async function withAll(
  release: ReleaseSummary,
  known: readonly StoredOrder[],
  { history, cursors }: HistoryPorts,
): Promise<ReleaseHistory> {
  const [transitions, gaps] = await Promise.all([history.transitions(release.id), readGaps(release.cluster, cursors)]);
  const orders = known.filter((order) => isWithin(order, release));
  return { release, transitions, orders, gaps: gapsWithin(gaps, release.startedAt, release.finishedAt) };
}

function isWithin({ receivedAt }: StoredOrder, { startedAt, finishedAt }: ReleaseSummary): boolean {
  return receivedAt >= startedAt && receivedAt <= (finishedAt ?? Number.POSITIVE_INFINITY);
}

/** The release that an event is about; the event of a run says in its details which Rollout it is of. */
export async function readReleaseOf(
  releaseId: string,
  { key, release, transition }: ReleaseEvent,
  ports: HistoryPorts,
): Promise<ReleaseHistory | undefined> {
  const named = release?.rollout ?? (key.kind === 'Rollout' ? key.name : transition.details['rollout']);
  if (typeof named !== 'string') return undefined;
  const news = transition.details['order'];
  const rollout = { cluster: key.cluster, namespace: key.namespace, name: named };
  return readRelease(rollout, releaseId, ports, typeof news === 'string' ? news : undefined);
}
