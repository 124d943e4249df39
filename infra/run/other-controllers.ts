/** Is another Rollout controller at work in this cluster? Its leader election renews a Lease every few seconds. */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND, type Instant } from '#core/time.ts';
import type { Clock, Cluster, ListQuery, Log } from '#shared/ports.ts';
import type { Timers } from '../local/clock.ts';
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
  /** One was found alive, at the start or later. */
  onAlive(who: string): void;
}

export interface OtherControllers {
  /** Resolves when all leases have been looked at once, or could not be. */
  readonly looked: Promise<void>;
  problems(): readonly string[];
  stop(): Promise<void>;
}

export function watchOtherControllers(parts: OtherControllersParts): OtherControllers {
  const scopes = parts.namespaces.length === 0 ? [undefined] : parts.namespaces;
  const followed = scopes.map((namespace) => followLeases(namespace, parts));
  return {
    looked: Promise.all(followed.map(({ firstTry }) => firstTry)).then(() => undefined),
    problems: () => followed.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
    stop: async () => void (await Promise.all(followed.map((following) => following.stop()))),
  };
}

function followLeases(namespace: string | undefined, parts: OtherControllersParts): Following {
  const renewals = new Map<string, string | undefined>();
  const query: ListQuery = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    fieldSelector: `metadata.name=${argoLeaseName(parts.instanceId)}`,
    ...(namespace === undefined ? {} : { namespace }),
  };
  return follow({
    ...parts,
    query,
    onList({ items }) {
      for (const lease of items as readonly LeaseObject[]) {
        renewals.set(lease.metadata.uid, lease.spec?.renewTime);
        if (isFresh(lease, parts.timers.now())) parts.onAlive(nameOf(lease));
      }
    },
    onEvent({ type, object }) {
      const lease = object as LeaseObject;
      const before = renewals.get(lease.metadata.uid);
      renewals.set(lease.metadata.uid, lease.spec?.renewTime);
      if (type !== 'DELETED' && isHeld(lease) && lease.spec?.renewTime !== before) parts.onAlive(nameOf(lease));
    },
  });
}

/** A clock that is wrong makes a live one look old here: its next renewal, seconds later, tells. */
function isFresh(lease: LeaseObject, now: Instant): boolean {
  const { renewTime = '', leaseDurationSeconds = 15 } = lease.spec ?? {};
  return isHeld(lease) && now - Date.parse(renewTime) <= leaseDurationSeconds * SECOND;
}

function isHeld({ spec }: LeaseObject): boolean {
  return (spec?.holderIdentity ?? '') !== '';
}

function nameOf({ metadata, spec }: LeaseObject & KubernetesObject): string {
  return `${spec?.holderIdentity} (Lease ${metadata.namespace}/${metadata.name})`;
}
