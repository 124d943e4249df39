/**
 * Go structs as data: fields in declaration order, which is the order of Go's JSON.
 *
 * A field is `name` `!`? kind?; `!` = no omitempty. Kinds: none = text, number or boolean held by value (its zero is
 * omitted); `#` = number held by value; `*` = scalar behind a pointer (its zero is kept); `[]` = list of scalars; `{}` = map
 * of texts; `:[]T` `:{}T` `:*T` `:T` = list, map, pointer, value of T. A struct held by value is never omitted. A T that
 * the schema does not describe is free-form JSON; `quantity` is Kubernetes' number with a unit.
 */
export type Shape =
  | 'scalar'
  | 'number'
  | 'pointer'
  | 'list'
  | 'map'
  | 'struct'
  | 'structPointer'
  | 'quantity'
  | 'quantityPointer';

export interface Field {
  readonly name: string;
  /** Present in Go's JSON even when empty. */
  readonly required: boolean;
  readonly shape: Shape;
  /** Struct name or `quantity` of the value, or of the elements of a list or map; undefined for scalars. */
  readonly of: string | undefined;
}

/** The fields of a struct by its name; undefined for a name that stands for free-form JSON. */
export type FieldsOf = (struct: string) => readonly Field[] | undefined;

/** Each struct is read when it is first asked for: a cold start asks for few of them, or none. */
export function readSchema(structs: Readonly<Record<string, string>>): FieldsOf {
  const read = new Map<string, readonly Field[]>();
  return (struct) => {
    const known = read.get(struct);
    const text = Object.hasOwn(structs, struct) ? structs[struct] : undefined;
    if (known !== undefined || text === undefined) return known;
    const fields = text.split(' ').map(readField);
    read.set(struct, fields);
    return fields;
  };
}

function readField(text: string): Field {
  const [, name = '', required, kind = ''] = /^(\w+)(!?)(.*)$/.exec(text) ?? [];
  return { name, required: required === '!', shape: shapeOf(kind), of: elementOf(kind) };
}

function shapeOf(kind: string): Shape {
  if (kind === '') return 'scalar';
  if (kind === '#') return 'number';
  if (kind === '*') return 'pointer';
  if (kind.includes('[]')) return 'list';
  if (kind.includes('{}')) return 'map';
  if (kind === ':quantity') return 'quantity';
  if (kind === ':*quantity') return 'quantityPointer';
  return kind.startsWith(':*') ? 'structPointer' : 'struct';
}

function elementOf(kind: string): string | undefined {
  const element = kind.replace(/^:?(\[\]|\{\}|\*)?/, '').replace(/^#$/, '');
  return element === '' ? undefined : element;
}
