/** Text → time, by a layout. conditions.md §11. */
import { Time } from '../values/values.ts';
import { quote } from '../values/quote.ts';
import { dateOfDays, daysInMonth, daysSinceEpoch, nanosecondsOf, SECOND } from './civil.ts';
import { isFraction, MONTHS, piecesOf, WEEKDAYS } from './layout.ts';
import { fixedZone, fromLocal, UTC, type Zone } from './zones.ts';

export type TimeReading = { readonly ok: true; readonly time: Time } | { readonly ok: false; readonly error: string };

/** What has been read so far, and the text that is left. */
interface Fields {
  rest: string;
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: 'am' | 'pm' | undefined;
  /** The text itself says UTC. */
  utc: boolean;
  offset: number | undefined;
  zoneName: string;
}

/**
 * Thrown while reading; `why` is set when the form is right and the number is not. One object serves every time: `date`
 * tries seven layouts, and a stack trace for each that does not fit would cost more than all the reading.
 */
class Unreadable extends Error {
  why: string | undefined;
}

const UNREADABLE = new Unreadable('unreadable');

function unreadable(why?: string): never {
  UNREADABLE.why = why;
  throw UNREADABLE;
}

/** @param zone where the clock hangs when the text does not say */
export function parseTime(layout: string, text: string, zone: Zone): TimeReading {
  const fields = blank(text);
  let element = '';
  try {
    const pieces = piecesOf(layout);
    for (const [index, piece] of pieces.entries()) {
      element = piece.element;
      skipText(fields, piece.prefix);
      if (element !== '') readElement(fields, element, pieces[index + 1]?.element ?? '');
    }
    if (fields.rest !== '')
      return { ok: false, error: `parsing time ${quote(text)}: extra text: ${quote(fields.rest)}` };
    return { ok: true, time: timeOf(fields, zone) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    if (error.why !== undefined) return { ok: false, error: `parsing time ${quote(text)}: ${error.why}` };
    const where = `cannot parse ${quote(fields.rest)} as ${quote(element)}`;
    return { ok: false, error: `parsing time ${quote(text)} as ${quote(layout)}: ${where}` };
  }
}

function blank(rest: string): Fields {
  return {
    rest,
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    utc: false,
    offset: undefined,
    zoneName: '',
  };
}

/** Plain text must match; one space of the layout matches any run of spaces. */
function skipText(fields: Fields, prefix: string): void {
  let at = 0;
  while (at < prefix.length) {
    if (prefix[at] === ' ') {
      if (fields.rest !== '' && !fields.rest.startsWith(' ')) unreadable();
      while (prefix[at] === ' ') at++;
      fields.rest = fields.rest.replace(/^ +/, '');
    } else if (fields.rest !== '' && fields.rest[0] === prefix[at]) {
      fields.rest = fields.rest.slice(1);
      at++;
    } else {
      unreadable();
    }
  }
}

function readElement(fields: Fields, element: string, next: string): void {
  if (isFraction(element)) readFraction(fields, element);
  else if (element === 'MST') readZoneName(fields);
  else if (/^[Z-]/.test(element)) readOffset(fields, element);
  else if (!readDatePart(fields, element)) readClockPart(fields, element, next);
}

function readDatePart(fields: Fields, element: string): boolean {
  switch (element) {
    case '2006':
      fields.year = Number(take(fields, /^\d{4}/));
      return true;
    case '06': {
      const year = Number(take(fields, /^\d\d/));
      fields.year = year >= 69 ? year + 1900 : year + 2000;
      return true;
    }
    case 'January':
    case 'Jan':
      fields.month = readName(fields, MONTHS, element === 'Jan') + 1;
      return true;
    case '01':
    case '1':
      fields.month = within(readNumber(fields, element === '01'), 1, 12, 'month');
      return true;
    case 'Monday':
    case 'Mon':
      readName(fields, WEEKDAYS, element === 'Mon');
      return true;
    case '02':
    case '_2':
    case '2':
      if (element === '_2') fields.rest = fields.rest.replace(/^ /, '');
      fields.day = readNumber(fields, element === '02');
      return true;
    case '002':
    case '__2':
      if (element === '__2') fields.rest = fields.rest.replace(/^ {1,2}/, '');
      fields.yearDay = Number(take(fields, element === '002' ? /^\d{3}/ : /^\d{1,3}/));
      return true;
  }
  return false;
}

function readClockPart(fields: Fields, element: string, next: string): void {
  switch (element) {
    case '15':
      fields.hour = within(readNumber(fields, false), 0, 23, 'hour');
      return;
    case '03':
    case '3':
      fields.hour = within(readNumber(fields, element === '03'), 0, 12, 'hour');
      return;
    case '04':
    case '4':
      fields.minute = within(readNumber(fields, element === '04'), 0, 59, 'minute');
      return;
    case '05':
    case '5':
      fields.second = within(readNumber(fields, element === '05'), 0, 59, 'second');
      if (!isFraction(next) && /^[.,]\d/.test(fields.rest)) fields.nanosecond = nanoseconds(take(fields, /^[.,]\d+/));
      return;
    case 'PM':
      fields.half = take(fields, /^(?:AM|PM)/) === 'PM' ? 'pm' : 'am';
      return;
    case 'pm':
      fields.half = take(fields, /^(?:am|pm)/) === 'pm' ? 'pm' : 'am';
  }
}

/** One or two digits; `fixed` wants two. */
function readNumber(fields: Fields, fixed: boolean): number {
  return Number(take(fields, fixed ? /^\d\d/ : /^\d{1,2}/));
}

function readName(fields: Fields, names: readonly string[], short: boolean): number {
  const start = fields.rest.slice(0, 9).toLowerCase();
  const index = names.findIndex((name) => start.startsWith((short ? name.slice(0, 3) : name).toLowerCase()));
  if (index < 0) unreadable();
  fields.rest = fields.rest.slice(short ? 3 : (names[index] ?? '').length);
  return index;
}

function readFraction(fields: Fields, element: string): void {
  if (element[1] === '9') {
    if (/^[.,]\d/.test(fields.rest)) fields.nanosecond = nanoseconds(take(fields, /^[.,]\d{1,9}/));
    return;
  }
  const text = fields.rest.slice(0, element.length);
  if (text.length < element.length || !/^[.,]\d+$/.test(text)) unreadable();
  fields.rest = fields.rest.slice(element.length);
  fields.nanosecond = nanoseconds(text);
}

function nanoseconds(fraction: string): number {
  return Number(fraction.slice(1, 10).padEnd(9, '0'));
}

function readOffset(fields: Fields, element: string): void {
  if (element.startsWith('Z') && fields.rest.startsWith('Z')) {
    fields.rest = fields.rest.slice(1);
    fields.utc = true;
    return;
  }
  const form = element.slice(1).replaceAll('0', '\\d').replace('7', '\\d');
  const text = take(fields, new RegExp(`^[+-]${form}`)).replaceAll(':', '');
  const [hours = 0, minutes = 0, seconds = 0] = (text.slice(1).match(/\d\d/g) ?? []).map(Number);
  within(hours, 0, 24, 'time zone offset hour');
  within(minutes, 0, 60, 'time zone offset minute');
  within(seconds, 0, 60, 'time zone offset second');
  fields.offset = (text.startsWith('-') ? -1 : 1) * (hours * 3_600 + minutes * 60 + seconds);
}

/** Three to five capitals, `GMT+3`, `+03`. */
function readZoneName(fields: Fields): void {
  if (fields.rest.startsWith('UTC')) {
    fields.rest = fields.rest.slice(3);
    fields.utc = true;
    return;
  }
  const capitals = /^[A-Z]{0,6}/.exec(fields.rest)?.[0] ?? '';
  const special = /^(?:ChST|MeST|GMT(?:[+-](?:2[0-3]|[01]?\d)(?!\d))?|[+-](?:2[0-3]|[01]?\d)(?!\d))/.exec(
    fields.rest,
  )?.[0];
  const plain = capitals.length === 3 || /^(?:[A-Z]{3,4}T|WITA)$/.test(capitals) ? capitals : '';
  const name = special ?? plain;
  if (name === '') unreadable();
  fields.rest = fields.rest.slice(name.length);
  fields.zoneName = name;
}

function take(fields: Fields, form: RegExp): string {
  const text = form.exec(fields.rest)?.[0];
  if (text === undefined) unreadable();
  fields.rest = fields.rest.slice(text.length);
  return text;
}

function within(value: number, least: number, most: number, what: string): number {
  if (value < least || value > most) unreadable(`${what} out of range`);
  return value;
}

function timeOf(fields: Fields, zone: Zone): Time {
  const { month, day } = dayOf(fields);
  const asUtc = nanosecondsOf({ ...fields, month, day, hour: hourOfDay(fields) });
  if (fields.utc) return new Time(asUtc, UTC);
  if (fields.offset !== undefined) return atOffset(asUtc, fields.offset, fields.zoneName, zone);
  if (fields.zoneName !== '') return atName(asUtc, fields.zoneName, zone);
  return new Time(fromLocal(asUtc, zone), zone);
}

function hourOfDay({ hour, half }: Fields): number {
  if (half === 'pm' && hour < 12) return hour + 12;
  return half === 'am' && hour === 12 ? 0 : hour;
}

function dayOf(fields: Fields): { readonly month: number; readonly day: number } {
  if (fields.yearDay === undefined) {
    const month = fields.month ?? 1;
    return { month, day: within(fields.day ?? 1, 1, daysInMonth(fields.year, month), 'day') };
  }
  const first = daysSinceEpoch(fields.year, 1, 1);
  within(fields.yearDay, 1, daysSinceEpoch(fields.year + 1, 1, 1) - first, 'day-of-year');
  const date = dateOfDays(first + fields.yearDay - 1);
  if (fields.month !== undefined && fields.month !== date.month) unreadable('day-of-year does not match month');
  if (fields.day !== undefined && fields.day !== date.day) unreadable('day-of-year does not match day');
  return date;
}

/** The asker's zone where it has that offset just then, else a zone of that offset alone. */
function atOffset(asUtc: bigint, offset: number, name: string, zone: Zone): Time {
  const nanoseconds = asUtc - BigInt(offset) * SECOND;
  const there = zone.offsetAt(nanoseconds);
  const same = there.seconds === offset && (name === '' || there.abbreviation === name);
  return new Time(nanoseconds, same ? zone : fixedZone(name, offset));
}

/** Half a year apart a zone shows both of its names. */
const HALF_YEAR = 182n * 86_400n * SECOND;

function atName(asUtc: bigint, name: string, zone: Zone): Time {
  for (const near of [asUtc, asUtc - HALF_YEAR, asUtc + HALF_YEAR]) {
    const { seconds, abbreviation } = zone.offsetAt(near);
    if (abbreviation === name) return new Time(asUtc - BigInt(seconds) * SECOND, zone);
  }
  // The reference gives `GMT+3` its offset, but leaves the instant where it would be in UTC.
  const hours = name.startsWith('GMT') ? Number(name.slice(3)) : 0;
  return new Time(asUtc, fixedZone(name, hours * 3_600));
}
