/** Forms and queries as Go writes them: sorted by name, a blank is `+`, only letters, digits and `-_.~` stay as they are. */

export type FormField = readonly [name: string, value: string];

export function encodeForm(fields: readonly FormField[]): string {
  return fields
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

/** Fields of a query in their order; a part that is no field has an empty value. */
export function decodeForm(query: string): readonly FormField[] {
  return [...new URLSearchParams(query)];
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
