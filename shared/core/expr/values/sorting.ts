/** Sorting as `sort` and `sortBy` do. conditions.md §8, §9. */
import type { Meter } from '../meter.ts';
import { less } from './order.ts';
import type { Value } from './values.ts';

/** Up to this length the order of ties, and of NaN, is that of a plain insertion sort. */
const SHORT = 12;

/** The items in the order of their keys. @throws Failure when two keys have no order */
export function sortByKeys(
  items: readonly Value[],
  keys: readonly Value[],
  descending: boolean,
  meter: Meter,
): readonly Value[] {
  const before = (left: number, right: number): boolean => {
    meter.charge(1);
    const [a, b] = [keys[left] as Value, keys[right] as Value];
    return descending ? less(b, a) : less(a, b);
  };
  const order = [...items.keys()];
  if (order.length <= SHORT) insertionSort(order, before);
  else order.sort((left, right) => (before(left, right) ? -1 : before(right, left) ? 1 : 0));
  return order.map((index) => items[index] as Value);
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
