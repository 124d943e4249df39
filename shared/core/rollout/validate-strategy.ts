/** The two strategies. Paths leave out `canary` and `blueGreen`, as the reference's do. engine §3. */
import type { BlueGreenStrategy, CanaryStrategy, Rollout } from '../resources/argo.ts';
import { invalid, required } from './field-error.ts';
import { stepProblems } from './validate-steps.ts';

type Problems = readonly string[];
type Routing = NonNullable<CanaryStrategy['trafficRouting']>;

const AT = 'spec.strategy';

export function strategyProblems({ spec }: Rollout): Problems {
  const { canary, blueGreen } = spec.strategy ?? {};
  if (canary === undefined && blueGreen === undefined) {
    const missing = `Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'`;
    return [required(`${AT}.strategy`, missing)];
  }
  if (canary !== undefined && blueGreen !== undefined) {
    return [invalid(`${AT}.strategy`, 'blueGreen: true canary: true', 'Multiple Strategies can not be listed')];
  }
  if (blueGreen !== undefined) return blueGreenProblems(blueGreen, spec.revisionHistoryLimit ?? 10);
  return canary === undefined ? [] : canaryProblems(canary);
}

function twice(roles: string): string {
  return `This rollout uses the same service for the ${roles} services, but two different services are required.`;
}

function blueGreenProblems(blueGreen: BlueGreenStrategy, historyLimit: number): Problems {
  const { activeService, previewService = '', scaleDownDelayRevisionLimit: limit, antiAffinity } = blueGreen;
  const tooMany = `This rollout's revision history limit can not be smaller than the rollout's scale down limit`;
  return [
    ...(activeService === previewService
      ? [invalid(`${AT}.activeService`, activeService, twice('active and preview'))]
      : []),
    ...(limit !== undefined && historyLimit < limit
      ? [invalid(`${AT}.scaleDownDelayRevisionLimit`, limit, tooMany)]
      : []),
    ...antiAffinityProblems(antiAffinity),
  ];
}

function antiAffinityProblems(antiAffinity: BlueGreenStrategy['antiAffinity']): Problems {
  if (antiAffinity === undefined) return [];
  const preferred = antiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
  const hasRequired = antiAffinity.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  const hasPreferred = preferred !== undefined;
  if (hasPreferred === hasRequired) {
    const names = ['Preferred', 'Required'].map((name) => `antiAffinity.${name}DuringSchedulingIgnoredDuringExecution`);
    const value = `${names[0]}: ${hasPreferred} ${names[1]}: ${hasRequired}`;
    return [invalid(`${AT}.antiAffinity`, value, 'AntiAffinity must have exactly one strategy listed')];
  }
  if (preferred === undefined || (preferred.weight >= 1 && preferred.weight <= 100)) return [];
  return [invalid(`${AT}.antiAffinity.weight`, preferred.weight, 'AntiAffinity weight must be between 1-100')];
}

function canaryProblems(canary: CanaryStrategy): Problems {
  return [
    ...fencepostProblems(canary),
    ...sameServiceProblems(canary),
    ...(canary.pingPong === undefined ? routedServiceProblems(canary) : pingPongProblems(canary)),
    ...delayProblems(canary),
    ...maxWeightProblems(canary),
    ...(canary.steps ?? []).flatMap((step, index) => stepProblems(step, canary, `${AT}.steps[${index}]`)),
    ...antiAffinityProblems(canary.antiAffinity),
  ];
}

function fencepostProblems({ maxSurge, maxUnavailable }: CanaryStrategy): Problems {
  // As in Go a text that is no number counts as 0.
  const isZero = (value: number | string | undefined) =>
    value !== undefined && (Number.parseInt(String(value), 10) || 0) === 0;
  if (!isZero(maxSurge) || !isZero(maxUnavailable)) return [];
  return [invalid(`${AT}.maxSurge`, maxSurge, 'MaxSurge and MaxUnavailable both can not be zero')];
}

function sameServiceProblems({ canaryService = '', stableService = '' }: CanaryStrategy): Problems {
  if (canaryService === '' || canaryService !== stableService) return [];
  return [invalid(`${AT}.stableService`, stableService, twice('stable and canary'))];
}

function pingPongProblems({ pingPong, trafficRouting }: CanaryStrategy): Problems {
  const { pingService = '', pongService = '' } = pingPong ?? {};
  const { alb, istio, plugins } = trafficRouting ?? {};
  const unfit = trafficRouting !== undefined && alb === undefined && istio === undefined && plugins === undefined;
  const router = 'Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only';
  const both = 'Ping service and Pong service must to be set to use Ping-Pong feature';
  const root = 'Root service field is required for the configuration with ALB and ping-pong feature enabled';
  return [
    ...(unfit ? [invalid(`${AT}.trafficRouting.alb`, undefined, router)] : []),
    ...(pingService === '' ? [invalid(`${AT}.pingPong.pingService`, '', both)] : []),
    ...(pongService === '' ? [invalid(`${AT}.pingPong.pongService`, '', both)] : []),
    ...(pingService === pongService
      ? [invalid(`${AT}.pingPong.pingService`, pingService, twice('ping and pong'))]
      : []),
    ...(alb !== undefined && (alb.rootService ?? '') === ''
      ? [invalid(`${AT}.trafficRouting.alb.rootService`, '', root)]
      : []),
  ];
}

function routedServiceProblems({ trafficRouting, stableService = '', canaryService = '' }: CanaryStrategy): Problems {
  if (trafficRouting === undefined || !needsBothServices(trafficRouting)) return [];
  const detail = 'Canary service and Stable service must to be set to use Traffic Routing';
  return [
    ...(stableService === '' ? [invalid(`${AT}.stableService`, '', detail)] : []),
    ...(canaryService === '' ? [invalid(`${AT}.canaryService`, '', detail)] : []),
  ];
}

function needsBothServices(routing: Routing): boolean {
  const always = [routing.smi, routing.apisix, routing.ambassador, routing.nginx, routing.appMesh, routing.traefik];
  const istioByHost = routing.istio !== undefined && routing.istio.destinationRule === undefined;
  return routing.alb !== undefined || istioByHost || always.some((router) => router !== undefined);
}

function delayProblems({
  trafficRouting,
  scaleDownDelaySeconds,
  dynamicStableScale = false,
}: CanaryStrategy): Problems {
  const delayed = scaleDownDelaySeconds !== undefined;
  if (trafficRouting !== undefined) {
    const both = 'Canary dynamicStableScale cannot be used with scaleDownDelaySeconds';
    return delayed && dynamicStableScale ? [invalid(`${AT}.dynamicStableScale`, true, both)] : [];
  }
  const only = (field: string) => `Canary ${field} can only be used with traffic routing`;
  return [
    ...(delayed ? [invalid(`${AT}.scaleDownDelaySeconds`, scaleDownDelaySeconds, only('scaleDownDelaySeconds'))] : []),
    ...(dynamicStableScale ? [invalid(`${AT}.dynamicStableScale`, true, only('dynamicStableScale'))] : []),
  ];
}

function maxWeightProblems({ trafficRouting }: CanaryStrategy): Problems {
  const { maxTrafficWeight, nginx, plugins } = trafficRouting ?? {};
  if (maxTrafficWeight === undefined || nginx !== undefined || plugins !== undefined) return [];
  const detail = 'Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins';
  return [invalid(`${AT}.trafficRouting.maxTrafficWeight`, maxTrafficWeight, detail)];
}
