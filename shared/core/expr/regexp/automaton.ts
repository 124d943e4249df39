/**
 * Matching in time proportional to the text, whatever the pattern. All the places in the pattern where a match may stand
 * move forward together, character by character; a set of such places is a state. Where a character leads from a state
 * is worked out once and then remembered, so that most characters cost one look-up.
 */
import type { Meter } from '../meter.ts';
import { isWordCharacter, NEWLINE } from './character-set.ts';
import type { Program } from './program.ts';
import type { Assertion } from './tree.ts';

/** What an assertion needs to know of a neighbouring character. */
type Neighbour = 'edge' | 'newline' | 'word' | 'other';

interface State {
  /** Where the last character led to, before everything is followed that needs no character. */
  readonly places: readonly number[];
  readonly before: Neighbour;
  /** Where characters lead, as far as known: by code in ASCII, in the map beyond. */
  readonly next: (State | typeof MATCH | undefined)[];
  readonly nextBeyond: Map<number, State | typeof MATCH>;
}

/** The text matches, whatever follows. */
const MATCH: unique symbol = Symbol('match');

/** When more states than this have been met they are forgotten, and met anew. */
const MOST_STATES = 2_000;
const ASCII_SIZE = 128;

/** What a search costs at least, and how many remembered moves make one step of the meter. */
const SEARCH_STEPS = 20;
const MOVES_PER_STEP = 2;
/** The meter is told after so many characters. */
const CHARACTERS_PER_REPORT = 1_024;
/** Steps of working out a move: for itself, and for every place that is reached. */
const NEW_MOVE_STEPS = 60;
const STEPS_PER_PLACE = 4;

export class Automaton {
  readonly #program: Program;
  /** Where only the neighbours matter that assertions ask for, fewer states are told apart. */
  readonly #asserts: boolean;
  readonly #start: State;
  #states = new Map<string, State>();
  /** The move in which each instruction was reached last, to reach it once per move. */
  readonly #reached: Int32Array;
  #move = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#asserts = program.instructions.some((instruction) => instruction.type === 'assert');
    this.#reached = new Int32Array(program.instructions.length);
    this.#start = newState([], 'edge');
  }

  /** @param text without lone surrogates */
  matches(text: string, meter: Meter): boolean {
    meter.charge(SEARCH_STEPS);
    let state = this.#start;
    for (let at = 0; at < text.length; at++) {
      if (at % CHARACTERS_PER_REPORT === 0) {
        meter.charge(Math.min(CHARACTERS_PER_REPORT, text.length - at) / MOVES_PER_STEP);
      }
      let code = text.charCodeAt(at);
      if (code >= 0xd800 && code <= 0xdbff) code = text.codePointAt(at++) ?? code;
      const known = code < ASCII_SIZE ? state.next[code] : state.nextBeyond.get(code);
      const next = known ?? this.#advance(state, code, meter);
      if (next === MATCH) return true;
      state = next;
    }
    return this.#follow(state, undefined, meter) === MATCH;
  }

  /** Work out where a character leads, and remember it. */
  #advance(state: State, code: number, meter: Meter): State | typeof MATCH {
    const reading = this.#follow(state, code, meter);
    const next = reading === MATCH ? MATCH : this.#read(reading, code);
    if (code < ASCII_SIZE) state.next[code] = next;
    else if (state.nextBeyond.size < MOST_STATES) state.nextBeyond.set(code, next);
    return next;
  }

  /** Follow everything that needs no character, from a state and from the start; gives the places that read one. */
  #follow(state: State, after: number | undefined, meter: Meter): readonly number[] | typeof MATCH {
    const { instructions, start } = this.#program;
    const open = [start, ...state.places];
    const reading: number[] = [];
    const move = this.#nextMove();
    let matched = false;
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const instruction = instructions[place];
      if (instruction === undefined || this.#reached[place] === move) continue;
      this.#reached[place] = move;
      if (instruction.type === 'read') reading.push(place);
      else if (instruction.type === 'fork') open.push(instruction.other, instruction.next);
      else if (instruction.type === 'match') matched = true;
      else if (holds(instruction.what, state.before, neighbour(after))) open.push(instruction.next);
    }
    meter.charge(NEW_MOVE_STEPS + STEPS_PER_PLACE * (reading.length + state.places.length));
    return matched ? MATCH : reading;
  }

  #read(reading: readonly number[], code: number): State {
    const places: number[] = [];
    const move = this.#nextMove();
    for (const place of reading) {
      const instruction = this.#program.instructions[place];
      if (instruction?.type !== 'read' || !instruction.set.has(code) || this.#reached[instruction.next] === move)
        continue;
      this.#reached[instruction.next] = move;
      places.push(instruction.next);
    }
    return this.#stateOf(places, this.#asserts ? neighbour(code) : 'other');
  }

  #stateOf(places: number[], before: Neighbour): State {
    places.sort((left, right) => left - right);
    const key = `${before} ${places.join(' ')}`;
    const found = this.#states.get(key);
    if (found !== undefined) return found;
    if (this.#states.size >= MOST_STATES) this.#forget();
    const state = newState(places, before);
    this.#states.set(key, state);
    return state;
  }

  #forget(): void {
    this.#states = new Map();
    this.#start.next.fill(undefined);
    this.#start.nextBeyond.clear();
  }

  #nextMove(): number {
    if (++this.#move >= 2 ** 31 - 1) {
      this.#reached.fill(0);
      this.#move = 1;
    }
    return this.#move;
  }
}

function newState(places: readonly number[], before: Neighbour): State {
  return { places, before, next: Array.from({ length: ASCII_SIZE }), nextBeyond: new Map() };
}

function neighbour(code: number | undefined): Neighbour {
  if (code === undefined) return 'edge';
  if (code === NEWLINE) return 'newline';
  return isWordCharacter(code) ? 'word' : 'other';
}

function holds(what: Assertion, before: Neighbour, after: Neighbour): boolean {
  switch (what) {
    case 'text-start':
      return before === 'edge';
    case 'text-end':
      return after === 'edge';
    case 'line-start':
      return before === 'edge' || before === 'newline';
    case 'line-end':
      return after === 'edge' || after === 'newline';
    case 'word':
      return (before === 'word') !== (after === 'word');
    case 'not-word':
      return (before === 'word') === (after === 'word');
  }
}
