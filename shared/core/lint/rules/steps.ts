/** How a Rollout leads traffic to the new version. */
import type { CanaryStep, Rollout } from '../../resources/argo.ts';
import type { Problem } from '../finding.ts';
import { inRollouts, type Rule } from '../rule.ts';

const STEPS = ['spec', 'strategy', 'canary', 'steps'];

export const NO_STEPS: Rule = {
  id: 'no-steps',
  severity: 'warning',
  tells: 'a canary without steps',
  because: 'It is a plain rolling update: the new version gets all traffic as fast as its pods start.',
  find: inRollouts(({ spec }) => {
    const canary = spec.strategy?.canary;
    if (canary === undefined || (canary.steps ?? []).length > 0) return [];
    const fix = 'add steps: a small setWeight, a pause, and so on';
    return [{ path: STEPS.slice(0, -1), message: 'a canary without steps is a plain rolling update', fix }];
  }),
};

const LARGEST_FIRST_PERCENT = 25;

export const LARGE_FIRST_WEIGHT: Rule = {
  id: 'large-first-weight',
  severity: 'warning',
  tells: `a first weight over ${LARGEST_FIRST_PERCENT} %`,
  because: 'A bad version hits that share of the users before anything was measured.',
  find: inRollouts((rollout) => {
    const { canary, index, percent } = firstWeight(rollout) ?? {};
    if (canary === undefined || index === undefined || percent === undefined || percent <= LARGEST_FIRST_PERCENT)
      return [];
    return [
      {
        path: [...STEPS, index, 'setWeight'],
        message: `the first step sends ${Math.round(percent)} % of the traffic to a version that nothing was measured of`,
        fix: `begin with ${LARGEST_FIRST_PERCENT} % or less`,
      },
    ];
  }),
};

function firstWeight({ spec }: Rollout) {
  const canary = spec.strategy?.canary;
  const index = (canary?.steps ?? []).findIndex(({ setWeight = 0 }) => setWeight > 0);
  const weight = canary?.steps?.[index]?.setWeight;
  if (canary === undefined || weight === undefined) return undefined;
  return { canary, index, percent: (100 * weight) / (canary.trafficRouting?.maxTrafficWeight ?? 100) };
}

export const NO_PAUSE: Rule = {
  id: 'no-pause',
  severity: 'warning',
  tells: 'steps that set weights and never wait',
  because: 'The weights follow one another as fast as pods start: nothing is measured in between.',
  find: inRollouts(({ spec }) => {
    const steps = spec.strategy?.canary?.steps ?? [];
    if (!steps.some(({ setWeight }) => setWeight !== undefined) || steps.some(waits)) return [];
    const fix = 'put a pause behind each weight, long enough for a few measurements: - pause: {duration: 5m}';
    return [{ path: STEPS, message: 'the steps set weights and never wait', fix }];
  }),
};

/** Analyses and experiments take their time; what a plugin does nobody knows. */
function waits({ pause, analysis, experiment, plugin }: CanaryStep): boolean {
  return [pause, analysis, experiment, plugin].some((step) => step !== undefined);
}

export const PROMOTES_UNSEEN: Rule = {
  id: 'promotes-unseen',
  severity: 'info',
  tells: 'a blue-green Rollout that switches by itself without analysis before',
  because: 'Users get the new version as soon as its pods are ready.',
  find: inRollouts(({ spec }): readonly Problem[] => {
    const blueGreen = spec.strategy?.blueGreen;
    if (blueGreen === undefined || blueGreen.autoPromotionEnabled === false) return [];
    if (blueGreen.prePromotionAnalysis !== undefined || (blueGreen.autoPromotionSeconds ?? 0) > 0) return [];
    const fix = 'add prePromotionAnalysis, or autoPromotionEnabled: false so that a person decides';
    return [{ path: ['spec', 'strategy', 'blueGreen'], message: 'switches to the new version unseen', fix }];
  }),
};
