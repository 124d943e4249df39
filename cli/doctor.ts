/** `weir doctor`: is everything there that `weir run` needs? */
import { InvalidSpecError } from '#core/errors.ts';
import { examine } from '../infra/run/doctor/doctor.ts';
import type { Finding } from '../infra/run/doctor/finding.ts';
import { parseRunOptions } from '../infra/run/options.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatted, type Io } from './io.ts';
import type { Verb } from './verb.ts';

const USAGE = `weir doctor [--controllers observe|analysis|analysis,rollouts] [flags of weir run] [-o json|yaml]

Asks a cluster everything that weir run with the same flags would need, and changes nothing: does the API server answer, are
the clocks equal, are Argo's kinds there, may Weir do what its mode needs, do metric addresses lead somewhere, and does
Argo's own controller run as that mode needs it.

  --controllers  by default what --config says, or observe
  -o             json or yaml: {ok, findings: [{check, state: ok|warn|fail, says, fix?}]}

Exit codes: 0 nothing to mend (warnings do not count), 2 something to mend, 8 the API server does not answer, 1 wrong usage.`;

export const doctor: Verb = {
  summary: 'tell whether a cluster has all that weir run needs, and what to do',
  usage: USAGE,
  async run(args, io) {
    const { output, rest } = splitOutput(args);
    const findings = await examine(parseRunOptions(withControllers(rest), io.environment), io.environment);
    const isOk = findings.every(({ state }) => state !== 'fail');
    const machine = formatted(output, { ok: isOk, findings });
    if (machine !== undefined) io.print(machine);
    else for (const finding of findings) print(finding, io);
    return exitCode(findings, isOk);
  },
};

function splitOutput(args: readonly string[]): {
  readonly output: string | undefined;
  readonly rest: readonly string[];
} {
  const at = args.findIndex((arg) => arg === '-o' || arg === '--output');
  const [, inline] = /^(?:-o|--output)=(.*)$/.exec(args.find((arg) => /^(-o|--output)=/.test(arg)) ?? '') ?? [];
  const output = at === -1 ? inline : args[at + 1];
  if ((at !== -1 || inline !== undefined) && output !== 'json' && output !== 'yaml')
    throw new InvalidSpecError(`-o takes json or yaml, not "${output ?? ''}"\n\n${USAGE}`);
  const rest = args.filter(
    (arg, index) => (at === -1 || (index !== at && index !== at + 1)) && !/^(-o|--output)=/.test(arg),
  );
  return { output, rest };
}

/** It changes nothing: without a word it looks for what observing needs. */
function withControllers(args: readonly string[]): readonly string[] {
  const isSaid = args.some((arg) => /^--(controllers|config)(=|$)/.test(arg));
  return isSaid ? args : [...args, '--controllers', 'observe'];
}

const MARKS = { ok: ['green', '✔'], warn: ['yellow', '!'], fail: ['red', '✖'] } as const;

function print({ check, state, says, fix }: Finding, io: Io): void {
  const [colour, mark] = MARKS[state];
  io.print(`${io.paint(colour, mark)} ${check}: ${says}`);
  if (fix !== undefined) io.print(`    → ${fix}`);
}

function exitCode(findings: readonly Finding[], isOk: boolean): ExitCode {
  const silent = findings.some(({ check, state }) => check === 'api server' && state === 'fail');
  if (silent) return EXIT.unavailable;
  return isOk ? EXIT.ok : EXIT.failed;
}
