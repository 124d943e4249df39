/** What holds for every run, whatever its limits and whatever its providers answer. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assessRun, type AnalysisSnapshot } from '#core/analysis/assess.ts';
import type { Reading } from '#core/analysis/reading.ts';
import { isCompleted, type AnalysisRun, type Metric, type MetricResult } from '#core/resources/argo.ts';
import { aMetric, aRun, at, plan, taken } from './builders.ts';

const NAMES = ['a', 'b', 'c'];
const TOTALS = ['count', 'successful', 'failed', 'inconclusive', 'error'] as const;

/** Valid by analysis §2: limits small enough for the count. */
const metric = (name: string) =>
  fc
    .record(
      {
        interval: fc.constantFrom('1s', '10s', '1m'),
        initialDelay: fc.constantFrom('0s', '20s'),
        count: fc.integer({ min: 4, max: 6 }),
        failureLimit: fc.integer({ min: 0, max: 2 }),
        inconclusiveLimit: fc.integer({ min: 0, max: 2 }),
        consecutiveErrorLimit: fc.integer({ min: 0, max: 3 }),
        consecutiveSuccessLimit: fc.integer({ min: 0, max: 2 }),
      },
      { requiredKeys: ['interval'] },
    )
    .map((fields): Metric => aMetric({ ...fields, name }));

const run = fc
  .record({
    metrics: fc.subarray(NAMES, { minLength: 1 }).chain((names) => fc.tuple(...names.map(metric))),
    rehearsals: fc.subarray(NAMES),
  })
  .map(({ metrics, rehearsals }) => {
    const dryRun = metrics
      .filter(({ name }) => rehearsals.includes(name))
      .map(({ name }) => ({ metricName: `^${name}$` }));
    return aRun({ metrics, dryRun });
  });

const reading: fc.Arbitrary<Reading> = fc.oneof(
  fc.constantFrom<Reading>(
    { kind: 'verdict', phase: 'Successful' },
    { kind: 'verdict', phase: 'Failed' },
    { kind: 'verdict', phase: 'Inconclusive', message: 'unclear' },
    { kind: 'error', message: 'no answer' },
  ),
  fc.integer({ min: 0, max: 200 }).map((second): Reading => ({ kind: 'pending', resumeAt: at(second), metadata: {} })),
);

/** Time passes, perhaps somebody terminates, and each metric that is due answers; some answers may be missing. */
const step = fc.record({
  wait: fc.integer({ min: 0, max: 30 }),
  terminate: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  answers: fc.dictionary(fc.constantFrom(...NAMES), reading),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Pass {
  readonly snapshot: AnalysisSnapshot;
  readonly before: AnalysisRun;
  readonly after: AnalysisRun;
}

/** Every pass of a run through the steps. */
function passes(first: AnalysisRun, steps: readonly Step[]): readonly Pass[] {
  const done: Pass[] = [];
  let current = first;
  let seconds = 0;
  for (const { wait, terminate, answers } of steps) {
    seconds += wait;
    const before = terminate ? { ...current, spec: { ...current.spec, terminate } } : current;
    const snapshot = takenAt(before, seconds, answers);
    const { status } = assessRun(snapshot);
    current = status === undefined ? before : { ...before, status };
    done.push({ snapshot, before, after: current });
  }
  return done;
}

function takenAt(subject: AnalysisRun, seconds: number, answers: Step['answers']): AnalysisSnapshot {
  const ready = plan(subject, at(seconds));
  const readings = ready.tasks.flatMap((task) => {
    const answer = answers[task.metric.name];
    return answer === undefined ? [] : [taken(task, answer)];
  });
  return { now: at(seconds), run: subject, plan: ready, readings };
}

function resultsOf({ status }: AnalysisRun): readonly MetricResult[] {
  return status?.metricResults ?? [];
}

/** The property must hold in each pass of each run. */
function always(property: (pass: Pass) => void): void {
  fc.assert(
    fc.property(run, fc.array(step, { minLength: 1, maxLength: 25 }), (subject, steps) => {
      for (const pass of passes(subject, steps)) property(pass);
    }),
    { numRuns: 150 },
  );
}

describe('given any run and any readings, in every pass', () => {
  it('when it is assessed twice, then the decision is the same', () => {
    always(({ snapshot }) => expect(assessRun(snapshot)).toEqual(assessRun(structuredClone(snapshot))));
  });

  it('then totals never fall', () => {
    always(({ before, after }) => {
      for (const result of resultsOf(before)) {
        const later = resultsOf(after).find(({ name }) => name === result.name);
        for (const total of TOTALS) expect(later?.[total] ?? 0).toBeGreaterThanOrEqual(result[total] ?? 0);
      }
    });
  });

  it('then completed phases are final', () => {
    always(({ before, after }) => {
      if (isCompleted(before.status?.phase)) expect(after.status).toEqual(before.status);
      for (const result of resultsOf(before).filter(({ phase }) => isCompleted(phase))) {
        expect(resultsOf(after)).toContainEqual(result);
      }
    });
  });

  it('then a metric that is completed is never planned', () => {
    always(({ before, snapshot: { plan } }) => {
      const completed = resultsOf(before)
        .filter(({ phase }) => isCompleted(phase))
        .map(({ name }) => name);
      if (plan.state === 'ready') for (const task of plan.tasks) expect(completed).not.toContain(task.metric.name);
    });
  });

  it('then a run is Successful only if no metric that counts has come out badly', () => {
    always(({ after }) => {
      if (after.status?.phase !== 'Successful') return;
      const bad = resultsOf(after).filter(
        ({ phase, dryRun }) => phase !== 'Successful' && dryRun !== true && isCompleted(phase),
      );
      expect(bad).toEqual([]);
    });
  });

  it('then the summaries add up to the metrics of the spec', () => {
    always(({ after: { spec, status } }) => {
      expect((status?.runSummary?.count ?? 0) + (status?.dryRunSummary?.count ?? 0)).toBe(spec.metrics.length);
    });
  });

  it('then no more than ten measurements are kept', () => {
    always(({ after }) => {
      for (const { measurements } of resultsOf(after)) expect(measurements?.length).toBeLessThanOrEqual(10);
    });
  });

  it('then an unfinished run asks to be looked at again', () => {
    always(({ snapshot, after }) => {
      if (!isCompleted(after.status?.phase)) expect(assessRun(snapshot).requeueAfter).toBeGreaterThan(0);
    });
  });
});
