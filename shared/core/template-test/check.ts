/** Does a trace hold what was expected of it, and when? */
import { SECOND, type Millis } from '../time.ts';
import { isQuery } from './asked-query.ts';
import { differencesOf, type Difference } from './differences.ts';
import { factsAt } from './facts.ts';
import { CaseProblem, type CasePath, type Expectation, type Moment, type TestCase } from './test-case.ts';
import { timeText } from './time-text.ts';
import type { Frame, Trace } from './trace.ts';

/** An expectation that was not met. */
export interface Failure {
  readonly path: CasePath;
  /** `at 4m`, `at the end (8m)`, … */
  readonly when: string;
  /** Up to here the timeline explains it. */
  readonly at: Millis;
  readonly differences: readonly Difference[];
  /** What no field can say. */
  readonly says?: string;
}

/** Longest look ahead for an end: a metric without a count may never have one. */
export const HORIZON: Millis = 24 * 60 * 60 * SECOND;

/** How far time must run to tell. */
export function horizonOf({ expectations, orders }: TestCase): Millis {
  return Math.max(...expectations.map(({ when }) => lastLook(when)), ...orders.map(({ at }) => at));
}

export function failuresOf(testCase: TestCase, trace: Trace): readonly Failure[] {
  const expected = testCase.expectations.flatMap((expectation, index) => {
    const failure = failureOf(expectation, trace, ['expect', index]);
    return failure === undefined ? [] : [failure];
  });
  return [...refusals(testCase, trace), ...expected, ...wrongQueries(testCase, trace)];
}

function lastLook(when: Moment): Millis {
  switch (when.kind) {
    case 'at':
      return endOfSecond(when.at);
    case 'between':
      return endOfSecond(when.to);
    case 'end':
      return HORIZON;
  }
}

/** A measurement is due just after its interval, so "at 4m" means: when that second is over. */
function endOfSecond(at: Millis): Millis {
  return at + SECOND - 1;
}

function failureOf({ when, state }: Expectation, trace: Trace, path: CasePath): Failure | undefined {
  const differencesIn = ({ at, world }: Frame) => differencesOf(state, factsAt(trace, at, world));
  switch (when.kind) {
    case 'at':
      return unlessEqual(differencesIn(frameAt(trace, when.at)), {
        path,
        when: `at ${timeText(when.at)}`,
        at: when.at,
      });
    case 'between':
      return tooEarlyOrLate(when, trace, path, differencesIn);
    case 'end': {
      const last = endOf(trace, path);
      return unlessEqual(differencesIn(last), { path, when: `at the end (${timeText(last.at)})`, at: last.at });
    }
  }
}

function unlessEqual(differences: readonly Difference[], failure: Omit<Failure, 'differences'>): Failure | undefined {
  return differences.length === 0 ? undefined : { ...failure, differences };
}

function frameAt(trace: Trace, at: Millis): Frame {
  return trace.frames.findLast((frame) => frame.at <= endOfSecond(at))!;
}

function tooEarlyOrLate(
  { from, to }: Extract<Moment, { kind: 'between' }>,
  trace: Trace,
  path: CasePath,
  differencesIn: (frame: Frame) => readonly Difference[],
): Failure | undefined {
  const when = `between ${timeText(from)} and ${timeText(to)}`;
  const first = trace.frames.find((frame) => differencesIn(frame).length === 0);
  if (first === undefined || first.at > endOfSecond(to)) {
    const last = frameAt(trace, to);
    return { path, when, at: to, differences: differencesIn(last), says: `not so by ${timeText(to)}` };
  }
  if (first.at >= from) return undefined;
  return { path, when, at: first.at, differences: [], says: `so already at ${timeText(first.at)}` };
}

/** @throws CaseProblem when there is none */
function endOf({ frames, stoppedAt }: Trace, path: CasePath): Frame {
  if (stoppedAt === undefined) return frames.at(-1)!;
  const text = `this goes on without an end (stopped at ${timeText(stoppedAt)}); say when it is expected: at: 10m`;
  throw new CaseProblem(path, text);
}

function refusals({ orders }: TestCase, { refusals }: Trace): readonly Failure[] {
  return refusals.map(({ at, order, state, says }) => ({
    path: ['actions', orders.indexOf(order)],
    when: `${order.verb} at ${timeText(at)}`,
    at,
    differences: [],
    says: state === 'applied' ? `changes nothing: ${says}` : `${state}: ${says}`,
  }));
}

/** The first measurement that asked something else, or that none asked. */
function wrongQueries({ queries }: TestCase, { measured }: Trace): readonly Failure[] {
  return [...queries].flatMap(([metric, wanted]): Failure[] => {
    const own = measured.filter((taken) => taken.metric === metric);
    const wrong = own.find(({ query }) => !isQuery(query, wanted));
    if (own.length > 0 && wrong === undefined) return [];
    const difference = {
      field: `queries.${metric}`,
      expected: wanted.text,
      found: wrong?.query.replaceAll(/\s+/g, ' ').trim(),
    };
    const at = wrong?.at ?? Infinity;
    const when = wrong === undefined ? 'never asked' : `asked at ${timeText(wrong.at)}`;
    return [{ path: ['queries', metric], when, at, differences: [difference] }];
  });
}
