/** Tree → instructions of a machine that reads a text once. Repetitions are written out. */
import { fail } from '../failure.ts';
import { MAX_REGEXP_SIZE } from '../limits.ts';
import type { CharacterSet } from './character-set.ts';
import type { Assertion, Tree } from './tree.ts';

export type Instruction =
  | { readonly type: 'read'; readonly set: CharacterSet; readonly next: number }
  | { readonly type: 'fork'; next: number; other: number }
  | { readonly type: 'assert'; readonly what: Assertion; readonly next: number }
  | { readonly type: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** Parts that may be written, those included that need no instruction: `(){1000}`. */
const MAX_PARTS = 10 * MAX_REGEXP_SIZE;

/** @throws Failure when it becomes too large */
export function programOf(tree: Tree): Program {
  const writer = new Writer();
  const start = writer.emit(tree, writer.push({ type: 'match' }));
  return { instructions: writer.instructions, start };
}

class Writer {
  readonly instructions: Instruction[] = [];
  #parts = 0;

  push(instruction: Instruction): number {
    if (this.instructions.length >= MAX_REGEXP_SIZE) tooLarge();
    this.instructions.push(instruction);
    return this.instructions.length - 1;
  }

  /** Writes the instructions that match `tree` and then go on at `next`; gives where they begin. */
  emit(tree: Tree, next: number): number {
    if (++this.#parts > MAX_PARTS) tooLarge();
    switch (tree.type) {
      case 'empty':
        return next;
      case 'set':
        return this.push({ type: 'read', set: tree.set, next });
      case 'assert':
        return this.push({ type: 'assert', what: tree.what, next });
      case 'sequence':
        return tree.parts.reduceRight((following, part) => this.emit(part, following), next);
      case 'choice':
        return tree.options
          .map((option) => this.emit(option, next))
          .reduceRight((other, option) => this.push({ type: 'fork', next: option, other }));
      case 'repeat':
        return this.#repeat(tree.body, tree.least, tree.most, next);
    }
  }

  #repeat(body: Tree, least: number, most: number | undefined, next: number): number {
    let start = most === undefined ? this.#loop(body, next) : next;
    for (let optional = least; optional < (most ?? least); optional++) {
      start = this.push({ type: 'fork', next: this.emit(body, start), other: next });
    }
    for (let required = 0; required < least; required++) start = this.emit(body, start);
    return start;
  }

  #loop(body: Tree, next: number): number {
    const fork = { type: 'fork' as const, next, other: next };
    const start = this.push(fork);
    fork.next = this.emit(body, start);
    return start;
  }
}

function tooLarge(): never {
  return fail('error parsing regexp: expression too large');
}
