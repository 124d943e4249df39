/** May this process execute? Nobody else's Rollout controller may be alive, and one `weir run` at a time holds the Lease. */
import { SECOND } from '#core/time.ts';
import type { Clock, Log } from '#shared/ports.ts';
import type { ClusterConfig } from '#shared/config.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { Timers } from '../local/clock.ts';
import { Lease } from './lease.ts';
import { leasePlace } from './lease-place.ts';
import { watchOtherControllers, type OtherControllers } from './other-controllers.ts';
import type { Readiness } from './readiness.ts';

export interface LeadershipParts {
  readonly direct: KubernetesCluster;
  readonly config: ClusterConfig;
  readonly instanceId: string | undefined;
  readonly leaseNamespace: string | undefined;
  readonly identity: string;
  readonly timers: Timers & Clock;
  readonly log: Log;
  readonly readiness: Readiness;
  /** It must not execute any longer. */
  onEnd(why: string): void;
}

export interface Leadership {
  /** Resolves when it may execute. */
  take(): Promise<void>;
  stop(): Promise<void>;
}

export function createLeadership(parts: LeadershipParts): Leadership {
  const { direct, config, timers, log, readiness } = parts;
  const { namespace, name } = leasePlace(parts);
  const movesRollouts = config.controllers.includes('rollouts');
  const others = movesRollouts ? lookForOthers(namespace, parts) : undefined;
  const lease = new Lease({
    cluster: direct,
    namespace,
    name,
    identity: parts.identity,
    timers,
    log,
    onWait: (holder) => readiness.set('lease', `another weir run (${holder}) holds the Lease; waiting for it to end`),
    onLost: (why) => parts.onEnd(`The Lease is lost: ${why}`),
  });
  return {
    async take() {
      await others?.looked;
      readiness.set('other controller');
      if (config.controllers.length === 0) return;
      readiness.set('lease', `the Lease ${namespace}/${name} is not held yet`);
      await lease.acquire();
      readiness.set('lease');
    },
    async stop() {
      await others?.stop();
      await lease.release();
    },
  };
}

function lookForOthers(leaseNamespace: string, parts: LeadershipParts): OtherControllers {
  const { direct, config, timers, log, readiness } = parts;
  const named = config.namespaces.length === 0 ? [] : [...new Set([...config.namespaces, leaseNamespace])];
  const others = watchOtherControllers({
    cluster: direct,
    namespaces: named,
    instanceId: parts.instanceId,
    timers,
    log,
    onWait(who, length) {
      const seconds = Math.ceil(length / SECOND);
      const what = `another Rollout controller, ${who}, was alive a moment ago`;
      log.info('Waiting to see whether another Rollout controller is alive', { who, seconds });
      readiness.set('other controller', `${what}: waiting up to ${seconds} s to see whether it still is`);
    },
    onAlive(who) {
      const what = `Another Rollout controller is at work here: ${who} is being renewed`;
      parts.onEnd(`${what}. Scale it to 0 first, or start weir run with --controllers observe or analysis`);
    },
  });
  readiness.ask('other controllers', () => others.problems().map((problem) => `other controllers' Leases: ${problem}`));
  return others;
}
