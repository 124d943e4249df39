/**
 * The condition language: text in, verdict out. conditions.md.
 *
 * parse (syntax/) → static check against the type of `result` (check/) → rewriting (rewrite/) → closures (run/).
 * The text is parsed once; the other stages run once per type of `result`, of which there are a handful.
 */
import { messageOf } from '../errors.ts';
import type { Instant } from '../time.ts';
import type { Nature } from './check/nature.ts';
import { check } from './check/check.ts';
import { ConditionError, type ConditionStage, type Position } from './condition-error.ts';
import { CONDITION_ENVIRONMENT, naturesOf, TIME_ENVIRONMENT, type Environment } from './environment.ts';
import { Failure } from './failure.ts';
import { DEPTH_EXCEEDED, MEMORY_EXCEEDED } from './limits.ts';
import type { MeasuredValue } from './measured-value.ts';
import { resultNature, resultValue } from './result.ts';
import { rewrite } from './rewrite/rewrite.ts';
import { Frame, type Evaluate } from './run/frame.ts';
import { generate } from './run/generate.ts';
import { parse } from './syntax/parser.ts';
import type { Node } from './syntax/syntax.ts';
import { Time, typeName, type Value } from './values/values.ts';

export { ConditionError };

/** What a condition may ask of the world besides `result`. */
export interface ConditionEnv {
  /** What `now()` answers. */
  readonly now: Instant;
}

export interface Condition {
  /**
   * The verdict on a measured value. Without `env`, `now()` is a run-time error.
   * @throws ConditionError for every failure, problems of the text included: types depend on `result`
   */
  evaluate(result: MeasuredValue, env?: ConditionEnv): boolean;
}

/**
 * A condition text, ready to be asked. Never throws: whatever is wrong is told by `evaluate`, since most problems depend
 * on the type of `result`. Conditions used lately are remembered, so that compiling one again costs a look-up.
 */
export function compileCondition(source: string): Condition {
  const found = recent.get(source) ?? new CompiledCondition(source);
  if (source.length > LONGEST_REMEMBERED) return found;
  recent.delete(source);
  recent.set(source, found);
  const oldest = recent.keys().next().value;
  if (recent.size > MOST_REMEMBERED && oldest !== undefined) recent.delete(oldest);
  return found;
}

const recent = new Map<string, Condition>();
const MOST_REMEMBERED = 1_000;
const LONGEST_REMEMBERED = 10_000;

class CompiledCondition implements Condition {
  readonly #programs: Programs;

  constructor(source: string) {
    this.#programs = new Programs(source, CONDITION_ENVIRONMENT);
  }

  evaluate(result: MeasuredValue, env?: ConditionEnv): boolean {
    const value = this.#programs.run(result, env?.now);
    if (typeof value === 'boolean') return value;
    throw new ConditionError('type', `expected bool, but got ${typeName(value)}`);
  }
}

/**
 * The instant that the `start` or `end` of a Prometheus range query names. conditions.md §11.
 * @throws ConditionError when the text is wrong or yields no time
 */
export function evaluateInstant(source: string, now: Instant): Instant {
  const value = new Programs(source, TIME_ENVIRONMENT).run({ kind: 'nil' }, now);
  if (value instanceof Time) return Number(value.nanoseconds / 1_000n) / 1_000;
  throw new ConditionError('type', `expected time.Time, but got ${typeName(value)}`);
}

/** What became of a text for one type of `result`. */
type Program = { readonly evaluate: Evaluate } | { readonly problem: unknown };

/** One text in one environment: a program for each type that `result` has had. */
class Programs {
  readonly #source: string;
  readonly #environment: Environment;
  /** By the type of `result`; nil, which has none, is undefined. */
  readonly #byType = new Map<Nature['type'], Program>();
  #tree: Node | undefined;

  constructor(source: string, environment: Environment) {
    this.#source = source.toWellFormed();
    this.#environment = environment;
  }

  run(result: MeasuredValue, now: Instant | undefined): Value {
    const nature = resultNature(result);
    const program = this.#byType.get(nature.type) ?? this.#compile(nature);
    if ('problem' in program) throw this.#error('compile', program.problem);
    let frame: Frame | undefined;
    try {
      frame = new Frame(resultValue(result), now);
      return program.evaluate(frame);
    } catch (error) {
      throw this.#error('run', frame === undefined ? error : this.#trace(error, nature, frame));
    }
  }

  #compile(nature: Nature): Program {
    const program = this.#tryToCompile(nature);
    this.#byType.set(nature.type, program);
    return program;
  }

  #tryToCompile(nature: Nature): Program {
    try {
      return { evaluate: this.#program(nature, false) };
    } catch (problem) {
      return { problem };
    }
  }

  #program(nature: Nature, tracing: boolean): Evaluate {
    this.#tree ??= parse(this.#source);
    const checked = check(this.#tree, naturesOf(this.#environment, nature));
    const { tree, natures } = rewrite(this.#tree, checked);
    return generate(tree, natures, this.#environment, { tracing });
  }

  /** Evaluation is repeatable: a second one that watches its steps tells where the first one failed. */
  #trace(error: unknown, nature: Nature, failed: Frame): unknown {
    if (!(error instanceof Failure) || failed.meter.steps > TRACEABLE_STEPS) return error;
    try {
      this.#program(nature, true)(new Frame(failed.result, failed.now));
      return error;
    } catch (traced) {
      return traced instanceof Failure ? traced : error;
    }
  }

  #error(stage: ConditionStage, error: unknown): ConditionError {
    const at = error instanceof Failure ? error.at : undefined;
    const position = at === undefined ? undefined : positionOf(this.#source, at);
    return new ConditionError(stage, shorten(textOf(error)), position, { cause: error });
  }
}

/** Evaluations longer than this are not repeated to find out where they failed. */
const TRACEABLE_STEPS = 100_000;

/** What is no Failure is the runtime giving up: its stack is used up, or a string is too long for it. */
function textOf(error: unknown): string {
  if (error instanceof RangeError) return /call stack/i.test(error.message) ? DEPTH_EXCEEDED : MEMORY_EXCEEDED;
  return messageOf(error);
}

/** Messages quote what they are about, which may be a megabyte; they end up in the status of Kubernetes objects. */
const LONGEST_MESSAGE = 1_000;

function shorten(text: string): string {
  const shown = text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
  return shown.toWellFormed();
}

function positionOf(source: string, at: number): Position {
  const before = source.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 };
}
