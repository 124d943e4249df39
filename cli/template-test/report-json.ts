/** Results for programs: one JSON document. */
import { timeText } from '#core/template-test/time-text.ts';
import type { FileOutcome, TestOutcome } from './run-file.ts';
import { countsOf } from './report-text.ts';

export function reportJson(outcomes: readonly FileOutcome[]): string {
  const { passed, failed } = countsOf(outcomes);
  const tests = outcomes.flatMap((outcome) => outcome.tests.map(testJson));
  const problems = outcomes.flatMap((outcome) => outcome.problems.map(({ place, message }) => ({ ...place, message })));
  return JSON.stringify({ passed, failed, tests, problems }, undefined, 2);
}

function testJson({ file, name, place, milliseconds, failures, timeline }: TestOutcome): object {
  return {
    file,
    name,
    line: place.line,
    state: failures.length === 0 ? 'passed' : 'failed',
    milliseconds: Math.round(milliseconds * 10) / 10,
    failures: failures.map(({ place: { line, column }, when, says, differences }) => {
      const listed = differences.map(({ field, expected, found = null }) => ({ field, expected, found }));
      return { line, column, when, ...(says !== undefined && { says }), differences: listed };
    }),
    timeline: timeline.map(({ at, what, text }) => ({ at: timeText(at), what, text })),
  };
}
