/** The names that a condition can use, and what they stand for. conditions.md §12. */
import { natureOf, type Nature } from './check/nature.ts';
import { fail } from './failure.ts';
import { asFloat } from './values/assertions.ts';
import { numberOf } from './values/equality.ts';
import { formatValue } from './values/format.ts';
import { truncateFloat, wrap } from './values/integers.ts';
import { failReading, readFloat, readInteger } from './values/numbers.ts';
import { ANY, BOOL, FLOAT, functionType, INT64, type Type } from './values/types.ts';
import { Func, Integer, StringMap, typeName, type Value } from './values/values.ts';

export interface Helper {
  readonly type: Type;
  /** @param result the measured value; some helpers look at nothing else */
  readonly run: (given: readonly Value[], result: Value) => Value;
}

export interface Environment {
  /** Is there a `result`? */
  readonly hasResult: boolean;
  readonly helpers: ReadonlyMap<string, Helper>;
}

const NUMBER_TESTS: readonly (readonly [string, Helper])[] = [
  ['isNaN', helper([FLOAT], BOOL, ([value = null]) => Number.isNaN(asFloat(value)))],
  ['isInf', helper([FLOAT], BOOL, ([value = null]) => Math.abs(asFloat(value)) === Infinity)],
];

/** What conditions see. */
export const CONDITION_ENVIRONMENT: Environment = {
  hasResult: true,
  helpers: new Map([
    ...NUMBER_TESTS,
    ['asInt', helper([ANY], INT64, ([value = null]) => new Integer(INT64, toInteger(value)))],
    ['asFloat', helper([ANY], FLOAT, ([value = null]) => toFloat(value))],
    ['isNil', helper([ANY], BOOL, (_, result) => result === null)],
    ['default', helper([ANY, ANY], ANY, ([, otherwise = null], result) => result ?? otherwise)],
  ]),
};

/** What `start` and `end` of range queries see. conditions.md §11. */
export const TIME_ENVIRONMENT: Environment = { hasResult: false, helpers: new Map(NUMBER_TESTS) };

function helper(parameters: readonly Type[], result: Type, run: Helper['run']): Helper {
  return { type: functionType({ parameters, result }), run };
}

/** What the static checker knows of the names. */
export function naturesOf(environment: Environment, result: Nature): ReadonlyMap<string, Nature> {
  const natures = new Map<string, Nature>();
  if (environment.hasResult) natures.set('result', result);
  for (const [name, { type }] of environment.helpers) natures.set(name, natureOf(type));
  return natures;
}

/** The value of a name; nil for a name that nothing stands for, which only parts left unchecked can hold. */
export function lookUpName(environment: Environment, name: string, result: Value): Value {
  if (name === 'result' && environment.hasResult) return result;
  const found = environment.helpers.get(name);
  return found === undefined ? null : new Func(found.type, (given) => found.run(given, result));
}

/** `$env` */
export function environmentMap(environment: Environment, result: Value): StringMap {
  const members = new Map<string, Value>();
  if (environment.hasResult) members.set('result', result);
  for (const name of environment.helpers.keys()) members.set(name, lookUpName(environment, name, result));
  return new StringMap(members);
}

function toInteger(value: Value): bigint {
  if (typeof value === 'string') {
    const reading = readInteger(value);
    return reading.ok ? reading.value : failReading('Int', value, reading.why);
  }
  const number = numberOf(value);
  if (number === undefined) return unsupported('asInt', value);
  return typeof number === 'bigint' ? wrap(number) : truncateFloat(number);
}

function toFloat(value: Value): number {
  if (typeof value === 'string') {
    const reading = readFloat(value);
    return reading.ok ? reading.value : failReading('Float', value, reading.why);
  }
  const number = numberOf(value);
  return number === undefined ? unsupported('asFloat', value) : Number(number);
}

function unsupported(name: string, value: Value): never {
  return fail(`${name}() not supported on ${typeName(value)} ${formatValue(value)}`);
}
