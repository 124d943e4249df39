import { describe, expect, it } from '@jest/globals';
import { judgeValue } from '#core/analysis/judge-value.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import { aMetric, at } from './builders.ts';

const NO_DATA = 'metric result is nil or empty: no data returned from the metric provider';

function json(value: Extract<MeasuredValue, { kind: 'json' }>['json']): MeasuredValue {
  return { kind: 'json', json: value };
}

describe('given conditions and a value, when it is judged', () => {
  it.each([
    { success: undefined, failure: undefined, given: 7, then: 'Successful', rule: 'no condition is given' },
    { success: '', failure: '', given: 7, then: 'Successful', rule: 'no condition is given' },
    { success: 'result > 5', failure: undefined, given: 7, then: 'Successful', rule: 'result > 5 was true' },
    { success: 'result > 5', failure: undefined, given: 3, then: 'Failed', rule: 'result > 5 was false' },
    { success: undefined, failure: 'result > 5', given: 7, then: 'Failed', rule: 'result > 5 was true' },
    { success: undefined, failure: 'result > 5', given: 3, then: 'Successful', rule: 'result > 5 was false' },
    {
      success: 'result > 1',
      failure: 'result > 5',
      given: 9,
      then: 'Failed',
      rule: 'failureCondition result > 5 was true',
    },
    {
      success: 'result > 1',
      failure: 'result > 5',
      given: 3,
      then: 'Successful',
      rule: 'successCondition result > 1 was true',
    },
    {
      success: 'result > 9',
      failure: 'result < 5',
      given: 7,
      then: 'Inconclusive',
      rule: 'successCondition result > 9 and failureCondition result < 5 were false',
    },
    {
      success: 'result > 9',
      failure: 'result < 5',
      given: 3,
      then: 'Failed',
      rule: 'failureCondition result < 5 was true',
    },
  ])(
    'given success $success, failure $failure and $given, then $then because $rule',
    ({ success, failure, given, then, rule }) => {
      const metric = { ...aMetric(), successCondition: success, failureCondition: failure } as ReturnType<
        typeof aMetric
      >;
      expect(judgeValue(metric, json(given), at(0))).toEqual({ ok: true, phase: then, rule });
    },
  );

  it.each<{ given: MeasuredValue; condition: string; then: string }>([
    { given: json(5), condition: 'result.ratio > 0.9', then: 'type float64 has no field ratio' },
    { given: json(1), condition: 'result', then: 'expected bool, but got float64' },
    { given: json(null), condition: 'result > 0.9', then: NO_DATA },
    { given: json([]), condition: 'result[0] > 1', then: NO_DATA },
    { given: { kind: 'nil' }, condition: 'result > 1', then: NO_DATA },
    { given: { kind: 'vector', values: [] }, condition: 'nosuchname', then: NO_DATA },
    { given: { kind: 'records', values: [] }, condition: 'nosuchname', then: NO_DATA },
    { given: { kind: 'metric-data', results: [] }, condition: 'nosuchname', then: NO_DATA },
    { given: json(''), condition: 'nosuchname', then: 'unknown name nosuchname' },
    { given: json([1]), condition: 'nosuchname', then: 'unknown name nosuchname' },
    { given: { kind: 'scalar', value: 0 }, condition: 'nosuchname', then: 'unknown name nosuchname' },
  ])('given $given and $condition, then no verdict: $then', ({ given, condition, then }) => {
    expect(judgeValue(aMetric({ successCondition: condition }), given, at(0))).toEqual({
      ok: false,
      message: `could not evaluate successCondition "${condition}": ${then}`,
    });
  });

  it('given an error in both conditions, then the success condition is blamed', () => {
    const verdict = judgeValue(aMetric({ successCondition: 'a', failureCondition: 'b' }), json(1), at(0));
    expect(verdict).toMatchObject({ ok: false, message: expect.stringContaining('successCondition "a"') });
  });

  it('given an error in the failure condition only, then it is blamed, although success holds', () => {
    const verdict = judgeValue(aMetric({ successCondition: 'true', failureCondition: 'b' }), json(1), at(0));
    expect(verdict).toMatchObject({ ok: false, message: expect.stringContaining('failureCondition "b"') });
  });

  it('given an empty vector that the condition guards, then there is a verdict', () => {
    const metric = aMetric({ successCondition: 'len(result) == 0 || result[0] > 1' });
    expect(judgeValue(metric, { kind: 'vector', values: [] }, at(0))).toMatchObject({ ok: true, phase: 'Successful' });
  });
});
