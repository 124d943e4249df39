import { describe, expect, it } from '@jest/globals';
import { edited, lintText, TEMPLATE } from './lint-text.ts';

/** The template with another condition and query in its second metric. */
function withMetric(condition: string, query: string): string {
  const text = edited(
    TEMPLATE,
    'successCondition: len(result) > 0 && !isNaN(result[0]) && result[0] < 0.5',
    `successCondition: ${JSON.stringify(condition)}`,
  );
  return `${text.slice(0, text.lastIndexOf('query: |'))}query: ${JSON.stringify(query)}\n`;
}

function rulesFor(condition: string, query: string): readonly string[] {
  const findings = lintText(withMetric(condition, query));
  return findings.filter(({ path }) => path[2] === 1).map(({ rule }) => rule);
}

const PLAIN = 'sum(errors{pod_hash="a"})';
const RATIO = 'sum(a{pod_hash="a"}) / sum(b{pod_hash="a"})';

describe('given conditions and the queries that they judge', () => {
  it.each([
    { condition: 'len(result) > 0 && result[0] > 1', query: PLAIN, rules: [] },
    { condition: 'len(result) == 0 || result[0] > 1', query: PLAIN, rules: [] },
    { condition: 'all(result, # > 1)', query: PLAIN, rules: [] },
    { condition: 'result[0] > 1', query: PLAIN, rules: ['empty-result'] },
    { condition: 'result[0] > {{args.max-errors}}', query: PLAIN, rules: ['empty-result'] },
    { condition: 'len(result) > 1 || result[0] > 1', query: PLAIN, rules: ['empty-result'] },
    { condition: 'result[0] > 1', query: `${PLAIN} or vector(0)`, rules: [] },
    { condition: 'result[0] > 1', query: 'vector(1)', rules: [] },
    { condition: 'result > 1', query: `scalar(${PLAIN})`, rules: ['nan-unguarded'] },
    { condition: '!isNaN(result) && result > 1', query: `scalar(${PLAIN})`, rules: [] },
    { condition: 'result[0] > 1', query: `scalar(${PLAIN})`, rules: ['broken-condition', 'nan-unguarded'] },
    { condition: 'result > 1', query: PLAIN, rules: ['broken-condition'] },
    { condition: 'result[0]', query: PLAIN, rules: ['broken-condition'] },
    { condition: 'len(result) > 0 && result[0] > 1', query: RATIO, rules: ['nan-unguarded'] },
    { condition: 'len(result) > 0 && result[0] > 1', query: `${RATIO} >= 0`, rules: [] },
    { condition: 'len(result) > 0 && result[0] > 1', query: `${RATIO} != 0`, rules: ['nan-unguarded'] },
    { condition: 'len(result) > 0 && result[0] > 1', query: `${PLAIN} / 60`, rules: [] },
    { condition: 'len(result) > 0 && result[0] > 1', query: `${PLAIN} / (${PLAIN} > 0)`, rules: [] },
    { condition: 'len(result) > 0 && result[0] > 1', query: `${PLAIN} / count(b)`, rules: [] },
    { condition: 'len(result) > 0 && result[0] > 1', query: `${PLAIN} / clamp_min(${PLAIN}, 1)`, rules: [] },
    { condition: 'result[0] > 1', query: '{{args.service}}', rules: ['empty-result'] },
  ])('when $query is judged by $condition, then $rules', ({ condition, query, rules }) => {
    expect(rulesFor(condition, query)).toEqual(rules);
  });

  it.each([
    { provider: 'datadog: {query: x}', condition: 'result < 0.05', rules: ['empty-result'] },
    { provider: 'datadog: {query: x}', condition: 'default(result, 0) < 0.05', rules: [] },
    { provider: 'influxdb: {query: x}', condition: 'result[0] < 0.05', rules: ['empty-result'] },
    { provider: 'wavefront: {query: x}', condition: 'result < 0.05', rules: [] },
    { provider: 'graphite: {query: x}', condition: 'result[0] < 0.05', rules: [] },
    { provider: 'web: {url: x}', condition: 'result.data.ok && result.count > 3', rules: [] },
    { provider: 'web: {url: x}', condition: 'result.count >', rules: ['broken-condition'] },
    { provider: 'newRelic: {query: x}', condition: 'result.nosuch() > 1', rules: [] },
  ])('when $provider is judged by $condition, then $rules', ({ provider, condition, rules }) => {
    const text = TEMPLATE.slice(0, TEMPLATE.indexOf('  - name: p95'));
    const metric = `  - name: other\n    successCondition: ${JSON.stringify(condition)}\n    provider:\n      ${provider}\n`;
    const findings = lintText(text + metric);
    expect(findings.filter(({ path }) => path[2] === 1).map(({ rule }) => rule)).toEqual(rules);
  });
});
