/** What one evaluation has used up. conditions.md §14. */
import { fail } from './failure.ts';
import { MAX_STEPS, MAX_STRING_LENGTH, MEMORY_BUDGET, MEMORY_EXCEEDED, STEPS_EXCEEDED } from './limits.ts';
import { isAscii } from './values/text.ts';

/** What keeping a value in an array costs. */
const ITEM_STEPS = 2;
/** What encoding a string costs at least. */
const ENCODE_STEPS = 40;

export class Meter {
  /** Units of work so far. */
  steps = 0;
  /** Array and map slots created so far. */
  memory = 0;

  /** @throws Failure when the work is too much */
  charge(steps: number): void {
    this.steps += steps;
    if (this.steps > MAX_STEPS) fail(STEPS_EXCEEDED);
  }

  /** Create array or map slots. @throws Failure when they are too many */
  allocate(slots: number): void {
    this.memory += slots;
    if (this.memory >= MEMORY_BUDGET) fail(MEMORY_EXCEEDED);
  }

  /** Create an array of values. @throws Failure when it is too large */
  allocateItems(count: number): void {
    this.allocate(count);
    this.charge(ITEM_STEPS * count);
  }

  /** Make or walk a string of this many units. @throws Failure when it is too long */
  chargeText(length: number): void {
    if (length > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
    this.charge(length >> 3);
  }

  /** Look at the bytes of a string: beyond ASCII they have to be made first. */
  chargeBytes(text: string): void {
    this.charge(text.length >> 2);
    if (!isAscii(text)) this.charge(ENCODE_STEPS + 3 * text.length);
  }
}
