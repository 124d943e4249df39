/** Numbers, durations and strings as PromQL writes them. The grammar has checked their shape. */
import { HOUR, MINUTE, SECOND, type Millis } from '#core/time.ts';

const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, Millis>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  y: 365 * DAY,
};

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** `1.5`, `0x1F`, `1_000`, `inf`, `NaN`; a duration is its seconds. A sign may stand in front. */
export function parseNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text
    .replace(/^[-+]\s*/, '')
    .replaceAll('_', '')
    .toLowerCase();
  if (digits === 'inf') return sign * Infinity;
  if (digits === 'nan') return Number.NaN;
  const length = digits.startsWith('0x') ? undefined : parseDuration(digits);
  return sign * (length === undefined ? Number(digits) : length / SECOND);
}

/** `5m`, `1h30m`; undefined for a text that is none. */
export function parseDuration(text: string): Millis | undefined {
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** What a quoted text means; undefined when it is not closed or has an escape that does not exist. */
export function unquote(literal: string): string | undefined {
  const quote = literal[0] ?? '';
  if (quote === '`') return literal.slice(1, -1);
  const parts = literal.slice(1).match(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)|./gsu) ?? [];
  if (parts.pop() !== quote) return undefined;
  const meant = parts.map((part) => (part.startsWith('\\') ? unescape(part) : part));
  return meant.includes(undefined) ? undefined : meant.join('');
}

function unescape(escape: string): string | undefined {
  const kind = escape[1] ?? '';
  if (Object.hasOwn(ESCAPES, kind)) return ESCAPES[kind];
  if (escape.length < 4) return undefined;
  const code = /^[xuU]/.test(kind) ? Number.parseInt(escape.slice(2), 16) : Number.parseInt(escape.slice(1), 8);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
