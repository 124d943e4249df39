/** `now date duration timezone`. conditions.md §11. */
import { natureOf, type Nature } from '../check/nature.ts';
import { fail } from '../failure.ts';
import type { Meter } from '../meter.ts';
import { parseDuration } from '../time/duration.ts';
import { DATE_LAYOUTS } from '../time/layout.ts';
import { parseTime } from '../time/parse-time.ts';
import { namedZone, UTC, type Zone } from '../time/zones.ts';
import { asText } from '../values/assertions.ts';
import { DURATION, LOCATION, STRING, TIME } from '../values/types.ts';
import { duration, Location, Time, type Value } from '../values/values.ts';
import { withSignatures, type Builtin, type Surroundings } from './builtin.ts';

/** Reading a date and looking a zone up cost about so many steps. */
const DATE_STEPS = 300;
const ZONE_STEPS = 5_000;
/** Steps of each character of a layout. */
const LAYOUT_STEPS = 60;

export const DATES: ReadonlyMap<string, Builtin> = new Map([
  ['now', { check: checkNow, run: ([location], around) => currentTime(location, around) }],
  ['date', { check: checkDate, run: date }],
  [
    'duration',
    withSignatures([[[STRING], DURATION]], ([text = null], { meter }) => {
      meter.charge(DATE_STEPS + 10 * asText(text).length);
      return duration(parseDuration(asText(text)));
    }),
  ],
  [
    'timezone',
    withSignatures([[[STRING], LOCATION]], ([name = null], { meter }) => {
      meter.charge(ZONE_STEPS);
      return new Location(namedZone(asText(name)));
    }),
  ],
]);

function checkNow(given: readonly Nature[]): Nature {
  const [location] = given;
  const fits = location === undefined || (given.length === 1 && location.type === LOCATION);
  return fits ? natureOf(TIME) : fail(`invalid number of arguments (expected 0, got ${given.length})`);
}

function currentTime(location: Value | undefined, { now }: Surroundings): Time {
  if (now === undefined) return fail('now() is not known here: the evaluation was given no time');
  const nanoseconds = BigInt(Math.round(now * 1_000)) * 1_000n;
  return new Time(nanoseconds, location instanceof Location ? location.zone : UTC);
}

function checkDate(given: readonly Nature[]): Nature {
  const [first] = given;
  if (first === undefined) return fail('invalid number of arguments (expected at least 1, got 0)');
  const texts = first.type === LOCATION ? given.length - 1 : given.length;
  return texts > 3 ? fail(`invalid number of arguments (expected at most 3, got ${texts})`) : natureOf(TIME);
}

/** `date([zone,] text[, layout[, zone name]])` */
function date(given: readonly Value[], { meter }: Surroundings): Value {
  const [first] = given;
  const zone = first instanceof Location ? first.zone : undefined;
  meter.charge(DATE_STEPS + (zone?.steps ?? 0));
  const [text, layout, zoneName] = zone === undefined ? given : given.slice(1);
  if (text === undefined) return fail('runtime error: index out of range [0] with length 0');
  meter.chargeText(asText(text).length);
  if (layout === undefined) return dateOfAnyForm(asText(text), zone ?? UTC, meter);
  meter.charge(LAYOUT_STEPS * asText(layout).length);
  if (zoneName === undefined) return read(asText(layout), asText(text), zone ?? UTC);
  meter.charge(ZONE_STEPS);
  return read(asText(layout), asText(text), namedZone(asText(zoneName)));
}

function dateOfAnyForm(text: string, zone: Zone, meter: Meter): Time {
  for (const layout of DATE_LAYOUTS) {
    meter.charge(DATE_STEPS);
    const reading = parseTime(layout, text, zone);
    if (reading.ok) return reading.time;
  }
  return fail(`invalid date ${text}`);
}

function read(layout: string, text: string, zone: Zone): Time {
  const reading = parseTime(layout, text, zone);
  return reading.ok ? reading.time : fail(reading.error);
}
