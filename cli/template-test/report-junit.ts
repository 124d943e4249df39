/** Results as JUnit XML, which CI systems show. */
import type { FileOutcome, TestOutcome } from './run-file.ts';
import { countsOf, failureLines, problemLine } from './report-text.ts';

export function reportJunit(outcomes: readonly FileOutcome[]): string {
  const suites = outcomes.flatMap(suiteLines);
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>'].join('\n');
}

function suiteLines(outcome: FileOutcome): readonly string[] {
  const { file, tests, problems } = outcome;
  const { failed } = countsOf([outcome]);
  const counts = { tests: tests.length + problems.length, failures: failed, errors: problems.length };
  return [
    `<testsuite${attributes({ name: file, ...counts })}>`,
    ...tests.map(caseText),
    ...problems.map((problem) => {
      const error = `<error${attributes({ message: problem.message })}>${escaped(problemLine(problem))}</error>`;
      return `<testcase${attributes({ classname: file, name: `line ${problem.place.line}` })}>${error}</testcase>`;
    }),
    '</testsuite>',
  ];
}

function caseText(test: TestOutcome): string {
  const { file, name, milliseconds, failures } = test;
  const head = `<testcase${attributes({ classname: file, name, time: (milliseconds / 1000).toFixed(4) })}`;
  if (failures.length === 0) return `${head}/>`;
  const message = failures.map(({ when }) => when).join('; ');
  const text = escaped(failureLines(test, (_colour, line) => line).join('\n'));
  return `${head}><failure${attributes({ message })}>${text}</failure></testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('"', '&quot;')}"`)
    .join('');
}

/** XML has no way to write most control characters, so they are left out. */
function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  const writable = text.toWellFormed().replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  return writable.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
