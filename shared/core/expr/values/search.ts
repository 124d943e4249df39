/**
 * Finding one string in another in time proportional to both. The runtime's own search is fast, but for some pairs
 * (`aa…aba…a` in `aa…a`) takes time proportional to their product.
 */

/** Up to this product the runtime's search is good enough, whatever the strings. */
const HARMLESS = 20_000;

/** Where `part` begins in `text`, at `from` or later, in UTF-16 units; -1 when it does not occur. */
export function indexOf(text: string, part: string, from = 0): number {
  return isHarmless(text, part) ? text.indexOf(part, from) : search(text, part, from, false);
}

/** Where `part` begins in `text` for the last time. */
export function lastIndexOf(text: string, part: string): number {
  return isHarmless(text, part) ? text.lastIndexOf(part) : search(text, part, 0, true);
}

function isHarmless(text: string, part: string): boolean {
  return part.length <= 1 || text.length * part.length <= HARMLESS;
}

function search(text: string, part: string, from: number, last: boolean): number {
  const borders = bordersOf(part);
  let matched = 0;
  let found = -1;
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched++;
    if (matched < part.length) continue;
    found = index - matched + 1;
    if (!last) return found;
    matched = borders[matched - 1] ?? 0;
  }
  return found;
}

/** For each beginning of a string: how long a shorter one both begins and ends it (Knuth, Morris, Pratt). */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length);
  let matched = 0;
  for (let index = 1; index < part.length; index++) {
    const code = part.charCodeAt(index);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched++;
    borders[index] = matched;
  }
  return borders;
}
