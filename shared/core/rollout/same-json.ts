/** Equality of plain data. A member that is undefined counts as absent; the order of members does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  return sameMembers(a as Record<string, unknown>, b as Record<string, unknown>);
}

function sameMembers(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const known = Object.keys(a);
  if (!known.every((name) => sameJson(a[name], ownMember(b, name)))) return false;
  return Object.keys(b).every((name) => b[name] === undefined || Object.hasOwn(a, name));
}

/** A name like `constructor` is a key of manifests too, and must not find what objects inherit. */
function ownMember(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
