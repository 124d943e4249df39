/** Conditions before anything was measured: what they are given, and what they make of it. */
import { compileCondition, ConditionError } from '../expr/compile.ts';
import type { MeasuredValue } from '../expr/measured-value.ts';
import { parse } from '../expr/syntax/parser.ts';
import { childrenOf, type Node } from '../expr/syntax/syntax.ts';
import { providerOf } from '../analysis/provider-of.ts';
import type { Argument, Metric } from '../resources/argo.ts';
import type { Path } from './finding.ts';
import type { MetricUse } from './metrics-of.ts';
import type { QueryFacts } from './readers.ts';
import { stoodInFor, substituted, tokensIn } from './tokens.ts';

export interface ConditionUse {
  readonly field: 'successCondition' | 'failureCondition';
  readonly path: Path;
  readonly written: string;
}

export function conditionsOf({ metric, path }: MetricUse): readonly ConditionUse[] {
  return (['successCondition', 'failureCondition'] as const).flatMap((field) => {
    const written = metric[field] ?? '';
    return written === '' ? [] : [{ field, path: [...path, field], written }];
  });
}

/** Values of each type that the provider can hand over. Unknown JSON can be of any. */
export function samplesFor(metric: Metric, query: QueryFacts | undefined): readonly MeasuredValue[] {
  switch (providerOf(metric)) {
    case 'prometheus':
      if (query?.state !== 'read') return [VECTOR, SCALAR];
      return query.yields === 'scalar' ? [SCALAR] : [VECTOR];
    case 'graphite':
      return [VECTOR];
    case 'datadog':
    case 'wavefront':
      return [SCALAR];
    case 'influxdb':
      return [{ kind: 'records', values: [{ kind: 'float', value: 1 }] }];
    case 'cloudWatch':
      return [{ kind: 'metric-data', results: [{ statusCode: 'Complete', timestamps: [], values: [], messages: [] }] }];
    case 'web':
    case 'newRelic':
    case 'skywalking':
    case 'kayenta':
    case 'job':
    case 'plugin':
    case undefined:
      return ANYTHING;
  }
}

const VECTOR: MeasuredValue = { kind: 'vector', values: [1] };
const SCALAR: MeasuredValue = { kind: 'scalar', value: 1 };
const ANYTHING: readonly MeasuredValue[] = [[], {}, 1, '', true, null].map((json) => ({ kind: 'json', json }));

/** What the provider hands over when it has no data, where a condition is asked about that. */
export function nothingFrom(metric: Metric, query: QueryFacts | undefined): MeasuredValue | undefined {
  switch (providerOf(metric)) {
    case 'prometheus':
      return query?.state === 'read' && !query.mayBeEmpty ? undefined : { kind: 'vector', values: [] };
    case 'influxdb':
      return { kind: 'records', values: [] };
    case 'datadog':
      return { kind: 'nil' };
  }
  return undefined;
}

/** The error that every one of the values meets: the text itself is wrong. Run-time errors depend on the value. */
export function textProblem(
  written: string,
  args: readonly Argument[],
  values: readonly MeasuredValue[],
): ConditionError | undefined {
  const problems = readingsOf(written, args).map((text) => {
    const errors = values.map((value) => certainErrorOf(text, value));
    return errors.includes(undefined)
      ? undefined
      : furthest(
          text,
          errors.filter((error) => error !== undefined),
        );
  });
  return problems.includes(undefined) ? undefined : problems[0];
}

/** The value that gets furthest fits best: what stops it is what is wrong. */
function furthest(text: string, errors: readonly ConditionError[]): ConditionError | undefined {
  return errors.toSorted((a, b) => offsetOf(text, b) - offsetOf(text, a))[0];
}

/** An error that every value of the type meets. Members of JSON may be of any type: only the text itself is certain. */
function certainErrorOf(text: string, value: MeasuredValue): ConditionError | undefined {
  const error = errorOf(text, value);
  return error?.stage === 'run' || (error?.stage === 'type' && value.kind === 'json') ? undefined : error;
}

/** A text that compiles, tokens filled in; the written one where none does. */
export function readable(written: string, args: readonly Argument[], values: readonly MeasuredValue[]): string {
  const works = (text: string) => values.some((value) => errorOf(text, value)?.stage !== 'compile');
  return readingsOf(written, args).find(works) ?? written;
}

/** What the text may become. Stand-ins are as long as the tokens, so that places in the text stay. */
function readingsOf(written: string, args: readonly Argument[]): readonly string[] {
  if (tokensIn(written).length === 0) return [written];
  const filled = substituted(written, args);
  const stoodIn = [
    stoodInFor(written, () => '1'),
    stoodInFor(written, ({ written: token }) => 'x'.repeat(token.length)),
  ];
  return filled === undefined ? stoodIn : [...stoodIn, filled];
}

export function errorOf(text: string, value: MeasuredValue): ConditionError | undefined {
  try {
    compileCondition(text).evaluate(value, { now: 0 });
    return undefined;
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
}

/** Its verdict; undefined when it has none. */
export function verdictOf(text: string, value: MeasuredValue): boolean | undefined {
  return errorOf(text, value) === undefined ? compileCondition(text).evaluate(value, { now: 0 }) : undefined;
}

/** Offset of an error within the text. */
export function offsetOf(text: string, { line = 1, column = 1 }: ConditionError): number {
  const before = text.split('\n').slice(0, line - 1);
  const lineText = Array.from(text.split('\n')[line - 1] ?? '').slice(0, column - 1);
  return [...before, lineText.join('')].join('\n').length;
}

/** Does it call the function? False for a text that does not parse. */
export function calls(text: string, name: string): boolean {
  try {
    return someNode(parse(text), (node) => {
      return node.type === 'call' && node.callee.type === 'identifier' && node.callee.name === name;
    });
  } catch {
    return false;
  }
}

function someNode(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test));
}
