/** Every minute: what changed in each cluster goes to the queue, and what was lost on its way is sent again. */
import { messageOf } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { discover } from '#shared/controllers/discover.ts';
import { noteReach } from '#shared/controllers/reach.ts';
import { resendOrders } from '#shared/controllers/resend-orders.ts';
import type { OrderSender, Ports } from '#shared/ports.ts';

export type TickPorts = Ports & { readonly sender: OrderSender };

export interface TickOptions {
  /** How long each watch is held: longer buys near-real-time for the price of a held function. */
  readonly watchFor?: Millis;
}

export function createTickHandler(ports: TickPorts, { watchFor = SECOND }: TickOptions = {}) {
  return async function tick(): Promise<{ added: number; rescued: number }> {
    const rescued = await orZero('Tickets not rescued', () => ports.queue.rescue());
    await orZero('Orders not sent again', () => resendOrders(ports));
    // One cluster that is down must not delay the others.
    const counts = await Promise.all([...ports.sites.values()].map((site) => countOrZero(site.cluster.name)));
    return { added: counts.reduce((sum, count) => sum + count, 0), rescued };
  };

  /** What could not be sent again now is sent again by the next tick; what changed must not wait for that. */
  async function orZero(message: string, send: () => Promise<number>): Promise<number> {
    try {
      return await send();
    } catch (error) {
      ports.log.warn(message, { error: messageOf(error) });
      return 0;
    }
  }

  async function countOrZero(cluster: string): Promise<number> {
    const site = ports.sites.get(cluster);
    if (site === undefined) return 0;
    try {
      const added = await discover(site, ports, { watchFor });
      await note(cluster);
      return added;
    } catch (error) {
      ports.log.warn('Cluster not reached', { cluster, error: messageOf(error) });
      await note(cluster, messageOf(error));
      return 0;
    }
  }

  /** Only told: a store that is down fails the tick where it matters. */
  async function note(cluster: string, problem?: string): Promise<void> {
    try {
      if ((await noteReach(cluster, problem, ports)) && problem === undefined)
        ports.log.info('Cluster answers again', { cluster });
    } catch (error) {
      ports.log.warn('Reach not noted', { cluster, error: messageOf(error) });
    }
  }
}
