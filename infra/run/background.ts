/** What `weir run` does once it listens: it asks what it may, learns what there is, makes sure that it is alone, and works. */
import { laneOf } from '#shared/controllers/load.ts';
import { openOrders } from '#shared/controllers/resend-orders.ts';
import type { Logger } from '#shared/logger.ts';
import type { Feed } from './feed.ts';
import type { MeasurementGuard } from './foreign-measurements.ts';
import { identityOf } from './identity.ts';
import { createLeadership } from './leadership.ts';
import { leasePlace } from './lease-place.ts';
import type { RunOptions } from './options.ts';
import { startPermissionCheck } from './permission-check.ts';
import { processClock } from './process-clock.ts';
import type { Readiness } from './readiness.ts';
import type { RunConfig } from './site.ts';
import type { Stores } from './store-set.ts';
import type { WeirCluster } from './weir-cluster.ts';
import type { Work } from './work.ts';

export interface BackgroundParts {
  readonly options: RunOptions;
  readonly config: RunConfig;
  readonly cluster: WeirCluster;
  readonly stores: Stores;
  readonly work: Work;
  readonly feed: Feed;
  readonly readiness: Readiness;
  readonly guard: MeasurementGuard;
  readonly log: Logger;
}

export interface Background {
  /** Passes and orders in hand are finished. */
  stop(): Promise<void>;
}

export interface Endings {
  /** Told once when it may not go on. */
  readonly onEnd: (why: string) => void;
  /** It could not start. */
  readonly onFailure: (error: unknown) => void;
}

/** From the first request to the API server on. */
export function startBackground(parts: BackgroundParts, { onEnd, onFailure }: Endings): Background {
  const { options, config, cluster, stores, work, feed, readiness, guard, log } = parts;
  const timers = processClock;
  const { leaseNamespace, instanceId } = options;
  const common = { direct: cluster.direct, config: config.cluster, timers, log, readiness };
  const permissions = startPermissionCheck({
    ...common,
    instanceId,
    lease: leasePlace({ leaseNamespace, instanceId, config: config.cluster }),
  });
  readiness.set('start', 'the cluster has not been listed yet');
  readiness.ask('watches', () => cluster.cached.problems().map(({ kind, problem }) => `${kind}: ${problem}`));
  const identity = identityOf(stores.cursors, options.dynamodbEndpoint === undefined);
  const leading = identity.then((name) =>
    createLeadership({
      ...common,
      instanceId,
      leaseNamespace,
      identity: name,
      onEnd,
    }),
  );
  let isStopping = false;
  const started = (async () => {
    const [leadership] = await Promise.all([leading, cluster.cached.start(), work.orders.load()]);
    await leadership.take();
    // Stopped while it was starting: whatever began now would never end.
    if (isStopping) return;
    guard.start(timers.now());
    // What was accepted just before an earlier process died was never sent.
    for (const order of await openOrders(work.ports)) await work.orders.send(order.id, laneOf(order));
    if (isStopping) return;
    work.orders.start();
    await feed.open();
    readiness.set('start');
    log.info('At work', { cluster: config.cluster.name, controllers: config.cluster.controllers });
  })();
  started.catch(onFailure);
  return {
    async stop() {
      isStopping = true;
      permissions.stop();
      await feed.close();
      await Promise.all([work.lanes.stop(), work.orders.stop()]);
      await cluster.events.flush();
      await (await leading).stop();
      // What is still asked of an API server that does not answer ends with its connections.
      cluster.direct.close();
      await cluster.cached.stop();
    },
  };
}
