/** JSON merge patch (RFC 7396): objects merge, null removes, everything else replaces, lists as a whole. */
import type { JsonObject, JsonValue } from './json.ts';

/**
 * The smallest merge patch that leads from one object to the other; `{}` when there is nothing to change. Members that
 * are undefined count as absent, as on the wire. A merge patch cannot set a member to null: such a member of `after`
 * comes out absent.
 */
export function diffMerge(before: object, after: object): JsonObject {
  const removed = membersOf(before)
    .filter(([key]) => memberOf(after, key) === undefined)
    .map(([key]) => [key, null] as const);
  const changed = membersOf(after).flatMap(([key, value]) => {
    const change = changeOf(memberOf(before, key), value);
    return change === undefined ? [] : [[key, change] as const];
  });
  return Object.fromEntries([...removed, ...changed]);
}

/** What a merge patch makes of a value. Neither is changed. */
export function applyMerge(target: unknown, patch: unknown): JsonValue {
  if (!isObject(patch)) return patch as JsonValue;
  const base = isObject(target) ? target : {};
  const kept = membersOf(base).filter(([key]) => memberOf(patch, key) === undefined);
  const merged = membersOf(patch)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [key, applyMerge(memberOf(base, key), value)] as const);
  return Object.fromEntries([...(kept as [string, JsonValue][]), ...merged]);
}

/** The value to put at a key of the patch; undefined when the two are equal. */
function changeOf(before: unknown, after: unknown): JsonValue | undefined {
  if (isObject(before) && isObject(after)) {
    const inner = diffMerge(before, after);
    return Object.keys(inner).length === 0 ? undefined : inner;
  }
  return isEqual(before, after) ? undefined : (after as JsonValue);
}

/** Equal as JSON: the order of members does not count. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => isEqual(element, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const members = membersOf(a);
  return members.length === membersOf(b).length && members.every(([key, value]) => isEqual(value, memberOf(b, key)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(object: object): [string, unknown][] {
  return Object.entries(object).filter(([, value]) => value !== undefined);
}

/** Own members only: `__proto__` and `constructor` are names like any other in JSON. */
function memberOf(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}
