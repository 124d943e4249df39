/** Results for people: a line for a test that passes, the difference and what led to it for one that does not. */
import type { JsonValue } from '#core/json.ts';
import { valueText } from '#core/template-test/readings.ts';
import { timeText } from '#core/template-test/time-text.ts';
import type { TimelineEntry } from '#core/template-test/timeline.ts';
import type { Io } from '../io.ts';
import type { FileOutcome, PlacedFailure, TestOutcome } from './run-file.ts';
import type { FileProblem, Place } from './source.ts';

/** Of a long story the end. */
const LINES_SHOWN = 30;

export function reportText(outcomes: readonly FileOutcome[], io: Pick<Io, 'print' | 'error' | 'paint'>): void {
  for (const { tests, problems } of outcomes) {
    for (const test of tests) io.print(testLines(test, io.paint).join('\n'));
    for (const problem of problems) io.error(problemLine(problem));
  }
  io.print(summary(outcomes));
}

export function problemLine({ place, message }: FileProblem): string {
  return `weir: ${placeText(place)}: ${message}`;
}

function testLines(test: TestOutcome, paint: Io['paint']): readonly string[] {
  const { file, name, failures, milliseconds } = test;
  const passed = failures.length === 0;
  const sign = passed ? paint('green', 'ok  ') : paint('red', 'FAIL');
  const head = `${sign}  ${file}  ${name} (${Math.ceil(milliseconds)} ms)`;
  return passed ? [head] : [head, ...failureLines(test, paint)];
}

/** Without the heading: also what other formats show of a failure. */
export function failureLines({ failures, timeline }: TestOutcome, paint: Io['paint']): readonly string[] {
  return [...failures.flatMap((failure) => differenceLines(failure, paint)), ...timelineLines(timeline)];
}

function differenceLines({ place, when, says, differences }: PlacedFailure, paint: Io['paint']): readonly string[] {
  const head = `      ${placeText(place)}: ${when}${says === undefined ? '' : `: ${says}`}`;
  return [
    head,
    ...differences.flatMap(({ field, expected, found }) => [
      paint('green', `        expected  ${field}: ${shown(expected)}`),
      paint('red', `        was       ${field}: ${found === undefined ? 'nothing' : shown(found)}`),
    ]),
  ];
}

/** A text as it is, so that a query stays readable. */
function shown(value: JsonValue): string {
  return typeof value === 'string' && value !== '' ? value : valueText(value);
}

function timelineLines(timeline: readonly TimelineEntry[]): readonly string[] {
  if (timeline.length === 0) return [];
  const shown = timeline.slice(-LINES_SHOWN);
  const left = timeline.length - shown.length;
  const width = Math.max(...shown.map(({ what }) => what.length));
  const lines = shown.map(
    ({ at, what, text }) => `        ${timeText(at).padStart(7)}  ${what.padEnd(width)}  ${text}`,
  );
  return ['      what happened:', ...(left > 0 ? [`        … ${left} earlier`] : []), ...lines];
}

function summary(outcomes: readonly FileOutcome[]): string {
  const { passed, failed, notRun } = countsOf(outcomes);
  return `${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} not understood` : ''}`;
}

export function countsOf(outcomes: readonly FileOutcome[]): { passed: number; failed: number; notRun: number } {
  const tests = outcomes.flatMap((outcome) => outcome.tests);
  const failed = tests.filter(({ failures }) => failures.length > 0).length;
  const notRun = outcomes.reduce((sum, { problems }) => sum + problems.length, 0);
  return { passed: tests.length - failed, failed, notRun };
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
