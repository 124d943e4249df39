/** Sorting as `sort` and `sortBy` do. conditions.md §8, §9. */
import type { Meter } from '../meter.ts';
import { less } from './order.ts';
import type { Value } from './values.ts';

/** Up to this length the order of ties, and of NaN, is that of a plain insertion sort. */
const SHORT = 12;

/** Steps of comparing two keys. */
const COMPARE_STEPS = 4;

/** The items in the order of their keys. @throws Failure when two keys have no order */
export function sortByKeys(
  items: readonly Value[],
  keys: readonly Value[],
  descending: boolean,
  meter: Meter,
): readonly Value[] {
  const before = (left: number, right: number): boolean => {
    const [a, b] = [keys[left] as Value, keys[right] as Value];
    return descending ? less(b, a) : less(a, b);
  };
  const order = [...items.keys()];
  if (order.length <= SHORT) insertionSort(order, before);
  else order.sort(comparator(keys, descending, before, meter));
  return order.map((index) => items[index] as Value);
}

function comparator(
  keys: readonly Value[],
  descending: boolean,
  before: (left: number, right: number) => boolean,
  meter: Meter,
): (left: number, right: number) => number {
  const sign = descending ? -1 : 1;
  return (left, right) => {
    meter.charge(COMPARE_STEPS);
    const a = keys[left] as Value;
    const b = keys[right] as Value;
    // The usual keys need one comparison; of NaN nothing is before anything.
    if (typeof a === 'number' && typeof b === 'number') return a < b ? -sign : a > b ? sign : 0;
    if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -sign : a > b ? sign : 0;
    if (typeof a === 'string') meter.charge(a.length >> 2);
    if (before(left, right)) return -1;
    return before(right, left) ? 1 : 0;
  };
}

function insertionSort(order: number[], before: (left: number, right: number) => boolean): void {
  for (let end = 1; end < order.length; end++) {
    for (let at = end; at > 0; at--) {
      const [left, right] = [order[at - 1] as number, order[at] as number];
      if (!before(right, left)) break;
      order[at - 1] = right;
      order[at] = left;
    }
  }
}
