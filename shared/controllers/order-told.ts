/** What became of an order goes on the bus beside the transitions of its release. */
import { messageOf } from '#core/errors.ts';
import type { ReleaseSummary } from '#core/history/record.ts';
import { versionOf } from '#core/messages/story.ts';
import type { Ports, StoredOrder } from '../ports.ts';

/** An order that was finished late may have been for a release that has ended since. */
const PAST_RELEASES = 10;

/** The order is durable already: a bus that is down loses the announcement only. */
export async function tellOrder(
  type: 'ordered' | 'alerted',
  order: StoredOrder,
  message: string,
  ports: Ports,
): Promise<void> {
  const { id, rollout, person } = order;
  const { cluster, namespace, name } = rollout;
  const key = { cluster, kind: 'Rollout', namespace, name } as const;
  try {
    const release = await releaseOf(order, ports);
    const transition = { type, at: ports.clock.now(), message, details: { order: id, person } };
    await ports.bus.publish([{ id: `order/${id}`, key, releaseId: release?.id, release, transition }]);
  } catch (error) {
    ports.log.warn('Order not announced', { order: id, error: messageOf(error) });
  }
}

/** The one that the order was for; the latest one, where the order does not say, or nobody knows it. */
async function releaseOf(order: StoredOrder, { history }: Ports): Promise<ReleaseSummary | undefined> {
  const latest = (await history.latest({ ...order.rollout, kind: 'Rollout' }))?.release;
  const version = versionOf(order);
  if (version === undefined || latest?.podHash === version) return latest;
  const past = await history.releases(order.rollout, PAST_RELEASES);
  return past.find(({ podHash }) => podHash === version) ?? latest;
}
