/**
 * Types of values, named as messages name them (conditions.md §2). One object per type: types are compared by identity.
 */

export type Kind =
  | 'interface'
  | 'bool'
  | 'int'
  | 'int64'
  | 'uint8'
  | 'uint64'
  | 'float64'
  | 'string'
  | 'slice'
  | 'array'
  | 'map'
  | 'struct'
  | 'func'
  | 'pointer';

export interface Type {
  readonly name: string;
  readonly kind: Kind;
  /** What `type()` answers for declared types: `time.Month`. Such integers take no part in arithmetic. */
  readonly declared?: string;
  /** Of the elements of arrays and maps, of what a pointer points to. */
  readonly element?: Type;
  /** Of the keys of maps. */
  readonly key?: Type;
  readonly signature?: Signature;
  readonly fields?: ReadonlyMap<string, Type>;
}

/** `variadic`: the last parameter may be repeated or left out. */
export interface Signature {
  readonly parameters: readonly Type[];
  readonly result: Type;
  readonly variadic?: boolean;
}

export const ANY: Type = { name: 'interface {}', kind: 'interface' };
export const BOOL: Type = { name: 'bool', kind: 'bool' };
export const INT: Type = { name: 'int', kind: 'int' };
export const INT64: Type = { name: 'int64', kind: 'int64' };
export const UINT8: Type = { name: 'uint8', kind: 'uint8' };
export const UINT64: Type = { name: 'uint64', kind: 'uint64' };
export const FLOAT: Type = { name: 'float64', kind: 'float64' };
export const STRING: Type = { name: 'string', kind: 'string' };

export const TIME: Type = { name: 'time.Time', kind: 'struct', declared: 'time.Time', fields: new Map() };
export const DURATION: Type = { name: 'time.Duration', kind: 'int64', declared: 'time.Duration' };
export const MONTH: Type = { name: 'time.Month', kind: 'int', declared: 'time.Month' };
export const WEEKDAY: Type = { name: 'time.Weekday', kind: 'int', declared: 'time.Weekday' };
export const LOCATION: Type = pointerTo({
  name: 'time.Location',
  kind: 'struct',
  declared: 'time.Location',
  fields: new Map(),
});

export const ANY_LIST: Type = listOf(ANY);
export const FLOAT_LIST: Type = listOf(FLOAT);
export const INT_LIST: Type = listOf(INT);
export const STRING_LIST: Type = listOf(STRING);
export const BYTES: Type = listOf(UINT8);
/** What `toPairs` gives: pairs are arrays of fixed length. */
export const PAIR: Type = { name: '[2]interface {}', kind: 'array', element: ANY };
export const PAIR_LIST: Type = listOf(PAIR);

export const STRING_MAP: Type = { name: 'map[string]interface {}', kind: 'map', key: STRING, element: ANY };
/** What `fromPairs` gives. */
export const ANY_MAP: Type = { name: 'map[interface {}]interface {}', kind: 'map', key: ANY, element: ANY };
/** What `groupBy` gives. */
export const GROUPS: Type = { name: 'map[interface {}][]interface {}', kind: 'map', key: ANY, element: ANY_LIST };

export function listOf(element: Type): Type {
  return { name: `[]${element.name}`, kind: 'slice', element };
}

export function pointerTo(element: Type): Type {
  return { name: `*${element.name}`, kind: 'pointer', element };
}

/** The set behind `in` when rewriting has made one of a literal array. conditions.md §6. */
export function setOf(key: Type): Type {
  return { name: `map[${key.name}]struct {}`, kind: 'map', key };
}

export function functionType(signature: Signature): Type {
  const parameters = signature.parameters.map((type) => type.name);
  return { name: `func(${parameters.join(', ')}) ${signature.result.name}`, kind: 'func', signature };
}

/** Integers that count as numbers; months, weekdays and durations do not. */
export function isInteger(type: Type | undefined): boolean {
  return type !== undefined && type.declared === undefined && ['int', 'int64', 'uint8', 'uint64'].includes(type.kind);
}

export function isNumber(type: Type | undefined): boolean {
  return type === FLOAT || isInteger(type);
}

export function isList(type: Type | undefined): boolean {
  return type?.kind === 'slice' || type?.kind === 'array';
}

/** What a pointer points to, other types as they are. */
export function pointedTo(type: Type): Type {
  return type.kind === 'pointer' && type.element !== undefined ? pointedTo(type.element) : type;
}
