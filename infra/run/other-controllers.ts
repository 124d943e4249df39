/**
 * Is another Rollout controller at work in this cluster? Its leader election renews a Lease every few seconds. Argo's does not
 * give it back when it is stopped: one that was renewed a moment ago is watched until it is renewed again, or has run out.
 */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Clock, Cluster, ListQuery, Log } from '#shared/ports.ts';
import type { Cancel, Timers } from '../local/clock.ts';
import { follow, type Following } from './cache/follow.ts';
import type { LeaseObject } from './lease.ts';

/** Argo Rollouts controller.go leaseLockName: instances side by side elect leaders of their own. */
export function argoLeaseName(instanceId: string | undefined): string {
  const name = 'argo-rollouts-controller-lock';
  return instanceId === undefined ? name : `${name}-${instanceId}`;
}

export interface OtherControllersParts {
  readonly cluster: Pick<Cluster, 'list' | 'watch' | 'name'>;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly instanceId: string | undefined;
  readonly timers: Timers & Clock;
  readonly log: Log;
  /** One was renewed lately, and may be alive. @param length until it has run out */
  onWait(who: string, length: Millis): void;
  /** One is being renewed, at the start or later. */
  onAlive(who: string): void;
}

export interface OtherControllers {
  /** Resolves when all leases have been looked at, or could not be, and none may be alive. */
  readonly looked: Promise<void>;
  problems(): readonly string[];
  stop(): Promise<void>;
}

export function watchOtherControllers(parts: OtherControllersParts): OtherControllers {
  const scopes = parts.namespaces.length === 0 ? [undefined] : parts.namespaces;
  const followed = scopes.map((namespace) => followLeases(namespace, parts));
  return {
    looked: Promise.all(followed.map(({ silent }) => silent)).then(() => undefined),
    problems: () => followed.flatMap(({ following: { problem } }) => (problem === undefined ? [] : [problem])),
    stop: async () => void (await Promise.all(followed.map((leases) => leases.stop()))),
  };
}

interface FollowedLeases {
  readonly following: Following;
  readonly silent: Promise<void>;
  stop(): Promise<void>;
}

function followLeases(namespace: string | undefined, parts: OtherControllersParts): FollowedLeases {
  const renewals = new Map<string, string | undefined>();
  const waits: Promise<void>[] = [];
  const cancels: Cancel[] = [];
  const query: ListQuery = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    fieldSelector: `metadata.name=${argoLeaseName(parts.instanceId)}`,
    ...(namespace === undefined ? {} : { namespace }),
  };
  function look(lease: LeaseObject, mayWait: boolean): void {
    const before = renewals.get(lease.metadata.uid);
    renewals.set(lease.metadata.uid, lease.spec?.renewTime);
    if (!isHeld(lease) || lease.spec?.renewTime === before) return;
    if (!mayWait) return parts.onAlive(nameOf(lease));
    const left = timeLeft(lease, parts.timers.now());
    if (left <= 0) return;
    parts.onWait(nameOf(lease), left);
    waits.push(new Promise((resolve) => cancels.push(parts.timers.after(left, resolve))));
  }
  let isStarting = true;
  const following = follow({
    ...parts,
    query,
    onList({ items }) {
      for (const lease of items as readonly LeaseObject[]) look(lease, isStarting);
    },
    onEvent({ type, object }) {
      if (type !== 'DELETED') look(object, false);
    },
  });
  async function untilSilent(): Promise<void> {
    await following.firstTry;
    // Whatever is heard from now on is heard while this one may be at work.
    isStarting = false;
    await Promise.all(waits);
  }
  return {
    following,
    silent: untilSilent(),
    async stop() {
      for (const cancel of cancels) cancel();
      await following.stop();
    },
  };
}

/**
 * At most its whole duration, where the clocks differ. A clock that is wrong makes a live one look old here: its next renewal,
 * seconds later, tells.
 */
function timeLeft({ spec }: LeaseObject, now: Instant): Millis {
  const { renewTime = '', leaseDurationSeconds = 15 } = spec ?? {};
  const duration = leaseDurationSeconds * SECOND;
  const renewedAt = Date.parse(renewTime);
  return Number.isNaN(renewedAt) ? 0 : Math.min(duration, renewedAt + duration - now);
}

function isHeld({ spec }: LeaseObject): boolean {
  return (spec?.holderIdentity ?? '') !== '';
}

function nameOf({ metadata, spec }: LeaseObject & KubernetesObject): string {
  return `${spec?.holderIdentity} (Lease ${metadata.namespace}/${metadata.name})`;
}
