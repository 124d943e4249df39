/**
 * What is known about a value before it exists. conditions.md §2, §5. Two kinds of "any" are told apart, as messages do:
 * a type that nothing is known about (`unknown`), and the type `interface {}` of members and elements.
 */
import {
  ANY,
  ANY_LIST,
  BOOL,
  DURATION,
  isInteger,
  isList,
  isNumber,
  pointedTo,
  TIME,
  type Kind,
  type Type,
} from '../values/types.ts';

export interface Nature {
  /** Absent when nothing is known, and for nil. */
  readonly type?: Type;
  readonly nil?: true;
  /** What is known of the elements of an array beyond its type. */
  readonly element?: Nature;
}

export const UNKNOWN: Nature = {};
export const NIL: Nature = { nil: true };
export const BOOLEAN: Nature = { type: BOOL };

export function natureOf(type: Type): Nature {
  return { type };
}

/** An array of which more is known than that it is one. */
export function listNature(element: Nature): Nature {
  return { type: ANY_LIST, element };
}

/** As messages name it. */
export function natureName(nature: Nature): string {
  return nature.type?.name ?? 'unknown';
}

export function kindOf(nature: Nature): Kind | undefined {
  return nature.type?.kind;
}

export function isUnknown(nature: Nature): boolean {
  return nature.nil !== true && (nature.type === undefined || nature.type === ANY);
}

export function isText(nature: Nature): boolean {
  return kindOf(nature) === 'string';
}

export function isBoolean(nature: Nature): boolean {
  return kindOf(nature) === 'bool';
}

/** What a pointer points to. */
export function dereferenced(nature: Nature): Nature {
  return kindOf(nature) === 'pointer' && nature.type !== undefined ? { type: pointedTo(nature.type) } : nature;
}

export function elementOf(nature: Nature): Nature {
  if (isList(nature.type) && nature.element !== undefined) return nature.element;
  return nature.type?.element === undefined ? UNKNOWN : natureOf(nature.type.element);
}

const TAKES_NIL: ReadonlySet<Kind | undefined> = new Set<Kind>(['pointer', 'interface', 'func', 'map', 'slice']);

/** May a value of one nature stand where a value of the other is wanted? */
export function isAssignable(nature: Nature, wanted: Nature): boolean {
  if (nature.nil === true && TAKES_NIL.has(kindOf(wanted))) return true;
  if (nature.type === undefined || wanted.type === undefined) return false;
  return nature.type === wanted.type || wanted.type === ANY;
}

/** May the two be compared with `==`? */
export function isComparable(left: Nature, right: Nature): boolean {
  if (isUnknown(left) || isUnknown(right) || left.nil === true || right.nil === true) return true;
  if (isNumber(left.type) && isNumber(right.type)) return true;
  return (isList(left.type) && isList(right.type)) || isAssignable(left, right);
}

export type Trait = 'bool' | 'string' | 'integer' | 'number' | 'time' | 'duration';

export function has(nature: Nature, trait: Trait): boolean {
  switch (trait) {
    case 'bool':
      return isBoolean(nature);
    case 'string':
      return isText(nature);
    case 'integer':
      return isInteger(nature.type);
    case 'number':
      return isNumber(nature.type);
    case 'time':
      return nature.type === TIME;
    case 'duration':
      return nature.type === DURATION;
  }
}

/** Both have one trait of these; or one of them, or both, are of any type and the other has one. */
export function mayMeet(left: Nature, right: Nature, traits: readonly Trait[]): boolean {
  if (isUnknown(left)) return isUnknown(right) || traits.some((trait) => has(right, trait));
  return isUnknown(right) && traits.some((trait) => has(left, trait));
}
