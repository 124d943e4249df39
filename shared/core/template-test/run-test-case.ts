/** One template test from start to end: no cluster, no network, no clock. */
import type { JsonValue } from '../json.ts';
import { failuresOf, horizonOf, type Failure } from './check.ts';
import { Simulation } from './simulation.ts';
import { analysisSubject } from './analysis-subject.ts';
import { rolloutSubject } from './rollout-subject.ts';
import type { Subject } from './start.ts';
import { CaseProblem, type CasePath, type Manifests, type TestCase } from './test-case.ts';
import { timelineOf, type TimelineEntry } from './timeline.ts';

export interface TestResult {
  readonly failures: readonly Failure[];
  /** Made only when it is asked for: it costs more than the test. */
  timeline(): readonly TimelineEntry[];
}

/** @throws CaseProblem when the test cannot be run as it is written */
export function runTestCase(testCase: TestCase, manifests: Manifests): TestResult {
  const { start, metrics } = subjectOf(testCase, manifests);
  refuseUnknownMetrics(testCase, metrics);
  const trace = new Simulation(testCase, manifests, start).run(horizonOf(testCase));
  return { failures: failuresOf(testCase, trace), timeline: () => timelineOf(trace) };
}

function subjectOf(testCase: TestCase, manifests: Manifests): Subject {
  const { subject } = testCase;
  return subject.kind === 'analysis'
    ? analysisSubject(subject, testCase, manifests)
    : rolloutSubject(subject, testCase, manifests);
}

function refuseUnknownMetrics(testCase: TestCase, metrics: readonly string[]): void {
  // A name with an argument in it is known only to the run.
  if (metrics.some((name) => name.includes('{{'))) return;
  for (const { name, path } of metricsNamed(testCase)) {
    if (metrics.includes(name)) continue;
    throw new CaseProblem(path, `no metric "${name}" is measured here; there are: ${metrics.join(', ') || 'none'}`);
  }
}

interface NamedMetric {
  readonly name: string;
  readonly path: CasePath;
}

function metricsNamed({ results, queries, expectations }: TestCase): readonly NamedMetric[] {
  const keys = (part: string, map: ReadonlyMap<string, unknown>) =>
    [...map.keys()].map((name) => ({ name, path: [part, name] }));
  const expected = expectations.flatMap(({ state }, index) => metricsIn(state, ['expect', index]));
  return [...keys('results', results), ...keys('queries', queries), ...expected];
}

/** The keys of every `metrics` in an expectation. */
function metricsIn(state: JsonValue | undefined, path: CasePath): readonly NamedMetric[] {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return [];
  return Object.entries(state as { readonly [key: string]: JsonValue }).flatMap(([key, value]) => {
    if (key !== 'metrics') return metricsIn(value, [...path, key]);
    return Object.keys(value ?? {}).map((name) => ({ name, path: [...path, key, name] }));
  });
}
