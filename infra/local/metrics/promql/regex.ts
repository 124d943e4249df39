/**
 * Regular expressions of label matchers: RE2's syntax, anchored at both ends, in bounded time.
 *
 * JavaScript's own engine goes back and tries again, which may take for ever on patterns that RE2 runs at once. Here each
 * part of a pattern maps the set of places where it may start to the set of places where it may end, and counts its steps.
 * Only single characters and classes are left to JavaScript.
 */
import { QueryError } from './errors.ts';

type Places = ReadonlySet<number>;

interface Run {
  readonly characters: readonly string[];
  stepsLeft: number;
}

/** Where a part of the pattern may end, given where it may start. */
type Part = (starts: Places, run: Run) => Places;

const MOST_STEPS = 1_000_000;
/** RE2's own limit of `{n,m}`. */
const MOST_REPETITIONS = 1_000;
const DEEPEST_GROUP = 50;

/** Compile once, test often. @throws QueryError bad_data when it is no pattern, execution when it is not supported here */
export function compileAnchored(pattern: string): (text: string) => boolean {
  const whole = new PatternParser(pattern).parse();
  return (text) => {
    const characters = Array.from(text);
    const ends = whole(new Set([0]), { characters, stepsLeft: MOST_STEPS });
    return ends.has(characters.length);
  };
}

class PatternParser {
  readonly #pattern: string;
  #rest: string;
  #ignoreCase = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#rest = pattern;
  }

  parse(): Part {
    this.#ignoreCase = this.#take(/^\(\?i\)/) !== undefined;
    const part = this.#alternatives(0);
    if (this.#rest !== '') throw this.#invalid('unexpected )');
    return part;
  }

  #alternatives(depth: number): Part {
    const parts = [this.#sequence(depth)];
    while (this.#take(/^\|/) !== undefined) parts.push(this.#sequence(depth));
    return parts.length === 1 ? parts[0]! : anyOf(parts);
  }

  #sequence(depth: number): Part {
    const parts: Part[] = [];
    while (this.#rest !== '' && !/^[|)]/.test(this.#rest)) parts.push(this.#repeated(this.#atom(depth)));
    return (starts, run) => parts.reduce<Places>((places, part) => part(places, run), starts);
  }

  /** Lazy or greedy makes no difference to whether the whole matches. */
  #repeated(part: Part): Part {
    const sign = this.#take(/^(?:[*+?]|\{\d+(?:,\d*)?\})\??/)?.[0];
    if (sign === undefined) return part;
    if (/^[*+?]/.test(this.#rest)) throw this.#invalid(`invalid nested repetition operator: ${sign}${this.#rest[0]}`);
    const [least, most] = this.#bounds(sign);
    return repeat(part, least, most);
  }

  #bounds(sign: string): readonly [number, number] {
    if (sign.startsWith('*')) return [0, Infinity];
    if (sign.startsWith('+')) return [1, Infinity];
    if (sign.startsWith('?')) return [0, 1];
    const [least = 0, most = least] = sign.match(/\d+/g)?.map(Number) ?? [];
    if (Math.max(least, most) > MOST_REPETITIONS || most < least) throw this.#invalid(`invalid repeat count: ${sign}`);
    return [least, sign.includes(',}') ? Infinity : most];
  }

  #atom(depth: number): Part {
    if (this.#take(/^\^/) !== undefined) return atPlace((place) => place === 0);
    if (this.#take(/^\$/) !== undefined) return atPlace((place, length) => place === length);
    if (this.#take(/^\((?:\?:)?(?!\?)/) !== undefined) return this.#group(depth);
    const character = this.#take(/^(?:\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^[(*+?\\])/su)?.[0];
    if (character === undefined) throw this.#unexpected();
    return this.#character(character);
  }

  #group(depth: number): Part {
    if (depth > DEEPEST_GROUP) throw this.#unsupported(`groups nested deeper than ${DEEPEST_GROUP}`);
    const part = this.#alternatives(depth + 1);
    if (this.#take(/^\)/) === undefined) throw this.#invalid('missing closing )');
    return part;
  }

  #character(source: string): Part {
    if (source === '.') return oneCharacter(() => true);
    if (!/^[[\\]/.test(source)) return oneCharacter(this.#equals(source));
    if (/^\\[0-9A-Za-z]/.test(source) && !/^\\[DSWdfnrstvw]/.test(source))
      throw this.#unsupported(`the escape ${source}`);
    if (source.includes('[:')) throw this.#unsupported(`the class ${source}`);
    try {
      const pattern = new RegExp(`^${withPlainEscapes(source)}$`, this.#ignoreCase ? 'sui' : 'su');
      return oneCharacter((character) => pattern.test(character));
    } catch (error) {
      throw this.#invalid(`invalid escape or character class: ${source}`, error);
    }
  }

  #equals(wanted: string): (character: string) => boolean {
    if (!this.#ignoreCase) return (character) => character === wanted;
    return (character) => character.toLowerCase() === wanted.toLowerCase();
  }

  #take(what: RegExp): RegExpExecArray | undefined {
    const found = what.exec(this.#rest);
    if (found === null) return undefined;
    this.#rest = this.#rest.slice(found[0].length);
    return found;
  }

  #unexpected(): QueryError {
    if (this.#rest.startsWith('(')) return this.#unsupported(`the group ${this.#rest.slice(0, 3)}…`);
    if (this.#rest.startsWith('[')) return this.#invalid('missing closing ]');
    if (this.#rest.startsWith('\\')) return this.#invalid('trailing backslash at end of expression');
    return this.#invalid(`missing argument to repetition operator: ${this.#rest[0]}`);
  }

  #invalid(because: string, cause?: unknown): QueryError {
    const message = `error parsing regexp ${JSON.stringify(this.#pattern)}: ${because}`;
    return new QueryError('bad_data', message, { cause });
  }

  #unsupported(what: string): QueryError {
    return new QueryError('execution', `not supported in regexp ${JSON.stringify(this.#pattern)}: ${what}`);
  }
}

/** RE2 lets any punctuation be escaped, JavaScript only what needs it; and RE2 takes a first `]` of a class for itself. */
function withPlainEscapes(source: string): string {
  return source.replace(/^(\[\^?)\]/, '$1\\]').replaceAll(/\\([-_ "#%&',:;<=>@`~!])/g, (_, character: string) => {
    return `\\x${character.charCodeAt(0).toString(16)}`;
  });
}

function oneCharacter(matches: (character: string) => boolean): Part {
  return (starts, run) => {
    const ends = new Set<number>();
    for (const place of starts) {
      spend(run);
      const character = run.characters[place];
      if (character !== undefined && matches(character)) ends.add(place + 1);
    }
    return ends;
  };
}

function atPlace(holds: (place: number, length: number) => boolean): Part {
  return (starts, run) => new Set([...starts].filter((place) => holds(place, run.characters.length)));
}

function anyOf(parts: readonly Part[]): Part {
  return (starts, run) => new Set(parts.flatMap((part) => [...part(starts, run)]));
}

/** Stops as soon as another turn reaches no new place. */
function repeat(part: Part, least: number, most: number): Part {
  return (starts, run) => {
    let turn = starts;
    for (let count = 0; count < least && turn.size > 0; count++) {
      spend(run);
      turn = part(turn, run);
    }
    const reached = new Set(turn);
    for (let count = least; count < most && turn.size > 0; count++) {
      spend(run);
      turn = new Set([...part(turn, run)].filter((place) => !reached.has(place)));
      for (const place of turn) reached.add(place);
    }
    return reached;
  };
}

function spend(run: Run): void {
  run.stepsLeft--;
  if (run.stepsLeft < 0) throw new QueryError('execution', `a regexp took more than ${MOST_STEPS} steps`);
}
