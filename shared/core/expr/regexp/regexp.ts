/** Regular expressions with RE2's syntax and promise. conditions.md §6 `matches`. */
import { fail } from '../failure.ts';
import type { Meter } from '../meter.ts';
import { Automaton } from './automaton.ts';
import { parseRegexp } from './parse-regexp.ts';
import { programOf } from './program.ts';

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
  if (!pattern.isWellFormed()) fail(`error parsing regexp: invalid UTF-8: \`${pattern.toWellFormed()}\``);
  const automaton = new Automaton(programOf(parseRegexp(pattern)));
  const regexp: Regexp = { matches: (text, meter) => automaton.matches(text.toWellFormed(), meter) };
  if (pattern.length <= LONGEST_KNOWN) known.set(pattern, regexp);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return regexp;
}
