/** `max min mean median`: over numbers and arrays of numbers, however nested. conditions.md §9. */
import { natureOf, type Nature } from '../check/nature.ts';
import { fail } from '../failure.ts';
import { DEPTH_EXCEEDED, MAX_DATA_DEPTH } from '../limits.ts';
import type { Meter } from '../meter.ts';
import { numberOf } from '../values/equality.ts';
import { inOrder, type Comparison } from '../values/order.ts';
import { ANY } from '../values/types.ts';
import { Integer, List, typeName, type Value } from '../values/values.ts';
import { byType, isListLike, isNumeric, shown, type Builtin } from './builtin.ts';

export const AGGREGATES: ReadonlyMap<string, Builtin> = new Map([
  [
    'max',
    { check: (given) => checkNumbers('max', given), run: (given, { meter }) => extreme('max', '<', given, meter) },
  ],
  [
    'min',
    { check: (given) => checkNumbers('min', given), run: (given, { meter }) => extreme('min', '>', given, meter) },
  ],
  ['mean', { check: (given) => checkNumbers('mean', given), run: (given, { meter }) => mean(given, meter) }],
  ['median', { check: (given) => checkNumbers('median', given), run: (given, { meter }) => median(given, meter) }],
]);

/** The type of the first argument, though the value may be of another one: `max(1, 2.5)`. conditions.md §6. */
function checkNumbers(name: string, given: readonly Nature[]): Nature {
  const [first] = given;
  if (first === undefined) return fail(`not enough arguments to call ${name}`);
  for (const nature of given) {
    if (isListLike(nature)) return natureOf(ANY);
    if (!isNumeric(nature)) fail(`invalid argument for ${name} (type ${shown(nature)})`);
  }
  return byType(first);
}

/** The first value that no later one beats; a lone argument that is no number is given back as it is. */
function extreme(name: string, beatenBy: Comparison, given: readonly Value[], meter: Meter): Value {
  const [first] = given;
  if (given.length === 1 && first !== undefined && !(first instanceof List) && !isNumberUnderneath(first)) return first;
  const better = (best: Value, value: Value): Value =>
    best === null || (value !== null && inOrder(beatenBy, best, value)) ? value : best;
  return fold<Value>(name, given, meter, { start: () => null, add: better, join: better });
}

interface Total {
  sum: number;
  count: number;
}

function mean(given: readonly Value[], meter: Meter): number {
  const { sum, count } = fold<Total>('mean', given, meter, {
    start: () => ({ sum: 0, count: 0 }),
    add: (total, value) => plus(total, asNumber(value), 1),
    join: (total, inner) => plus(total, inner.sum, inner.count),
  });
  return count === 0 ? 0 : sum / count;
}

function plus(total: Total, sum: number, count: number): Total {
  total.sum += sum;
  total.count += count;
  return total;
}

function median(given: readonly Value[], meter: Meter): number {
  const values: number[] = [];
  const add = (_: null, value: Value): null => {
    values.push(asNumber(value));
    return null;
  };
  fold<null>('median', given, meter, { start: () => null, add, join: () => null });
  if (values.length === 0) return 0;
  meter.charge(values.length * Math.ceil(Math.log2(values.length + 1)));
  return middleOf(values);
}

/** NaN comes before every number. */
function middleOf(values: readonly number[]): number {
  const numbers = Float64Array.from(values.filter((value) => !Number.isNaN(value))).toSorted();
  const missing = values.length - numbers.length;
  const at = (index: number): number => (index < missing ? Number.NaN : (numbers[index - missing] ?? Number.NaN));
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

interface Folding<T> {
  start(): T;
  add(result: T, value: Value): T;
  /** The result of a nested array is found first, and then counts as one. */
  join(result: T, inner: T): T;
}

interface Level<T> {
  readonly values: Pick<List, 'at' | 'length'> | readonly Value[];
  next: number;
  result: T;
}

/** Over every number in the arguments. @throws Failure for anything else, and for arrays that nest too deeply */
function fold<T>(name: string, given: readonly Value[], meter: Meter, folding: Folding<T>): T {
  const open: Level<T>[] = [{ values: given, next: 0, result: folding.start() }];
  for (;;) {
    const level = open[open.length - 1] as Level<T>;
    if (level.next >= level.values.length) {
      open.pop();
      const outer = open.at(-1);
      if (outer === undefined) return level.result;
      outer.result = folding.join(outer.result, level.result);
      continue;
    }
    meter.charge(2);
    const value = level.values.at(level.next++) ?? null;
    if (value instanceof List) {
      if (open.length > MAX_DATA_DEPTH) fail(DEPTH_EXCEEDED);
      open.push({ values: value, next: 0, result: folding.start() });
    } else {
      if (!isNumberUnderneath(value)) fail(`invalid argument for ${name} (type ${typeName(value)})`);
      level.result = folding.add(level.result, value);
    }
  }
}

/** Durations, months and weekdays too. */
function isNumberUnderneath(value: Value): boolean {
  return numberOf(value) !== undefined || value instanceof Integer;
}

function asNumber(value: Value): number {
  return Number(value instanceof Integer ? value.value : (numberOf(value) ?? Number.NaN));
}
