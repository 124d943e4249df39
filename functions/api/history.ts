/** Releases with all that belongs to them. */
import type { RecordedTransition, ReleaseSummary } from '#core/history/record.ts';
import type { ObjectKey, OrderStore, RunHistory, StoredOrder } from '#shared/ports.ts';

export interface ReleaseHistory {
  readonly release: ReleaseSummary;
  readonly transitions: readonly RecordedTransition[];
  /** Orders and alerts received while it ran. */
  readonly orders: readonly StoredOrder[];
}

const ORDERS = 100;

export async function readHistory(
  rollout: Omit<ObjectKey, 'kind'>,
  limit: number,
  { history, orders }: { readonly history: RunHistory; readonly orders: OrderStore },
): Promise<readonly ReleaseHistory[]> {
  const releases = await history.releases(rollout, limit);
  const known = await orders.ofRollout(rollout, ORDERS);
  return Promise.all(
    releases.map(async (release) => ({
      release,
      transitions: await history.transitions(release.id),
      orders: known.filter((order) => isWithin(order, release)),
    })),
  );
}

function isWithin({ receivedAt }: StoredOrder, { startedAt, finishedAt }: ReleaseSummary): boolean {
  return receivedAt >= startedAt && receivedAt <= (finishedAt ?? Number.POSITIVE_INFINITY);
}
