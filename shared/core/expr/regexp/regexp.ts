/**
 * Regular expressions with RE2's syntax and promise: matching takes time proportional to the text, whatever the pattern.
 * All the places in the pattern where a match may stand are moved forward together, character by character.
 */
import type { Meter } from '../meter.ts';
import { isWordCharacter, NEWLINE } from './character-set.ts';
import { parseRegexp } from './parse-regexp.ts';
import { programOf, type Program } from './program.ts';
import type { Assertion } from './tree.ts';

export interface Regexp {
  /** Is there a match anywhere in the text? */
  matches(text: string, meter: Meter): boolean;
}

/** Patterns read lately; the oldest goes. */
const known = new Map<string, Regexp>();
const MOST_KNOWN = 100;
const LONGEST_KNOWN = 1_000;

/** @throws Failure when the pattern is none */
export function compileRegexp(pattern: string): Regexp {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  const program = programOf(parseRegexp(pattern.toWellFormed()));
  const regexp: Regexp = { matches: (text, meter) => new Search(program, text, meter).run() };
  if (pattern.length <= LONGEST_KNOWN) known.set(pattern, regexp);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return regexp;
}

/** What a search costs at least, and how many moves count as one step of the meter: they are cheap. */
const SEARCH_STEPS = 20;
const MOVES_PER_STEP = 2;
/** The meter is told after so many moves. */
const MOVES_PER_REPORT = 1_000;

class Search {
  readonly #program: Program;
  readonly #text: string;
  readonly #meter: Meter;
  /** The character at which each instruction was reached last, to reach it once per character. */
  readonly #reached: Int32Array;
  /** Reading instructions that wait for the next character. */
  #waiting: number[] = [];
  #open: number[] = [];
  #matched = false;

  constructor(program: Program, text: string, meter: Meter) {
    this.#program = program;
    this.#text = text.toWellFormed();
    this.#meter = meter;
    this.#reached = new Int32Array(program.instructions.length).fill(-1);
  }

  run(): boolean {
    this.#meter.charge(SEARCH_STEPS + (this.#reached.length >> 3));
    let before: number | undefined;
    let moves = 0;
    for (let at = 0; at <= this.#text.length; ) {
      const code = this.#text.codePointAt(at);
      moves += this.#reach(at, before, code);
      if (this.#matched || code === undefined) break;
      if (moves > MOVES_PER_REPORT) {
        this.#meter.charge(Math.ceil(moves / MOVES_PER_STEP));
        moves = 0;
      }
      at += code > 0xffff ? 2 : 1;
      this.#read(code);
      before = code;
    }
    this.#meter.charge(Math.ceil(moves / MOVES_PER_STEP));
    return this.#matched;
  }

  /** Follow everything that needs no character: from where the last one led to, and from the start. */
  #reach(at: number, before: number | undefined, after: number | undefined): number {
    const { instructions, start } = this.#program;
    const open = this.#open;
    open.push(start);
    this.#waiting = [];
    let moves = 0;
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (this.#reached[next] === at) continue;
      this.#reached[next] = at;
      moves++;
      const instruction = instructions[next];
      if (instruction === undefined) continue;
      if (instruction.type === 'read') this.#waiting.push(next);
      else if (instruction.type === 'fork') open.push(instruction.other, instruction.next);
      else if (instruction.type === 'match') this.#matched = true;
      else if (holds(instruction.what, before, after)) open.push(instruction.next);
    }
    return moves;
  }

  #read(code: number): void {
    const { instructions } = this.#program;
    for (const place of this.#waiting) {
      const instruction = instructions[place];
      if (instruction?.type === 'read' && instruction.set.has(code)) this.#open.push(instruction.next);
    }
  }
}

function holds(what: Assertion, before: number | undefined, after: number | undefined): boolean {
  switch (what) {
    case 'text-start':
      return before === undefined;
    case 'text-end':
      return after === undefined;
    case 'line-start':
      return before === undefined || before === NEWLINE;
    case 'line-end':
      return after === undefined || after === NEWLINE;
    case 'word':
      return isWordCharacter(before) !== isWordCharacter(after);
    case 'not-word':
      return isWordCharacter(before) === isWordCharacter(after);
  }
}
