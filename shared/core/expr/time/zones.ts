/** Time zones: UTC, fixed offsets, and the named ones of the tz database as the runtime knows it. */
import { fail } from '../failure.ts';
import { quote } from '../values/quote.ts';
import { SECOND } from './civil.ts';

export interface ZoneOffset {
  /** Seconds east of UTC. */
  readonly seconds: number;
  /** `CET`, `CEST`; `+04` where the zone has no letters. */
  readonly abbreviation: string;
}

export interface Zone {
  readonly name: string;
  /** What a look at its clock costs, in steps of the meter. */
  readonly steps: number;
  offsetAt(nanoseconds: bigint): ZoneOffset;
}

/** The runtime's calendar is slow. */
const FIXED_STEPS = 250;
const NAMED_STEPS = 4_000;

export const UTC: Zone = fixedZone('UTC', 0);

export function fixedZone(abbreviation: string, seconds: number): Zone {
  const offset = { seconds, abbreviation };
  return { name: abbreviation, steps: FIXED_STEPS, offsetAt: () => offset };
}

/** The letters that people know, by the long name that the runtime gives; others show their offset. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  'Greenwich Mean Time': 'GMT',
  'British Summer Time': 'BST',
  'Irish Standard Time': 'IST',
  'Western European Standard Time': 'WET',
  'Western European Summer Time': 'WEST',
  'Central European Standard Time': 'CET',
  'Central European Summer Time': 'CEST',
  'Eastern European Standard Time': 'EET',
  'Eastern European Summer Time': 'EEST',
  'Moscow Standard Time': 'MSK',
  'Eastern Standard Time': 'EST',
  'Eastern Daylight Time': 'EDT',
  'Central Standard Time': 'CST',
  'Central Daylight Time': 'CDT',
  'Mountain Standard Time': 'MST',
  'Mountain Daylight Time': 'MDT',
  'Pacific Standard Time': 'PST',
  'Pacific Daylight Time': 'PDT',
  'Alaska Standard Time': 'AKST',
  'Alaska Daylight Time': 'AKDT',
  'Hawaii-Aleutian Standard Time': 'HST',
  'Atlantic Standard Time': 'AST',
  'Atlantic Daylight Time': 'ADT',
  'Newfoundland Standard Time': 'NST',
  'Newfoundland Daylight Time': 'NDT',
  'India Standard Time': 'IST',
  'Pakistan Standard Time': 'PKT',
  'China Standard Time': 'CST',
  'Hong Kong Standard Time': 'HKT',
  'Philippine Standard Time': 'PST',
  'Japan Standard Time': 'JST',
  'Korean Standard Time': 'KST',
  'Australian Western Standard Time': 'AWST',
  'Australian Central Standard Time': 'ACST',
  'Australian Central Daylight Time': 'ACDT',
  'Australian Eastern Standard Time': 'AEST',
  'Australian Eastern Daylight Time': 'AEDT',
  'New Zealand Standard Time': 'NZST',
  'New Zealand Daylight Time': 'NZDT',
  'Israel Standard Time': 'IST',
  'Israel Daylight Time': 'IDT',
  'South Africa Standard Time': 'SAST',
  'West Africa Standard Time': 'WAT',
  'Central Africa Time': 'CAT',
  'East Africa Time': 'EAT',
  'Coordinated Universal Time': 'UTC',
};

/** Zones already made; making one is slow. Bounded: the oldest goes. */
const known = new Map<string, Zone>();
const MOST_KNOWN = 64;
/** The furthest instants the runtime's calendar knows, in milliseconds. */
const FURTHEST = 8_640_000_000_000_000;

/** @throws Failure for a name that no zone has */
export function namedZone(name: string): Zone {
  if (name === '' || name === 'UTC') return UTC;
  const found = known.get(name) ?? makeZone(name);
  known.delete(name);
  known.set(name, found);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return found;
}

function makeZone(name: string): Zone {
  // The controller that Argo runs keeps UTC as its local time.
  if (name === 'Local') return { ...UTC, name };
  // The runtime takes it for UTC.
  if (name === 'GMT' || name === 'Etc/GMT') return { ...fixedZone('GMT', 0), name };
  if (!/^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name) || name.length > 64) return unknownZone(name);
  const formats = formatsOf(name);
  return { name, steps: NAMED_STEPS, offsetAt: (nanoseconds) => lookUp(formats, nanoseconds) };
}

interface Formats {
  readonly offset: Intl.DateTimeFormat;
  readonly longName: Intl.DateTimeFormat;
}

function formatsOf(name: string): Formats {
  try {
    return {
      offset: new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' }),
      longName: new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'long' }),
    };
  } catch {
    return unknownZone(name);
  }
}

function lookUp(formats: Formats, nanoseconds: bigint): ZoneOffset {
  const milliseconds = Math.max(-FURTHEST, Math.min(FURTHEST, Number((nanoseconds * 1_000n) / SECOND)));
  const [, sign, hours = '0', minutes = '0', rest = '0'] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(zoneText(formats.offset, milliseconds)) ?? [];
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(rest);
  const seconds = sign === '-' ? -size : size;
  const longName = zoneText(formats.longName, milliseconds);
  return { seconds, abbreviation: ABBREVIATIONS[longName] ?? offsetText(sign ?? '+', hours, minutes) };
}

function zoneText(format: Intl.DateTimeFormat, milliseconds: number): string {
  return format.formatToParts(milliseconds).find((part) => part.type === 'timeZoneName')?.value ?? '';
}

function offsetText(sign: string, hours: string, minutes: string): string {
  return minutes === '00' || minutes === '0' ? `${sign}${hours.padStart(2, '0')}` : `${sign}${hours}${minutes}`;
}

function unknownZone(name: string): never {
  const escapes = name.includes('..') || name.startsWith('/') || name.startsWith('\\');
  return fail(escapes ? 'time: invalid location name' : `unknown time zone ${quote(name).slice(1, -1)}`);
}

/** The instant at which a clock in the zone shows what a clock in UTC shows at `asUtc`. */
export function fromLocal(asUtc: bigint, zone: Zone): bigint {
  const guess = zone.offsetAt(asUtc).seconds;
  if (guess === 0) return asUtc;
  const offset = zone.offsetAt(asUtc - BigInt(guess) * SECOND).seconds;
  return asUtc - BigInt(offset) * SECOND;
}
