/** The handlers of Weir on the queues of this process: what the functions on AWS are, without what carries them there. */
import { MINUTE, type Millis } from '#core/time.ts';
import type { AlertPolicy } from '#core/alerts/policy.ts';
import type { Policy } from '#core/commands/policy.ts';
import { handleMessage } from '#shared/controllers/pass.ts';
import type { Clock, EventBus, Log, Ports, RollbackRules, Site, WorkMessage } from '#shared/ports.ts';
import { answer } from '#shared/slack/answers.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { createOrdersHandler } from '../../functions/orders/handler.ts';
import type { Timers } from '../local/clock.ts';
import { OrdersWorker } from './orders-worker.ts';
import { createPatientQueue } from './patient-queue.ts';
import type { Stores } from './store-set.ts';
import type { Telemetry } from './telemetry.ts';
import { WorkLanes } from './work-lanes.ts';

export interface WorkParts {
  readonly site: Site;
  readonly stores: Stores;
  readonly bus: EventBus;
  readonly timers: Timers & Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly policy: Policy;
  readonly alerts: AlertPolicy;
  readonly rollback: RollbackRules;
}

export interface Work {
  readonly ports: Ports;
  readonly lanes: WorkLanes;
  readonly orders: OrdersWorker;
}

/** No pass takes longer: a measurement ends after a minute. */
const HOLD: Millis = 5 * MINUTE;

export function createWork(parts: WorkParts): Work {
  const { site, stores, timers, log, telemetry } = parts;
  const lanes = new WorkLanes({
    timers,
    log,
    handle: (message) => pass(message, ports, telemetry),
    late: (kind, length) => telemetry.late(kind, length),
  });
  const ports: Ports = {
    clock: timers,
    sites: new Map([[site.cluster.name, site]]),
    queue: createPatientQueue({
      queue: createTicketQueue({ store: stores.tickets, sender: lanes, clock: timers, hold: HOLD }),
      timers,
      isStopped: () => lanes.isStopped,
    }),
    history: stores.history,
    bus: parts.bus,
    cursors: stores.cursors,
    orders: stores.orders,
    log,
    rollback: parts.rollback,
  };
  const apply = createOrdersHandler(ports, {
    policy: parts.policy,
    alerts: parts.alerts,
    rollback: parts.rollback,
    answer,
  });
  const orders = new OrdersWorker({
    cursors: stores.cursors,
    timers,
    log,
    apply: async (record) => {
      await apply(record);
      telemetry.order();
    },
  });
  return { ports, lanes, orders };
}

async function pass(message: WorkMessage, ports: Ports, telemetry: Telemetry): Promise<'done' | 'redeliver'> {
  const startedAt = performance.now();
  try {
    const outcome = await handleMessage(message, ports);
    telemetry.pass(message, outcome, performance.now() - startedAt);
    return outcome;
  } catch (error) {
    telemetry.pass(message, 'failed', performance.now() - startedAt);
    throw error;
  }
}
