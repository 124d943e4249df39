/** Deliberate defects, to see that the simulation of the whole would find them. */
import { bindTo } from '#core/commands/command.ts';
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { refOf } from '#core/resources/kubernetes.ts';
import type { Cluster, OrderStore, RunHistory, WorkQueue } from '#shared/ports.ts';
import type { TicketStore } from '#shared/queue/ticket-store.ts';
import { droppingDirtyFlag, recordingBlindly, withoutRescue } from '../bugs.ts';
import { NAME, NAMESPACE } from './scenario.ts';

/** The shared parts of the world that a defect may replace. */
export interface Core {
  readonly tickets: TicketStore;
  readonly history: RunHistory;
  readonly orders: OrderStore;
  readonly cluster: Cluster;
  readonly queueOf: (queue: WorkQueue) => WorkQueue;
}

const ROLLOUT = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: NAMESPACE, name: NAME };

export const BUGS = {
  'dropped dirty flag': (core: Core): Core => ({ ...core, tickets: droppingDirtyFlag(core.tickets) }),
  'lost rescue': (core: Core): Core => ({ ...core, queueOf: withoutRescue }),
  /** A promote ends whatever pause there is when it is applied, not the one that the asker saw. */
  'double promote': (core: Core): Core => ({
    ...core,
    orders: {
      ...core.orders,
      async get(id) {
        const order = await core.orders.get(id);
        const rollout = await core.cluster.get<Rollout>(ROLLOUT);
        const command = order?.order['command'] as JsonObject | undefined;
        if (order === undefined || rollout === undefined || command?.['verb'] !== 'promote') return order;
        const rebound = { ...command, binding: bindTo(rollout) as unknown as JsonObject };
        return { ...order, order: { ...order.order, command: rebound } };
      },
    },
  }),
  'record without fence': (core: Core): Core => ({ ...core, history: recordingBlindly(core.history) }),
  /** What resolves lifts the abort that it brought. */
  'unlatched abort': (core: Core): Core => ({
    ...core,
    orders: {
      ...core.orders,
      async accept(order) {
        if (order.id.endsWith(':resolved')) {
          const rollout = await core.cluster.get<Rollout>(ROLLOUT);
          if (rollout?.status?.abort === true)
            await core.cluster.patchStatus({ ...rollout, ...refOf(rollout) }, { ...rollout.status, abort: false });
        }
        return core.orders.accept(order);
      },
    },
  }),
} as const satisfies Record<string, (core: Core) => Core>;

export type Bug = keyof typeof BUGS;
