/** What a builtin is made of, and the forms that many of them share. conditions.md §9. */
import type { Instant } from '../../time.ts';
import { isUnknown, kindOf, natureOf, type Nature } from '../check/nature.ts';
import { fail } from '../failure.ts';
import type { Meter } from '../meter.ts';
import { ANY, functionType, type Kind, type Type } from '../values/types.ts';
import type { Value } from '../values/values.ts';

/** What a builtin may use besides its arguments. */
export interface Surroundings {
  readonly meter: Meter;
  /** What `now()` answers; undefined when the asker did not say. */
  readonly now: Instant | undefined;
}

type Run = (given: readonly Value[], around: Surroundings) => Value;

/** Its arguments are checked against signatures, or by a rule of its own. */
export type Builtin =
  | { readonly signatures: readonly Type[]; readonly run: Run }
  | { readonly check: (given: readonly Nature[]) => Nature; readonly run: Run };

/** `run` takes what one of the signatures says; arguments of any type are its own to refuse. */
export function withSignatures(
  signatures: readonly (readonly [parameters: readonly Type[], result: Type])[],
  run: Run,
): Builtin {
  return { signatures: signatures.map(([parameters, result]) => functionType({ parameters, result })), run };
}

/** One argument of certain kinds. */
export function unary(
  name: string,
  takes: (nature: Nature) => boolean,
  result: (nature: Nature) => Nature,
  refusal: (type: string) => string,
  run: (value: Value, around: Surroundings) => Value,
): Builtin {
  return {
    check: (given) => {
      const [first] = exactly(1, given);
      if (first === undefined || !takes(first)) return fail(refusal(shown(first)));
      return result(first);
    },
    run: ([value = null], around) => run(value, around),
  };
}

/** @throws Failure unless there are as many arguments */
export function exactly(count: number, given: readonly Nature[]): readonly Nature[] {
  if (given.length !== count) fail(`invalid number of arguments (expected ${count}, got ${given.length})`);
  return given;
}

/** Of one of these kinds, as far as is known. */
export function isAnyOf(nature: Nature, ...kinds: readonly Kind[]): boolean {
  const kind = kindOf(nature);
  return isUnknown(nature) || (kind !== undefined && kinds.includes(kind));
}

export function isListLike(nature: Nature): boolean {
  return isAnyOf(nature, 'slice', 'array');
}

/** Durations, months and weekdays count: they are numbers underneath. */
export function isNumeric(nature: Nature): boolean {
  return isAnyOf(nature, 'int', 'int64', 'uint8', 'uint64', 'float64');
}

/** A type as the messages of argument checks show it. */
export function shown(nature: Nature | undefined): string {
  if (nature === undefined || nature.nil === true) return '%!s(<nil>)';
  return (isUnknown(nature) ? ANY : (nature.type ?? ANY)).name;
}

/** What is known of the elements by their type alone. */
export function elementByType(nature: Nature): Nature {
  return natureOf(nature.type?.element ?? ANY);
}

/** What is known by the type alone; nothing is the same as any. */
export function byType(nature: Nature): Nature {
  return natureOf(nature.type ?? ANY);
}
