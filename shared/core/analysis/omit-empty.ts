/** Leaving out what Argo's API leaves out: absent, empty and zero fields. analysis §1.6. */

/** The object without its fields that are undefined, '', 0, false or an empty map. */
export function omitEmpty<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const given = Object.entries(object).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(given) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}
