/** What Weir does not do yet is refused by name; nothing of a manifest is ever skipped. */
import type { CanaryStep, Rollout } from '../resources/argo.ts';
import { forbidden } from './field-error.ts';

const STEPS: readonly (keyof CanaryStep)[] = [
  'experiment',
  'plugin',
  'setCanaryScale',
  'setHeaderRoute',
  'setMirrorRoute',
];

export function unsupportedFields({ spec }: Rollout): readonly string[] {
  const { trafficRouting, pingPong, steps = [] } = spec.strategy?.canary ?? {};
  return [
    ...refused('spec.workloadRef', spec.workloadRef),
    ...refused('spec.strategy.canary.trafficRouting', trafficRouting),
    ...refused('spec.strategy.canary.pingPong', pingPong),
    ...steps.flatMap((step, index) =>
      STEPS.flatMap((kind) => refused(`spec.strategy.canary.steps[${index}].${kind}`, step[kind])),
    ),
  ];
}

function refused(path: string, value: unknown): readonly string[] {
  return value === undefined ? [] : [forbidden(path, 'not supported by Weir yet')];
}
