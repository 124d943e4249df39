/** Maps and pairs. conditions.md §9. */
import { kindOf, natureOf, UNKNOWN, type Nature } from '../check/nature.ts';
import { fail } from '../failure.ts';
import { formatValue } from '../values/format.ts';
import { lookUp } from '../values/access.ts';
import { ANY_LIST, ANY_MAP, PAIR, PAIR_LIST } from '../values/types.ts';
import { AnyMap, Dictionary, ItemList, List, typeOf, type Value } from '../values/values.ts';
import { isAnyOf, isListLike, unary, type Builtin, type Surroundings } from './builtin.ts';

/** Steps of taking one member out of a map, and of putting one in. */
const ENTRY_STEPS = 6;
const PAIR_STEPS = 30;

export const MAPS: ReadonlyMap<string, Builtin> = new Map([
  [
    'get',
    { check: () => UNKNOWN, run: ([container = null, key = null], { meter }) => lookUp(container, key, meter) ?? null },
  ],
  [
    'keys',
    ofMap(
      'keys',
      (kind) => `cannot get keys from ${kind}`,
      (map) => items(map, ([key]) => key),
    ),
  ],
  [
    'values',
    ofMap(
      'values',
      (kind) => `cannot get values from ${kind}`,
      (map) => items(map, ([, value]) => value),
    ),
  ],
  ['toPairs', ofMap('toPairs', (kind) => `cannot transform ${kind} to pairs`, toPairs)],
  [
    'fromPairs',
    unary(
      'fromPairs',
      isListLike,
      () => natureOf(ANY_MAP),
      (type) => `cannot transform ${type} from pairs`,
      fromPairs,
    ),
  ],
]);

function ofMap(name: string, refusal: (kind: string) => string, run: (map: Dictionary) => Value): Builtin {
  const takes = (nature: Nature): boolean =>
    isAnyOf(nature, 'map') && (kindOf(nature) !== undefined || nature.nil !== true);
  return unary(
    name,
    takes,
    () => natureOf(ANY_LIST),
    refusal,
    (value, { meter }) => {
      if (!(value instanceof Dictionary)) return fail(refusal(typeOf(value)?.kind ?? 'invalid'));
      meter.charge(ENTRY_STEPS * value.size);
      return run(value);
    },
  );
}

function items(map: Dictionary, pick: (entry: readonly [Value, Value]) => Value): List {
  return new ItemList([...map.entries()].map(pick));
}

function toPairs(map: Dictionary): List {
  return new ItemList(
    [...map.entries()].map((entry) => new ItemList(entry, PAIR)),
    PAIR_LIST,
  );
}

/** Of two pairs with one key the later wins. */
function fromPairs(value: Value, { meter }: Surroundings): Value {
  if (!(value instanceof List)) return fail(`cannot transform ${formatValue(value)} from pairs`);
  meter.charge(PAIR_STEPS * value.length);
  return new AnyMap(ANY_MAP, value.toArray().map(pairOf));
}

function pairOf(pair: Value): readonly [Value, Value] {
  if (!(pair instanceof List)) return fail(`invalid pair ${formatValue(pair)}`);
  if (pair.length !== 2) return fail(`invalid pair length ${formatValue(pair)}`);
  return [pair.at(0), pair.at(1)];
}
