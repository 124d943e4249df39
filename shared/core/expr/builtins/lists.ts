/** Arrays, and lengths of everything. conditions.md §9. */
import { natureOf, type Nature } from '../check/nature.ts';
import { fail } from '../failure.ts';
import { DEPTH_EXCEEDED, MAX_DATA_DEPTH } from '../limits.ts';
import type { Meter } from '../meter.ts';
import { fetchOrNil } from '../values/access.ts';
import { asText } from '../values/assertions.ts';
import { equal } from '../values/equality.ts';
import { sortByKeys } from '../values/sorting.ts';
import { runeCount } from '../values/text.ts';
import { ANY_LIST, FLOAT_LIST, INT_LIST, PAIR, STRING, STRING_LIST } from '../values/types.ts';
import { Dictionary, Integer, ItemList, List, NIL_LIST, typeName, typeOf, Word, type Value } from '../values/values.ts';
import {
  byType,
  elementByType,
  exactly,
  isAnyOf,
  isListLike,
  shown,
  unary,
  withSignatures,
  type Builtin,
  type Surroundings,
} from './builtin.ts';

/** Of the last one the messages speak. */
const SORTABLE = [ANY_LIST, STRING_LIST, FLOAT_LIST, INT_LIST];

export const LISTS: ReadonlyMap<string, Builtin> = new Map([
  ['first', ofEnd('first', 0)],
  ['last', ofEnd('last', -1)],
  ['take', { check: checkTake, run: ([list = null, count = null], { meter }) => take(list, count, meter) }],
  ['reverse', ofList('reverse', reverse)],
  ['uniq', ofList('uniq', (list, { meter }) => unique(list, meter))],
  ['flatten', ofList('flatten', flatten)],
  ['concat', { check: checkConcat, run: concat }],
  [
    'sort',
    withSignatures(
      [
        ...SORTABLE.map((type) => [[type, STRING], ANY_LIST] as const),
        ...SORTABLE.map((type) => [[type], ANY_LIST] as const),
      ],
      sort,
    ),
  ],
]);

/** Elements, members, code points; bytes of a bytes value. */
export function lengthInRunes(value: Value): number {
  if (typeof value === 'string') return runeCount(value);
  if (value instanceof Word) return runeCount(value.text);
  if (value instanceof List) return value.length;
  return value instanceof Dictionary ? value.size : fail(`invalid argument for len (type ${typeName(value)})`);
}

function ofEnd(name: string, index: number): Builtin {
  return unary(
    name,
    isListLike,
    elementByType,
    (type) => `cannot get ${name} element from ${type}`,
    (value, { meter }) => fetchOrNil(value, index, meter),
  );
}

function ofList(name: string, run: (list: List, around: Surroundings) => Value): Builtin {
  const refusal = (type: string): string => `cannot ${name} ${type}`;
  return unary(
    name,
    isListLike,
    () => natureOf(ANY_LIST),
    refusal,
    (value, around) => {
      if (!(value instanceof List)) return fail(refusal(kindName(value)));
      around.meter.charge(value.length);
      return run(value, around);
    },
  );
}

function kindName(value: Value): string {
  return typeOf(value)?.kind ?? 'invalid';
}

function reverse(list: List, { meter }: Surroundings): List {
  meter.allocateItems(list.length);
  return new ItemList(list.toArray().toReversed());
}

function checkTake(given: readonly Nature[]): Nature {
  const [list, count] = exactly(2, given);
  if (list === undefined || !isListLike(list)) return fail(`cannot take from ${shown(list)}`);
  if (count === undefined || !isAnyOf(count, 'int', 'int64')) fail(`cannot take ${shown(count)} elements`);
  return byType(list);
}

/** The first `count` items, or all there are. */
function take(list: Value, count: Value, meter: Meter): Value {
  if (!(list instanceof List)) return fail(`cannot take from ${kindName(list)}`);
  const wanted = typeof count === 'bigint' ? count : count instanceof Integer ? count.value : undefined;
  if (wanted === undefined) return fail(`cannot take ${kindName(count)} elements`);
  if (list.type === PAIR) return fail('reflect.Value.Slice: slice of unaddressable array');
  if (wanted < 0n) return fail('reflect.Value.Slice: slice index out of bounds');
  meter.charge(list.length >> 1);
  return list === NIL_LIST ? list : list.slice(0, wanted > BigInt(list.length) ? list.length : Number(wanted));
}

/** Every item that equals none before it. */
function unique(list: List, meter: Meter): List {
  const items = list.toArray();
  const types = new Set(items.map((item) => typeof item));
  const isPlain = types.size === 1 && ['string', 'number', 'bigint'].some((type) => types.has(type as 'string'));
  return new ItemList(isPlain ? distinct(items, meter) : uniqueByComparison(items, meter));
}

/** Steps of looking up one item among those seen. */
const SEEN_STEPS = 8;

/** Of items of one plain type; NaN equals nothing. */
function distinct(items: readonly Value[], meter: Meter): readonly Value[] {
  meter.charge(SEEN_STEPS * items.length);
  const seen = new Set<Value>();
  return items.filter((item) => {
    const isNew = Number.isNaN(item) || !seen.has(item);
    seen.add(item);
    return isNew;
  });
}

function uniqueByComparison(items: readonly Value[], meter: Meter): readonly Value[] {
  const found: Value[] = [];
  for (const item of items) {
    const isNew = found.every((earlier) => {
      meter.charge(2);
      return !equal(item, earlier, meter);
    });
    if (isNew) found.push(item);
  }
  return found;
}

function checkConcat(given: readonly Nature[]): Nature {
  if (given.length === 0) fail('invalid number of arguments (expected at least 1, got 0)');
  for (const nature of given) if (!isListLike(nature)) fail(`cannot concat ${shown(nature)}`);
  return natureOf(ANY_LIST);
}

/** Of nothing but empty arrays it is an array that was never made. */
function concat(given: readonly Value[], { meter }: Surroundings): Value {
  const lists = given.map((value) => (value instanceof List ? value : fail(`cannot concat ${kindName(value)}`)));
  meter.allocateItems(lists.reduce((length, list) => length + list.length, 0));
  const items: Value[] = [];
  for (const list of lists) for (let index = 0; index < list.length; index++) items.push(list.at(index));
  return items.length === 0 ? NIL_LIST : new ItemList(items);
}

/** Items of nested arrays at any depth, in order. */
function flatten(list: List, { meter }: Surroundings): List {
  const items: Value[] = [];
  const open: { readonly list: List; next: number }[] = [{ list, next: 0 }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    if (level.next >= level.list.length) {
      open.pop();
      continue;
    }
    meter.charge(1);
    const item = level.list.at(level.next++);
    if (!(item instanceof List)) items.push(item);
    else if (open.length > MAX_DATA_DEPTH) fail(DEPTH_EXCEEDED);
    else open.push({ list: item, next: 0 });
  }
  meter.allocateItems(items.length);
  return new ItemList(items);
}

/** What is no sortable array counts as one that was never made. */
function sort(given: readonly Value[], { meter }: Surroundings): Value {
  const [list = null, order] = given;
  const descending = order !== undefined && isDescending(order);
  if (!(list instanceof List) || !SORTABLE.includes(list.type)) return NIL_LIST;
  meter.allocateItems(list.length);
  const items = list.toArray();
  return new ItemList(sortByKeys(items, items, descending, meter));
}

function isDescending(order: Value): boolean {
  if (typeof order !== 'string') fail(`sort order argument must be a string (got ${typeName(order)})`);
  if (order !== 'asc' && order !== 'desc') fail(`invalid order ${asText(order)}, expected asc or desc`);
  return order === 'desc';
}
