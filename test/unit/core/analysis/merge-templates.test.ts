import { describe, expect, it } from '@jest/globals';
import type { Template } from '#core/analysis/collect-templates.ts';
import { mergeTemplates, type OwnerSettings } from '#core/analysis/merge-templates.ts';
import type { AnalysisTemplateSpec, Argument } from '#core/resources/argo.ts';
import { aMetric } from './builders.ts';

const FROM_SECRET = { secretKeyRef: { name: 's', key: 'k' } };

function aTemplate(spec: AnalysisTemplateSpec): Template {
  return { metadata: { name: 't' }, spec };
}

function merged(specs: readonly AnalysisTemplateSpec[], owner?: OwnerSettings) {
  return mergeTemplates({ templates: specs.map(aTemplate), clusterTemplates: [] }, owner);
}

function args(...lists: readonly Argument[][]) {
  return lists.map((list) => ({ args: list }));
}

describe('given several templates, when they become one spec', () => {
  it('then namespaced ones come first, and the rules of the owner before all', () => {
    const spec = (name: string): AnalysisTemplateSpec => ({
      metrics: [aMetric({ name })],
      dryRun: [{ metricName: name }],
      measurementRetention: [{ metricName: name, limit: 1 }],
    });
    const set = { templates: [aTemplate(spec('a'))], clusterTemplates: [aTemplate(spec('c'))] };
    const owner = { dryRun: [{ metricName: 'o' }], measurementRetention: [{ metricName: 'o', limit: 2 }] };
    expect(mergeTemplates(set, owner)).toEqual({
      metrics: [aMetric({ name: 'a' }), aMetric({ name: 'c' })],
      dryRun: [{ metricName: 'o' }, { metricName: 'a' }, { metricName: 'c' }],
      measurementRetention: [
        { metricName: 'o', limit: 2 },
        { metricName: 'a', limit: 1 },
        { metricName: 'c', limit: 1 },
      ],
    });
  });

  it('given nothing, then no metrics and nothing else', () => {
    expect(merged([])).toEqual({ metrics: [] });
  });

  it.each<{ given: AnalysisTemplateSpec[]; owner?: OwnerSettings; then: string }>([
    { given: [{ metrics: [aMetric()] }, { metrics: [aMetric()] }], then: "two metrics have the same name 'm'" },
    {
      given: [{ dryRun: [{ metricName: 'x' }] }],
      owner: { dryRun: [{ metricName: 'x' }] },
      then: "two Dry-Run metric rules have the same name 'x'",
    },
    {
      given: [{ dryRun: [{ metricName: 'x' }], args: [{ name: 'required' }] }],
      owner: { dryRun: [{ metricName: 'x' }] },
      then: 'args.required was not resolved',
    },
    {
      given: [
        {
          measurementRetention: [
            { metricName: 'x', limit: 1 },
            { metricName: 'x', limit: 2 },
          ],
        },
      ],
      then: "two Measurement Retention metric rules have the same name 'x'",
    },
  ])('given a name twice, then $then', ({ given, owner, then }) => {
    expect(() => merged(given, owner)).toThrow(then);
  });
});

describe('given arguments of several templates, when they are merged by name', () => {
  it.each<{ given: Argument[][]; then: Argument[] }>([
    {
      given: [
        [{ name: 'x', value: '1' }],
        [
          { name: 'y', value: '2' },
          { name: 'x', value: '1' },
        ],
      ],
      then: [
        { name: 'x', value: '1' },
        { name: 'y', value: '2' },
      ],
    },
    { given: [[{ name: 'x' }], [{ name: 'x', value: '1' }]], then: [{ name: 'x', value: '1' }] },
    { given: [[{ name: 'x', value: '1' }], [{ name: 'x' }]], then: [{ name: 'x', value: '1' }] },
    {
      given: [[{ name: 'x', value: '1' }], [{ name: 'x', valueFrom: FROM_SECRET }]],
      then: [{ name: 'x', value: '1' }],
    },
    {
      given: [[{ name: 'x', valueFrom: FROM_SECRET }], [{ name: 'x', value: '1' }]],
      then: [{ name: 'x', value: '1' }],
    },
    { given: [[{ name: 'x', value: '' }]], then: [{ name: 'x', value: '' }] },
  ])('given $given, then $then', ({ given, then }) => {
    expect(merged(args(...given)).args).toEqual(then);
  });

  it('given two values that differ, then that is an error, also when the owner gives one', () => {
    const conflict = args([{ name: 'x', value: '1' }], [{ name: 'x', value: '2' }]);
    const text = "Argument `x` specified multiple times with different values: '1', '2'";
    expect(() => merged(conflict)).toThrow(text);
    expect(() => merged(conflict, { args: [{ name: 'x', value: '1' }] })).toThrow(text);
  });
});

describe('given arguments of the owner, when they are applied to those declared', () => {
  it.each<{ given: Argument[]; owner: Argument[]; then: Argument[] | undefined }>([
    { given: [{ name: 'x' }], owner: [{ name: 'x', value: '1' }], then: [{ name: 'x', value: '1' }] },
    { given: [{ name: 'x', value: '0' }], owner: [{ name: 'x', value: '1' }], then: [{ name: 'x', value: '1' }] },
    { given: [{ name: 'x', value: '0' }], owner: [{ name: 'x', value: '' }], then: [{ name: 'x', value: '' }] },
    { given: [{ name: 'x', value: '0' }], owner: [{ name: 'x' }], then: [{ name: 'x', value: '0' }] },
    {
      given: [{ name: 'x', valueFrom: FROM_SECRET }],
      owner: [{ name: 'x', value: '1' }],
      then: [{ name: 'x', value: '1', valueFrom: FROM_SECRET }],
    },
    {
      given: [{ name: 'x', value: '0' }],
      owner: [{ name: 'x', valueFrom: FROM_SECRET }],
      then: [{ name: 'x', value: '0', valueFrom: FROM_SECRET }],
    },
    { given: [], owner: [{ name: 'undeclared', value: '1' }], then: undefined },
  ])('given declared $given and $owner, then $then', ({ given, owner, then }) => {
    expect(merged(args(given), { args: owner }).args).toEqual(then);
  });

  it('given one that stays without value, then it is named', () => {
    expect(() => merged(args([{ name: 'y', value: '1' }, { name: 'x' }]))).toThrow('args.x was not resolved');
  });
});
