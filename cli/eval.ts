/** `weir eval`: conditions against values, one from the flags or many as JSON lines. */
import { compileCondition, ConditionError } from '#core/expr/compile.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import type { JsonValue } from '#core/json.ts';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import { parseFlags } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Verb } from './verb.ts';

const USAGE = `weir eval --condition 'result[0] >= 0.95' --result '[0.97]' [--kind json|scalar|vector|nil]
weir eval < LINES      each line {"expr": …, "result": …, "kind"?: …} is answered by one line, in order:
                       {"outcome": true} or {"error": "…", "stage": "compile|run|type"}

Exit codes for one condition: 0 true, 2 false, 1 an error.`;

interface Question {
  readonly expr: string;
  readonly result: JsonValue;
  readonly kind?: string;
}

export const evaluate: Verb = {
  summary: 'evaluate conditions against measured values',
  usage: USAGE,
  async run(args, io) {
    const options = { condition: { type: 'string' }, result: { type: 'string' }, kind: { type: 'string' } } as const;
    const { values } = parseFlags(args, options, USAGE);
    if (values.condition === undefined) return answerLines(io);
    const { condition, result = 'null', kind } = values;
    return answerOne({ expr: condition, result: parseJson(result), ...(kind === undefined ? {} : { kind }) }, io);
  },
};

async function answerLines(io: Io): Promise<ExitCode> {
  // Errors are answers here: nobody sees where in the program they arose, and finding that out doubles the work.
  Error.stackTraceLimit = 0;
  for await (const lines of linesOf(process.stdin)) {
    const answers = lines.filter((line) => line.trim() !== '').map((line) => JSON.stringify(answerLine(line)));
    if (answers.length > 0) io.print(answers.join('\n'));
  }
  return EXIT.ok;
}

/** The lines that have come, as they come. They end at `\n` alone: JSON may hold the other characters that end lines. */
async function* linesOf(input: NodeJS.ReadStream): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of input.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  yield [rest];
}

/** A line that is no question is answered too, so that answers and lines stay in step. */
function answerLine(line: string): object {
  try {
    return { outcome: verdict(questionFrom(JSON.parse(line) as JsonValue)) };
  } catch (error) {
    if (error instanceof ConditionError) return { error: error.message, stage: error.stage };
    return { error: `not a question: ${messageOf(error)}`, stage: 'compile' };
  }
}

/** Without a result it is asked about nil. @throws InvalidSpecError */
function questionFrom(json: JsonValue): Question {
  const { expr, result = null, kind } = (json ?? {}) as Partial<Record<string, JsonValue>>;
  if (typeof expr !== 'string') throw new InvalidSpecError('expr must be a text: {"expr": "result > 1", "result": 2}');
  if (kind === undefined || kind === null) return { expr, result };
  return { expr, result, kind: typeof kind === 'string' ? kind : JSON.stringify(kind) };
}

function answerOne(question: Question, io: Io): ExitCode {
  try {
    const outcome = verdict(question);
    io.print(String(outcome));
    return outcome ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    io.error(pointedAt(question.expr, error));
    return EXIT.usage;
  }
}

function verdict({ expr, result, kind }: Question): boolean {
  return compileCondition(expr).evaluate(measured(result, kind), { now: Date.now() });
}

/** The line with a mark below the place. */
function pointedAt(source: string, { stage, message, line, column }: ConditionError): string {
  const what = `${stage === 'compile' ? 'compile' : stage === 'run' ? 'run-time' : 'type'} error: ${message}`;
  if (line === undefined || column === undefined) return what;
  const text = source.split('\n')[line - 1] ?? '';
  return `${line}:${column}: ${what}\n  ${text}\n  ${' '.repeat(column - 1)}^`;
}

/** @throws InvalidSpecError for a result that is not of its kind */
export function measured(result: JsonValue, kind = 'json'): MeasuredValue {
  switch (kind) {
    case 'json':
      return { kind, json: result };
    case 'nil':
      return { kind };
    case 'scalar':
      return { kind, value: toFloat(result) };
    case 'vector':
      if (!Array.isArray(result)) throw new InvalidSpecError('a vector is a list of numbers');
      return { kind, values: result.map(toFloat) };
    default:
      throw new InvalidSpecError(`kind is json, scalar, vector or nil, not "${kind}"`);
  }
}

/** Numbers, and the words that JSON has no numbers for. */
function toFloat(value: JsonValue): number {
  if (typeof value === 'number') return value;
  const words: Readonly<Record<string, number>> = { NaN: Number.NaN, '+Inf': Infinity, '-Inf': -Infinity };
  const float = typeof value === 'string' ? words[value] : undefined;
  if (float === undefined) throw new InvalidSpecError(`${JSON.stringify(value)} is no number, "NaN", "+Inf" or "-Inf"`);
  return float;
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new InvalidSpecError(`--result is not JSON: ${messageOf(error)}\n\n${USAGE}`, { cause: error });
  }
}
