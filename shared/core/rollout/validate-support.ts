/** What Weir does not do is refused by name; nothing of a manifest is ever skipped. */
import type { Rollout } from '../resources/argo.ts';
import { PLUGIN } from '../traffic-routing/gateway-api/settings.ts';
import { routersOf } from '../traffic-routing/registry.ts';
import { forbidden } from './field-error.ts';

/** Of `trafficRouting`, what is no router. */
const ROUTING_OPTIONS: ReadonlySet<string> = new Set(['managedRoutes', 'maxTrafficWeight']);
const CANARY = 'spec.strategy.canary';
const ROUTING = `${CANARY}.trafficRouting`;
/** Argo starts a plugin as a process of its own; a function has no place for one. */
const NO_PLUGINS = 'Weir runs no plugins';

export function unsupportedFields(rollout: Rollout): readonly string[] {
  const { steps = [] } = rollout.spec.strategy?.canary ?? {};
  return [
    ...unknownRouters(rollout),
    ...steps.flatMap(({ plugin }, index) => {
      if (plugin === undefined) return [];
      const detail = `${NO_PLUGINS}, so that step plugin ${JSON.stringify(plugin.name)} would never be done; take the step out`;
      return [forbidden(`${CANARY}.steps[${index}].plugin`, detail)];
    }),
  ];
}

/** A router that nobody tells would keep sending traffic where it did. */
function unknownRouters(rollout: Rollout): readonly string[] {
  const { plugins = {}, ...routing } = rollout.spec.strategy?.canary?.trafficRouting ?? {};
  const own = Object.entries(routing)
    .filter(([name, value]) => value !== undefined && !ROUTING_OPTIONS.has(name))
    .filter(([name, value]) => !isKnown(rollout, { [name]: value }))
    .map(([name]) => forbidden(`${ROUTING}.${name}`, 'Weir does not know this traffic router'));
  const others = Object.entries(plugins)
    .filter(([name, value]) => !isKnown(rollout, { plugins: { [name]: value } }))
    .map(([name]) => {
      const detail = `${NO_PLUGINS} and does not know traffic router ${JSON.stringify(name)}; of plugins it has ${PLUGIN} built in`;
      return forbidden(`${ROUTING}.plugins[${name}]`, detail);
    });
  return [...own, ...others];
}

function isKnown(rollout: Rollout, trafficRouting: object): boolean {
  const strategy = { canary: { trafficRouting } };
  return routersOf({ ...rollout, spec: { ...rollout.spec, strategy } }).length > 0;
}
