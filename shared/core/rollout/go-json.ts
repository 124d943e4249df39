/** JSON as Go's encoder writes a struct: fields in declaration order, omitempty, sorted maps, HTML-safe texts. engine §4.5. */
import type { JsonObject, JsonValue } from '../json.ts';
import type { Field, FieldsOf } from './go-schema.ts';
import { canonicalQuantity } from './quantity.ts';

/** Fields that the struct does not have are left out, as a typed decoder drops them. */
export function goJson(value: JsonValue | undefined, struct: string, fieldsOf: FieldsOf): string {
  const fields = fieldsOf(struct);
  if (fields === undefined) return freeForm(value ?? null);
  const object = asObject(value);
  const members: string[] = [];
  for (const field of fields) {
    const text = member(object[field.name] ?? undefined, field, fieldsOf);
    if (text !== undefined) members.push(`"${field.name}":${text}`);
  }
  return `{${members.join(',')}}`;
}

/** undefined: omitted. */
function member(value: JsonValue | undefined, field: Field, fieldsOf: FieldsOf): string | undefined {
  switch (field.shape) {
    case 'scalar':
      return isZero(value) ? (field.required ? scalar(value ?? '') : undefined) : scalar(value ?? '');
    case 'number':
      return scalar(value ?? 0);
    case 'pointer':
      return value === undefined ? (field.required ? 'null' : undefined) : scalar(value);
    case 'list':
      return list(value, field, fieldsOf);
    case 'map':
      return map(value, field, fieldsOf);
    case 'struct':
      return goJson(value, field.of ?? '', fieldsOf);
    case 'structPointer':
      return value === undefined ? (field.required ? 'null' : undefined) : goJson(value, field.of ?? '', fieldsOf);
    case 'quantity':
      return quote(canonicalQuantity(asQuantity(value ?? '0')));
    case 'quantityPointer':
      return value === undefined ? undefined : quote(canonicalQuantity(asQuantity(value)));
  }
}

function list(value: JsonValue | undefined, field: Field, fieldsOf: FieldsOf): string | undefined {
  const items = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  if (items.length === 0) return field.required ? (value === undefined ? 'null' : '[]') : undefined;
  return `[${items.map((item) => element(item, field, fieldsOf)).join(',')}]`;
}

function map(value: JsonValue | undefined, field: Field, fieldsOf: FieldsOf): string | undefined {
  const entries = Object.entries(asObject(value)).toSorted(([a], [b]) => compareBytes(a, b));
  if (entries.length === 0) return field.required ? 'null' : undefined;
  return `{${entries.map(([key, item]) => `${quote(key)}:${element(item, field, fieldsOf)}`).join(',')}}`;
}

function element(item: JsonValue, field: Field, fieldsOf: FieldsOf): string {
  if (field.of === undefined) return scalar(item);
  return field.of === 'quantity' ? quote(canonicalQuantity(asQuantity(item))) : goJson(item, field.of, fieldsOf);
}

function freeForm(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(freeForm).join(',')}]`;
  if (value === null || typeof value !== 'object') return scalar(value);
  const members = Object.entries(value).toSorted(([a], [b]) => compareBytes(a, b));
  return `{${members.map(([key, item]) => `${quote(key)}:${freeForm(item)}`).join(',')}}`;
}

function isZero(value: JsonValue | undefined): boolean {
  return value === undefined || value === '' || value === 0 || value === false;
}

function asObject(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {};
}

function asQuantity(value: JsonValue): string | number {
  return typeof value === 'number' ? value : typeof value === 'string' ? value : '';
}

function scalar(value: JsonValue): string {
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}

/** Go escapes what could end a script element, and the two separators that JavaScript once took for line ends. */
function quote(text: string): string {
  const quoted = JSON.stringify(text);
  if (!ESCAPED.test(quoted)) return quoted;
  return quoted.replaceAll(
    new RegExp(ESCAPED, 'g'),
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const ESCAPED = /[<>&\u2028\u2029]/;

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
