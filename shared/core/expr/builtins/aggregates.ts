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
  ['max', { check: (given) => checkNumbers('max', given), run: (given, { meter }) => extreme('max', '<', given, meter) }],
  ['min', { check: (given) => checkNumbers('min', given), run: (given, { meter }) => extreme('min', '>', given, meter) }],
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
  let best: Value = null;
  for (const value of numbersIn(name, given, meter)) {
    if (best === null || inOrder(beatenBy, best, value)) best = value;
  }
  return best;
}

function mean(given: readonly Value[], meter: Meter): number {
  let total = 0;
  let count = 0;
  for (const value of numbersIn('mean', given, meter)) {
    total += asNumber(value);
    count++;
  }
  return count === 0 ? 0 : total / count;
}

function median(given: readonly Value[], meter: Meter): number {
  const values: number[] = [];
  for (const value of numbersIn('median', given, meter)) values.push(asNumber(value));
  if (values.length === 0) return 0;
  meter.charge(values.length * Math.ceil(Math.log2(values.length + 1)));
  values.sort(nanFirst);
  const middle = values.length >> 1;
  const upper = values[middle] ?? 0;
  return values.length % 2 === 1 ? upper : ((values[middle - 1] ?? 0) + upper) / 2;
}

function nanFirst(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  return left - right;
}

/** Every number in the arguments, in order. @throws Failure for anything else, and for arrays that nest too deeply */
function* numbersIn(name: string, given: readonly Value[], meter: Meter): Generator<Value> {
  const open: { readonly values: { at(index: number): Value | undefined; readonly length: number }; next: number }[] = [];
  open.push({ values: given, next: 0 });
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    if (level.next >= level.values.length) {
      open.pop();
      continue;
    }
    meter.charge(1);
    const value = level.values.at(level.next++) ?? null;
    if (value instanceof List) {
      if (open.length > MAX_DATA_DEPTH) fail(DEPTH_EXCEEDED);
      open.push({ values: value, next: 0 });
    } else {
      if (!isNumberUnderneath(value)) fail(`invalid argument for ${name} (type ${typeName(value)})`);
      yield value;
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
