/** What Weir does not do is refused by name; nothing of a manifest is ever skipped. */
import type { CanaryStep, Rollout } from '../resources/argo.ts';
import { routersOf } from '../traffic-routing/registry.ts';
import { forbidden } from './field-error.ts';

const STEPS: readonly (keyof CanaryStep)[] = ['plugin'];
/** Of `trafficRouting`, what is no router. */
const ROUTING_OPTIONS: ReadonlySet<string> = new Set(['managedRoutes', 'maxTrafficWeight']);
const ROUTING = 'spec.strategy.canary.trafficRouting';

export function unsupportedFields(rollout: Rollout): readonly string[] {
  const { steps = [] } = rollout.spec.strategy?.canary ?? {};
  return [
    ...unknownRouters(rollout),
    ...steps.flatMap((step, index) =>
      STEPS.flatMap((kind) => refused(`spec.strategy.canary.steps[${index}].${kind}`, step[kind])),
    ),
  ];
}

/** A router that nobody tells would keep sending traffic where it did. */
function unknownRouters(rollout: Rollout): readonly string[] {
  const { plugins = {}, ...routing } = rollout.spec.strategy?.canary?.trafficRouting ?? {};
  const own = Object.entries(routing)
    .filter(([name, value]) => value !== undefined && !ROUTING_OPTIONS.has(name))
    .filter(([name, value]) => !isKnown(rollout, { [name]: value }))
    .map(([name]) => `${ROUTING}.${name}`);
  const others = Object.entries(plugins)
    .filter(([name, value]) => !isKnown(rollout, { plugins: { [name]: value } }))
    .map(([name]) => `${ROUTING}.plugins[${name}]`);
  return [...own, ...others].map((path) => forbidden(path, 'not supported by Weir yet'));
}

function isKnown(rollout: Rollout, trafficRouting: object): boolean {
  const strategy = { canary: { trafficRouting } };
  return routersOf({ ...rollout, spec: { ...rollout.spec, strategy } }).length > 0;
}

function refused(path: string, value: unknown): readonly string[] {
  return value === undefined ? [] : [forbidden(path, 'not supported by Weir yet')];
}
