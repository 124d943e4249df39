import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '#core/json.ts';
import type { Metric } from '#core/resources/argo.ts';
import { answerOf, readingOf, valueText } from '#core/template-test/readings.ts';
import { CaseProblem, type Answer, type Series } from '#core/template-test/test-case.ts';
import { T0 } from '../../../support/builders.ts';

const value = (json: JsonValue): Answer => ({ kind: 'value', value: json });

function metricOf(provider: object): Metric {
  return { name: 'rate', provider };
}

describe('given a series', () => {
  const series: Series = [
    { answer: value(1), times: 2 },
    { answer: { kind: 'empty' }, times: 1 },
    { answer: value(3), times: 2 },
  ];

  it.each([
    { index: 0, then: value(1) },
    { index: 1, then: value(1) },
    { index: 2, then: { kind: 'empty' } },
    { index: 4, then: value(3) },
    { index: 100, then: value(3) },
  ])('when measurement $index is taken, then it gets its own answer, or the last', ({ index, then }) => {
    expect(answerOf(series, index)).toEqual(then);
  });
});

describe('given an answer, when the provider of the metric gives it', () => {
  it.each([
    { provider: 'prometheus', answer: 0.5, then: { kind: 'vector', values: [0.5] }, text: '[0.5]' },
    { provider: 'prometheus', answer: [1, 2], then: { kind: 'vector', values: [1, 2] }, text: '[1,2]' },
    { provider: 'prometheus', answer: NaN, then: { kind: 'vector', values: [NaN] }, text: '[NaN]' },
    { provider: 'datadog', answer: 0.5, then: { kind: 'scalar', value: 0.5 }, text: '0.5' },
    { provider: 'wavefront', answer: [1, 2], then: { kind: 'vector', values: [1, 2] }, text: '[1,2]' },
    { provider: 'graphite', answer: 2, then: { kind: 'vector', values: [2] }, text: '2' },
    { provider: 'influxdb', answer: 2, then: { kind: 'records', values: [{ kind: 'float', value: 2 }] }, text: '2' },
    { provider: 'web', answer: { a: [1] }, then: { kind: 'json', json: { a: [1] } }, text: '{"a":[1]}' },
    { provider: 'newRelic', answer: true, then: { kind: 'json', json: true }, text: 'true' },
    {
      provider: 'cloudWatch',
      answer: 7,
      then: {
        kind: 'metric-data',
        results: [{ statusCode: 'Complete', timestamps: [T0], values: [7], messages: [] }],
      },
      text: '7',
    },
  ])('$provider: $answer, then it is $then.kind', ({ provider, answer, then, text }) => {
    const metric = metricOf({ [provider]: {} });
    expect(readingOf(value(answer), metric, T0)).toEqual({ kind: 'value', value: then, text });
  });

  it.each([
    { provider: 'prometheus', then: { kind: 'value', value: { kind: 'vector', values: [] }, text: '[]' } },
    { provider: 'influxdb', then: { kind: 'value', value: { kind: 'records', values: [] }, text: '[]' } },
    { provider: 'cloudWatch', then: { kind: 'value', value: { kind: 'metric-data', results: [] }, text: '[]' } },
    { provider: 'datadog', then: { kind: 'value', value: { kind: 'nil' }, text: '' } },
    { provider: 'graphite', then: { kind: 'error', message: 'no values found' } },
  ])('$provider: no data, then it is what the provider makes of it', ({ provider, then }) => {
    expect(readingOf({ kind: 'empty' }, metricOf({ [provider]: {} }), T0)).toEqual(then);
  });

  it('job: a phase, then that is the verdict', () => {
    const reading = readingOf({ kind: 'verdict', phase: 'Failed' }, metricOf({ job: {} }), T0);
    expect(reading).toEqual({ kind: 'verdict', phase: 'Failed' });
  });

  it.each([
    { provider: 'prometheus', answer: 'fine', says: 'answers with numbers, not "fine"' },
    { provider: 'datadog', answer: { a: 1 }, says: 'answers with numbers, not {"a":1}' },
    { provider: 'job', answer: 1, says: 'answer with Successful, Failed' },
  ])('$provider: $answer, then the test is told that it never does', ({ provider, answer, says }) => {
    const read = () => readingOf(value(answer), metricOf({ [provider]: {} }), T0);
    expect(read).toThrow(CaseProblem);
    expect(read).toThrow(says);
  });
});

it.each([
  { given: [NaN, Infinity, -Infinity], then: '[NaN,+Inf,-Inf]' },
  { given: { a: null, b: 'x' }, then: '{"a":null,"b":"x"}' },
])('given $given, when it is written, then it reads $then', ({ given, then }) => {
  expect(valueText(given)).toBe(then);
});
