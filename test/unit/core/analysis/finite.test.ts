import { describe, expect, it } from '@jest/globals';
import type { Template } from '#core/analysis/collect-templates.ts';
import { endlessProblems, suppliedProblems } from '#core/analysis/finite.ts';
import type { AnalysisTemplateSpec } from '#core/resources/argo.ts';
import { aMetric } from './builders.ts';

const FROM_SECRET = { secretKeyRef: { name: 's', key: 'k' } };

function aTemplate(spec: AnalysisTemplateSpec): Template {
  return { metadata: { name: 't' }, spec };
}

function endless(metric: string): string {
  return `AnalysisTemplate t has metric ${metric} which runs indefinitely. Invalid value for count: <nil>`;
}

describe('given a template for a step, when it is checked that it comes to an end', () => {
  it.each<{ given: AnalysisTemplateSpec; then: string[] }>([
    { given: { metrics: [aMetric()] }, then: [] },
    { given: { metrics: [aMetric({ interval: '1m', count: 3 })] }, then: [] },
    { given: { metrics: [aMetric({ interval: '1m' })] }, then: [endless('m')] },
    { given: { metrics: [aMetric({ interval: '1m', count: 0 })] }, then: [endless('m')] },
    {
      given: {
        metrics: [
          aMetric({ name: 'a', interval: '1m' }),
          aMetric({ name: 'b' }),
          aMetric({ name: 'c', interval: '1m' }),
        ],
      },
      then: [endless('a'), endless('c')],
    },
    {
      given: { args: [{ name: 'n' }], metrics: [aMetric({ interval: '1m', count: '{{args.n}}' })] },
      then: [endless('m')],
    },
    {
      given: { args: [{ name: 'n', value: '3' }], metrics: [aMetric({ interval: '1m', count: '{{args.n}}' })] },
      then: [],
    },
    {
      given: { args: [{ name: 'x', valueFrom: FROM_SECRET }], metrics: [aMetric({ successCondition: '{{args.x}}' })] },
      then: [],
    },
    {
      given: { args: [{ name: 'x', value: '1', valueFrom: FROM_SECRET }], metrics: [aMetric({ interval: '1m' })] },
      then: ["AnalysisTemplate t: arg 'x' has both Value and ValueFrom fields"],
    },
    {
      given: { metrics: [aMetric({ successCondition: '{{args.nope}}' })] },
      then: ['AnalysisTemplate t: failed to resolve {{args.nope}}'],
    },
  ])('given $given, then $then', ({ given, then }) => {
    expect(endlessProblems(aTemplate(given))).toEqual(then);
  });
});

describe('given a template for background analysis, when it is checked that its arguments are supplied', () => {
  const template = aTemplate({
    args: [{ name: 'a' }, { name: 'b', value: '' }, { name: 'c', valueFrom: FROM_SECRET }, { name: 'd' }],
  });

  it.each([
    { given: [{ name: 'a' }, { name: 'd' }], then: [] },
    { given: [{ name: 'd' }], then: ['a'] },
    { given: [], then: ['a', 'd'] },
    {
      given: undefined,
      then: ['missing analysis arguments in rollout spec', 'missing analysis arguments in rollout spec'],
    },
  ])('given $given, then $then', ({ given, then }) => {
    expect(suppliedProblems(template, given)).toEqual(then);
  });
});
