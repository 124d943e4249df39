/** The steps of a canary. engine §3. */
import { pauseSeconds } from '../duration.ts';
import type { CanaryStep, CanaryStrategy } from '../resources/argo.ts';
import { invalid, required } from './field-error.ts';

type Problems = readonly string[];
type Routing = CanaryStrategy['trafficRouting'];
type HeaderRoute = NonNullable<CanaryStep['setHeaderRoute']>;
type StringMatch = NonNullable<NonNullable<HeaderRoute['match']>[number]['headerValue']>;
type Arguments = NonNullable<NonNullable<CanaryStep['analysis']>['args']>;

const ROUTING = 'spec.strategy.trafficRouting';
const METADATA_PATHS = [
  /^metadata\.(name|namespace|uid|labels|annotations)$/,
  /^metadata\.(labels|annotations)\['.*'\]$/s,
];
const ONE_KIND = 'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause';
const UNKNOWN_ROUTE = 'Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes';

export function stepProblems(step: CanaryStep, { trafficRouting }: CanaryStrategy, path: string): Problems {
  return [
    ...kindProblems(step, path),
    ...weightProblems(step, trafficRouting, path),
    ...pauseProblems(step, path),
    ...analysisProblems(step, path),
    ...scaleProblems(step, trafficRouting),
    ...headerProblems(step, trafficRouting, `${path}.setHeaderRoute`),
    ...mirrorProblems(step, trafficRouting, `${path}.setMirrorRoute`),
    ...experimentProblems(step, trafficRouting, path),
    ...argumentProblems(step, path),
  ];
}

/** Only four kinds are counted when there are too many. */
function kindProblems(step: CanaryStep, path: string): Problems {
  const counted = [step.experiment, step.pause, step.setWeight, step.analysis].map((value) => value !== undefined);
  const given = counted.filter(Boolean).length;
  const others = [step.setCanaryScale, step.setHeaderRoute, step.setMirrorRoute, step.plugin];
  if (given === 1 || (given === 0 && others.some((value) => value !== undefined))) return [];
  const names = ['Experiment', 'Pause', 'SetWeight', 'Analysis'];
  if (given > 1)
    return [invalid(path, names.map((name, index) => `step.${name}: ${counted[index]}`).join(' '), ONE_KIND)];
  // Of a step without any kind "true" says that the kind is absent.
  const all = [...names, 'SetCanaryScale', 'SetHeaderRoute', 'SetMirrorRoute', 'Plugin'];
  return [invalid(path, all.map((name) => `step.${name}: true`).join(' '), ONE_KIND)];
}

function weightProblems({ setWeight }: CanaryStep, routing: Routing, path: string): Problems {
  const max = routing?.maxTrafficWeight ?? 100;
  if (setWeight === undefined || (setWeight >= 0 && setWeight <= max)) return [];
  return [invalid(`${path}.setWeight`, setWeight, `SetWeight needs to be between 0 and ${max}`)];
}

function pauseProblems({ pause }: CanaryStep, path: string): Problems {
  if (pause?.duration === undefined) return [];
  const seconds = pauseSeconds(pause.duration);
  return seconds >= 0 ? [] : [invalid(`${path}.pause.duration`, seconds, 'Duration needs to be greater than 0')];
}

/** Such a step would never complete (deviation `analysis-step-without-templates`). */
function analysisProblems({ analysis }: CanaryStep, path: string): Problems {
  if (analysis === undefined || (analysis.templates ?? []).length > 0) return [];
  return [required(`${path}.analysis.templates`, 'an analysis step needs at least one template')];
}

function scaleProblems({ setCanaryScale }: CanaryStep, routing: Routing): Problems {
  if (setCanaryScale === undefined || routing !== undefined) return [];
  return [required(ROUTING, 'SetCanaryScale requires TrafficRouting to be set')];
}

function headerProblems({ setHeaderRoute: route }: CanaryStep, routing: Routing, path: string): Problems {
  if (route === undefined) return [];
  const { istio, alb, apisix, plugins } = routing ?? {};
  if ([istio, alb, apisix, plugins].every((router) => router === undefined)) {
    const detail = 'SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix';
    return [invalid(path, route, detail, 'SetHeaderRoute')];
  }
  const problemsOf = alb === undefined ? matchProblems : albMatchProblems;
  return [
    ...(route.match ?? []).flatMap(({ headerValue }, index) => problemsOf(headerValue, `${path}.match[${index}]`)),
    ...managedRouteProblems(route.name ?? '', routing, path),
  ];
}

function matchProblems(value: StringMatch | undefined, path: string): Problems {
  const { exact = '', regex = '', prefix = '' } = value ?? {};
  const given = [exact, regex, prefix].filter((text) => text !== '').length;
  const kinds = 'exact, regex, prefix';
  if (given > 1) {
    return [invalid(path, value, `StringMatch match value must have exactly one of the following: ${kinds}`)];
  }
  if (given === 1) return [];
  return [invalid(path, value, `StringMatch value missed, match value must have one of the following: ${kinds}`)];
}

function albMatchProblems(value: StringMatch | undefined, path: string): Problems {
  if (value === undefined) return matchProblems(value, path);
  const { exact = '', regex = '', prefix = '' } = value;
  if (exact !== '' && regex === '' && prefix === '') return [];
  return [invalid(path, value, `SetHeaderRoute match value invalid. ALB supports 'exact' value only`)];
}

function mirrorProblems({ setMirrorRoute: route }: CanaryStep, routing: Routing, path: string): Problems {
  if (route === undefined) return [];
  if (routing?.istio === undefined && routing?.plugins === undefined) {
    return [
      invalid(path, route, 'SetMirrorRoute requires TrafficRouting, supports Istio and Plugins', 'SetMirrorRoute'),
    ];
  }
  return [
    ...(route.match ?? []).flatMap(({ method, path: place }, index) =>
      [method, place].flatMap((value) => (value === undefined ? [] : matchProblems(value, `${path}.match[${index}]`))),
    ),
    ...managedRouteProblems(route.name, routing, path),
  ];
}

function managedRouteProblems(name: string, routing: Routing, path: string): Problems {
  const managed = routing?.managedRoutes;
  if (managed === undefined) {
    const missing = `Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'`;
    return [required(`${ROUTING}.managedRoutes`, missing)];
  }
  return managed.some((route) => route.name === name) ? [] : [invalid(path, name, UNKNOWN_ROUTE)];
}

function experimentProblems({ experiment }: CanaryStep, routing: Routing, path: string): Problems {
  const fit = [routing?.alb, routing?.smi, routing?.istio, routing?.plugins].some((router) => router !== undefined);
  const detail =
    routing === undefined
      ? 'Experiment template weight cannot be set unless TrafficRouting is enabled'
      : 'Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time';
  return (experiment?.templates ?? []).flatMap(({ weight }, index) =>
    weight === undefined || fit ? [] : [invalid(`${path}.experiment.templates[${index}].weight`, weight, detail)],
  );
}

function argumentProblems({ analysis, experiment }: CanaryStep, path: string): Problems {
  const lists: readonly Arguments[] = [
    ...(experiment?.analyses ?? []).map(({ args }) => args ?? []),
    analysis?.args ?? [],
  ];
  const detail = 'Analyses arguments must refer to valid object metadata supported by downwardAPI';
  return lists.filter(hasForeignField).map((args) => invalid(`${path}.analyses`, args, detail));
}

function hasForeignField(args: Arguments): boolean {
  return args.some(({ valueFrom }) => {
    const fieldPath = valueFrom?.fieldRef?.fieldPath ?? '';
    return fieldPath.startsWith('metadata') && !METADATA_PATHS.some((pattern) => pattern.test(fieldPath));
  });
}
