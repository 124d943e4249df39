/** Has the load balancer taken the weights over? By what its own API says of its target groups. strategies §3.7. */
import type { EventNote } from '../../decision.ts';
import type { Rollout, RolloutStatus } from '../../resources/argo.ts';
import type { SeenIngress, SeenTargetGroup } from '../load-balancers.ts';
import type { Routes, Verification } from '../router.ts';
import { albOf, ingressesOf, servicePair } from './settings.ts';

type AlbStatus = NonNullable<RolloutStatus['alb']>;

/** Verified when every Ingress's canary, and every other version of the split, has the weight that was asked for. */
export function verifyWeights(
  rollout: Rollout,
  routes: Routes,
  seen: readonly SeenIngress[] | undefined,
): Verification | undefined {
  if (seen === undefined) return undefined;
  const failed = seen.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined) {
    const events = [warning('WeightVerifyError', `Failed to verify weight: ${failed.error}`)];
    return { verified: false, failed: true, events, statuses: [] };
  }
  const lost = seen.find(({ loadBalancer }) => loadBalancer === undefined);
  if (lost !== undefined) {
    const events = [warning('LoadBalancerNotFound', `Failed to find load balancer: ${lost.hostname}`)];
    return { verified: false, failed: false, events, statuses: [] };
  }
  const wanted = wantedWeights(rollout, routes);
  const looks = seen.map((each) => lookAt(each, rollout, wanted));
  const found = looks.reduce((sum, look) => sum + look.verified, 0);
  return {
    verified: found === ingressesOf(rollout).length * wanted.size,
    failed: false,
    events: looks.flatMap(({ events }) => events),
    statuses: looks.map(({ status }) => status),
  };
}

function wantedWeights(rollout: Rollout, { weight, others }: Routes): ReadonlyMap<string, number> {
  return new Map([
    [servicePair(rollout).canary, weight],
    ...others.map((other) => [other.serviceName ?? '', other.weight] as const),
  ]);
}

interface Look {
  readonly verified: number;
  readonly events: readonly EventNote[];
  readonly status: AlbStatus;
}

function lookAt({ ingress, loadBalancer }: SeenIngress, rollout: Rollout, wanted: ReadonlyMap<string, number>): Look {
  const { targetGroups = [], name = '', arn = '' } = loadBalancer ?? {};
  const groupOf = (service: string) =>
    targetGroups.find(({ resource }) => resource === resourceOf(ingress, service, rollout));
  const judged = [...wanted].flatMap(([service, weight]) => {
    const group = groupOf(service);
    return group?.weight === undefined ? [] : [judge(service, weight, group.arn, group.weight)];
  });
  const { canary, stable } = servicePair(rollout);
  const status = {
    ingress,
    loadBalancer: { name, arn, fullName: tail(arn, 2) },
    canaryTargetGroup: reference(groupOf(canary)),
    stableTargetGroup: reference(groupOf(stable)),
  };
  return {
    verified: judged.filter(({ type }) => type === 'Normal').length,
    events: judged,
    status: status as AlbStatus,
  };
}

function resourceOf(ingress: string, service: string, rollout: Rollout): string {
  return `${rollout.metadata.namespace}/${ingress}-${service}:${albOf(rollout).servicePort ?? 0}`;
}

function judge(service: string, weight: number, arn: string, current: number): EventNote {
  const group = `Service ${service} (TargetGroup ${arn})`;
  if (current === weight) {
    return { type: 'Normal', reason: 'TargetGroupVerified', message: `${group} verified: canary weight ${weight} set` };
  }
  const text = `${group} not verified: canary weight ${weight} not yet set (current: ${current})`;
  return warning('TargetGroupUnverified', text);
}

function reference(group: SeenTargetGroup | undefined): object {
  const { name = '', arn = '' } = group ?? {};
  return { name, arn, fullName: tail(arn, 1) };
}

/** Of an ARN, what follows the given number of slashes. */
function tail(arn: string, slashes: number): string {
  return arn.split('/').slice(slashes).join('/');
}

function warning(reason: string, message: string): EventNote {
  return { type: 'Warning', reason, message };
}
