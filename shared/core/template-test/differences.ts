/** Where facts are not as expected: only what is expected is compared. */
import type { JsonValue } from '../json.ts';

export interface Difference {
  /** `metrics.success-rate.failed` */
  readonly field: string;
  readonly expected: JsonValue;
  /** undefined: there is no such thing. */
  readonly found: JsonValue | undefined;
}

/** A message need only be contained, a value is a number or its text, lists are equal in length and order. */
export function differencesOf(expected: JsonValue, found: unknown, field = ''): readonly Difference[] {
  if (isList(expected)) return listDifferences(expected, found, field);
  if (isMap(expected)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differencesOf(value, memberOf(found, key), field === '' ? key : `${field}.${key}`),
    );
  }
  const key = field.slice(field.lastIndexOf('.') + 1);
  return isAsExpected(key, expected, found) ? [] : [{ field, expected, found: found as JsonValue | undefined }];
}

function listDifferences(expected: readonly JsonValue[], found: unknown, field: string): readonly Difference[] {
  const items = Array.isArray(found) ? (found as readonly unknown[]) : [];
  const equal = items.length === expected.length;
  const differs = !equal || expected.some((item, index) => differencesOf(item, items[index]).length > 0);
  if (!differs) return [];
  // The whole lists, each item as far as it is asked for: positions alone would not tell what is missing.
  const shown = items.map((item, index) => asAsked(expected[index] ?? expected.at(-1) ?? null, item));
  return [{ field, expected: expected.map(plain), found: Array.isArray(found) ? shown : undefined }];
}

function isAsExpected(key: string, expected: string | number | boolean | null, found: unknown): boolean {
  if (typeof found !== 'string') return expected === found;
  if (key === 'message') return found.includes(String(expected));
  if (key === 'value') return found === String(expected) || found === `[${String(expected)}]`;
  return expected === found;
}

/** A one-field item as its value: `{phase: Failed}` reads `Failed`. */
function plain(item: JsonValue): JsonValue {
  const values = isMap(item) ? Object.values(item) : [];
  return values.length === 1 ? values[0]! : item;
}

function asAsked(expected: JsonValue, found: unknown): JsonValue {
  if (!isMap(expected)) return found as JsonValue;
  return plain(
    Object.fromEntries(Object.keys(expected).map((key) => [key, (memberOf(found, key) ?? null) as JsonValue])),
  );
}

function memberOf(value: unknown, key: string): unknown {
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return isThere ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isMap(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
