/** What runs beside the API server in a cluster: ReplicaSets, Jobs, Endpoints, garbage collection and kubelets. */
import type { Cancel, Timers } from '../clock.ts';
import { startEndpoints } from './endpoints.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startJobs } from './jobs.ts';
import { startKubelet } from './kubelet.ts';
import type { KubeletOptions } from './pod-plan.ts';
import { startReplicaSets } from './replica-sets.ts';
import type { Store } from './store.ts';

export interface Controllers {
  stop(): void;
}

/**
 * Driven by the store's changes and the timers alone: on a virtual clock all is settled after `advance`. There is no
 * Deployment controller: a Deployment is only a template that workloadRef reads.
 */
export function startControllers(store: Store, timers: Timers, options: KubeletOptions = {}): Controllers {
  const running: readonly Cancel[] = [
    startReplicaSets(store, timers),
    startJobs(store, timers),
    startEndpoints(store, timers),
    startGarbageCollector(store, timers),
    startKubelet(store, timers, options),
  ];
  return {
    stop: () => {
      for (const stop of running) stop();
    },
  };
}
