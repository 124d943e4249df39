import { describe, expect, it } from '@jest/globals';
import { differencesOf } from '#core/template-test/differences.ts';

const FOUND = {
  phase: 'Running',
  message: 'failed (4) > failureLimit (3)',
  metrics: {
    rate: {
      failed: 1,
      measurements: [
        { phase: 'Successful', value: '[0.99]', message: '' },
        { phase: 'Error', value: '', message: 'connection refused' },
      ],
    },
  },
};

describe('given facts', () => {
  it.each([
    { expected: { phase: 'Running' } },
    { expected: { message: 'failureLimit' } },
    { expected: { message: '' } },
    { expected: { metrics: { rate: { failed: 1 } } } },
    { expected: { metrics: { rate: { measurements: [{ phase: 'Successful' }, { phase: 'Error' }] } } } },
    { expected: { metrics: { rate: { measurements: [{ value: 0.99 }, { message: 'refused' }] } } } },
  ])('when $expected is expected, then there is no difference', ({ expected }) => {
    expect(differencesOf(expected, FOUND)).toEqual([]);
  });

  it.each([
    { expected: { phase: 'Failed' }, then: { field: 'phase', expected: 'Failed', found: 'Running' } },
    { expected: { phase: 'Run' }, then: { field: 'phase', expected: 'Run', found: 'Running' } },
    { expected: { message: 'Limit (2)' }, then: { field: 'message', expected: 'Limit (2)', found: FOUND.message } },
    { expected: { weight: 40 }, then: { field: 'weight', expected: 40, found: undefined } },
    {
      expected: { metrics: { rate: { failed: 2 } } },
      then: { field: 'metrics.rate.failed', expected: 2, found: 1 },
    },
    {
      expected: { metrics: { other: { failed: 0 } } },
      then: { field: 'metrics.other.failed', expected: 0, found: undefined },
    },
    {
      expected: { metrics: { rate: { measurements: [{ phase: 'Successful' }] } } },
      then: { field: 'metrics.rate.measurements', expected: ['Successful'], found: ['Successful', 'Error'] },
    },
    {
      expected: { metrics: { rate: { measurements: [{ value: 0.9 }, { phase: 'Error' }] } } },
      then: { field: 'metrics.rate.measurements', expected: [0.9, 'Error'], found: ['[0.99]', 'Error'] },
    },
    {
      expected: { metrics: { rate: { measurements: [] } } },
      then: { field: 'metrics.rate.measurements', expected: [], found: FOUND.metrics.rate.measurements },
    },
  ])('when $expected is expected, then the difference names the field', ({ expected, then }) => {
    expect(differencesOf(expected, FOUND)).toEqual([then]);
  });

  it('when a name is one that objects inherit, then it is not found', () => {
    expect(differencesOf({ constructor: 1 }, FOUND)).toEqual([{ field: 'constructor', expected: 1, found: undefined }]);
  });
});
