/** Go's reference layouts: what each piece of `2006-01-02T15:04:05Z07:00` stands for. conditions.md §11. */

/** The pieces of a layout. At an `_` before `2006` the underscore is plain text. */
const PIECES = new RegExp(
  [
    'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST',
    '0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm',
    '-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07',
    '[.,](?:0+|9+)(?!\\d)',
  ].join('|'),
  'g',
);

export interface Piece {
  /** Plain text in front of the element. */
  readonly prefix: string;
  /** As written in the layout; empty behind the last one. */
  readonly element: string;
}

/** Layouts cut up lately; the oldest goes. */
const known = new Map<string, readonly Piece[]>();
const MOST_KNOWN = 50;
const LONGEST_KNOWN = 100;

export function piecesOf(layout: string): readonly Piece[] {
  const found = known.get(layout);
  if (found !== undefined) return found;
  const pieces = cut(layout);
  if (layout.length <= LONGEST_KNOWN) known.set(layout, pieces);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return pieces;
}

function cut(layout: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of layout.matchAll(PIECES)) {
    pieces.push({ prefix: layout.slice(end, match.index), element: match[0] });
    end = match.index + match[0].length;
  }
  pieces.push({ prefix: layout.slice(end), element: '' });
  return pieces;
}

export function isFraction(element: string): boolean {
  return /^[.,][09]/.test(element);
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** What `date(s)` tries, in this order. */
export const DATE_LAYOUTS: readonly string[] = [
  '2006-01-02',
  '15:04:05',
  '2006-01-02 15:04:05',
  '2006-01-02T15:04:05Z07:00',
  '02 Jan 06 15:04 MST',
  'Monday, 02-Jan-06 15:04:05 MST',
  'Mon, 02 Jan 2006 15:04:05 MST',
];

export const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00';
export const TIME_STRING = '2006-01-02 15:04:05.999999999 -0700 MST';
