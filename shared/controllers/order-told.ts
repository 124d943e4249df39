/** What became of an order goes on the bus beside the transitions of its release. */
import { messageOf } from '#core/errors.ts';
import type { Ports, StoredOrder } from '../ports.ts';

/** The order is durable already: a bus that is down loses the announcement only. */
export async function tellOrder(
  type: 'ordered' | 'alerted',
  { id, rollout, person }: StoredOrder,
  message: string,
  ports: Ports,
): Promise<void> {
  const { cluster, namespace, name } = rollout;
  const key = { cluster, kind: 'Rollout', namespace, name } as const;
  try {
    const release = (await ports.history.latest(key))?.release;
    const transition = { type, at: ports.clock.now(), message, details: { order: id, person } };
    await ports.bus.publish([{ id: `order/${id}`, key, releaseId: release?.id, release, transition }]);
  } catch (error) {
    ports.log.warn('Order not announced', { order: id, error: messageOf(error) });
  }
}
