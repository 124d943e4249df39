/** `weir test`: templates and rollouts under test, in virtual time. */
import { InvalidSpecError } from '#core/errors.ts';
import { parseFlags } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { reportJson } from './template-test/report-json.ts';
import { reportJunit } from './template-test/report-junit.ts';
import { countsOf, problemLine, reportText } from './template-test/report-text.ts';
import { runFile, type FileOutcome } from './template-test/run-file.ts';
import type { Verb } from './verb.ts';

const USAGE = `weir test FILE… [--filter TEXT] [--format text|json|junit]

Runs the tests in YAML files: AnalysisTemplates and Rollouts against given results, in virtual time,
without a cluster or a network. docs/testing-templates.md tells how they are written.

  --filter TEXT   only tests with TEXT in their name
  --format        text (default), json or junit

Exit codes: 0 all pass, 2 an expectation is not met, 1 a file or a test cannot be understood.`;

export const test: Verb = {
  summary: 'test templates and rollouts in virtual time',
  usage: USAGE,
  async run(args, io) {
    const options = { filter: { type: 'string' }, format: { type: 'string' } } as const;
    const { values, positionals: files } = parseFlags(args, options, USAGE);
    const { filter = '', format = 'text' } = values;
    if (files.length === 0) throw new InvalidSpecError(`which files?\n\n${USAGE}`);
    const report = REPORTS[format];
    if (report === undefined)
      throw new InvalidSpecError(`--format is text, json or junit, not "${format}"\n\n${USAGE}`);
    const outcomes = files.map((file) => runFile(file, filter));
    report(outcomes, io);
    return exitCode(outcomes, filter, io);
  },
};

type Report = (outcomes: readonly FileOutcome[], io: Io) => void;

const REPORTS: Readonly<Record<string, Report | undefined>> = {
  text: reportText,
  json: (outcomes, io) => io.print(reportJson(outcomes)),
  junit: (outcomes, io) => {
    io.print(reportJunit(outcomes));
    for (const problem of outcomes.flatMap(({ problems }) => problems)) io.error(problemLine(problem));
  },
};

function exitCode(outcomes: readonly FileOutcome[], filter: string, io: Io): ExitCode {
  const { passed, failed, notRun } = countsOf(outcomes);
  if (notRun > 0) return EXIT.usage;
  if (failed > 0) return EXIT.failed;
  if (passed > 0) return EXIT.ok;
  io.error(`weir: no test has ${JSON.stringify(filter)} in its name`);
  return EXIT.usage;
}
