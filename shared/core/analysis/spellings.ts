/** The ways in which what is asked, answered and logged may write a value: as itself, in JSON, in URLs and forms, in HTML, in base64. */

/** Shorter ones have too few characters of base64 that are theirs alone. */
const SHORTEST_IN_BASE64 = 6;

export function spellings(value: string): readonly string[] {
  const json = inJson(value);
  const encoded = encodeURIComponent(value.toWellFormed());
  // Of Go, and of forms: both leave other characters as they are.
  const form = new URLSearchParams({ v: value.toWellFormed() }).toString().slice(2);
  return [
    value,
    json,
    goJson(json),
    inJson(json),
    goJson(inJson(json)),
    encoded,
    form,
    lowerCaseEscapes(encoded),
    lowerCaseEscapes(form),
    ...inHtml(value),
    ...inBase64(value),
  ];
}

function inJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** Go's encoder writes these three as escapes. */
function goJson(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
}

function lowerCaseEscapes(encoded: string): string {
  return encoded.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

function inHtml(value: string): readonly string[] {
  const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = escaped.replaceAll('"', '&quot;');
  // Go, and most others.
  return [escaped, quoted, escaped.replaceAll('"', '&#34;').replaceAll("'", '&#39;'), quoted.replaceAll("'", '&#39;')];
}

/** Inside of a longer text (`user:password`) the value may begin at each of the three bytes of a group. */
function inBase64(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value);
  if (bytes.length < SHORTEST_IN_BASE64) return [];
  const binary = String.fromCharCode(...bytes);
  const shifted = [0, 1, 2].map((offset) => {
    const whole = btoa('\0'.repeat(offset) + binary);
    // Characters that carry bits of what stands before or after are left out.
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor(((offset + bytes.length) * 8) / 6);
    return whole.slice(from, to);
  });
  return [...shifted, ...shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}
