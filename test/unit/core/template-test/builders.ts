/** Test cases for tests: each shows only what its test is about. */
import type { Metric } from '#core/resources/argo.ts';
import type { JsonObject, JsonValue } from '#core/json.ts';
import type { Answer, Expectation, Manifests, Moment, Series, TestCase } from '#core/template-test/test-case.ts';
import { anAnalysisTemplate } from '../../../support/builders.ts';

export const NO_MANIFESTS: Manifests = { templates: [], clusterTemplates: [], rollouts: [], services: [] };

export function manifestsWith(metrics: readonly Metric[]): Manifests {
  return { ...NO_MANIFESTS, templates: [anAnalysisTemplate('template', metrics)] };
}

export function rateMetric(part: Partial<Metric> = {}): Metric {
  const provider = { prometheus: { address: 'http://prometheus:9090', query: 'up' } };
  return { name: 'rate', interval: '1m', successCondition: 'result[0] >= 0.95', failureLimit: 3, provider, ...part };
}

/** A run of the template, unless `part` says otherwise. */
export function aCase(part: Partial<TestCase> = {}): TestCase {
  return {
    name: 'case',
    subject: {
      kind: 'analysis',
      templates: [{ templateName: 'template' }],
      args: [],
      dryRun: [],
      measurementRetention: [],
    },
    results: new Map(),
    queries: new Map(),
    secrets: new Map(),
    orders: [],
    expectations: [expected({ phase: 'Successful' })],
    ...part,
  };
}

export function expected(state: JsonObject, when: Moment = { kind: 'end' }): Expectation {
  return { state, when };
}

export function seriesOf(...values: readonly (JsonValue | Answer)[]): Series {
  return values.map((value) => ({ answer: answerFor(value), times: 1 }));
}

function answerFor(value: JsonValue | Answer): Answer {
  const isAnswer = typeof value === 'object' && value !== null && 'kind' in value;
  return isAnswer ? (value as Answer) : { kind: 'value', value };
}
