/** Dates of the Gregorian calendar, for years of any size. */

export const SECOND = 1_000_000_000n;
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;
export const DAY_SECONDS = 86_400;

export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

/** Days since 1970-01-01; months and days beyond their range carry over. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const years = year + Math.floor((month - 1) / 12);
  const monthOfYear = ((((month - 1) % 12) + 12) % 12) + 1;
  // Counted in years that begin in March, so that the leap day comes last.
  const shifted = monthOfYear <= 2 ? years - 1 : years;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((monthOfYear + 9) % 12) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468 + (day - 1);
}

/** The date so many days after 1970-01-01. */
export function dateOfDays(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Nanoseconds since 1970 of a date and time of day as read in UTC. */
export function nanosecondsOf(civil: Civil): bigint {
  const days = daysSinceEpoch(civil.year, civil.month, civil.day);
  const seconds = days * DAY_SECONDS + civil.hour * 3_600 + civil.minute * 60 + civil.second;
  return BigInt(seconds) * SECOND + BigInt(civil.nanosecond);
}

/** Whole seconds since 1970, rounded down. */
export function secondsOf(nanoseconds: bigint): number {
  return Number((nanoseconds - modulo(nanoseconds, SECOND)) / SECOND);
}

/** What a clock `offset` seconds east of UTC shows. */
export function civilOf(nanoseconds: bigint, offset: number): Civil {
  const seconds = secondsOf(nanoseconds) + offset;
  const days = Math.floor(seconds / DAY_SECONDS);
  const ofDay = seconds - days * DAY_SECONDS;
  return {
    ...dateOfDays(days),
    hour: Math.floor(ofDay / 3_600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanosecond: Number(modulo(nanoseconds, SECOND)),
  };
}

/** 0 is Sunday. */
export function weekdayOf(civil: Civil): number {
  return modulo7(daysSinceEpoch(civil.year, civil.month, civil.day) + 4);
}

/** 1 is the first of January. */
export function yearDayOf(civil: Civil): number {
  return daysSinceEpoch(civil.year, civil.month, civil.day) - daysSinceEpoch(civil.year, 1, 1) + 1;
}

export function daysInMonth(year: number, month: number): number {
  return daysSinceEpoch(year, month + 1, 1) - daysSinceEpoch(year, month, 1);
}

function modulo7(days: number): number {
  return ((days % 7) + 7) % 7;
}

/** Never negative, unlike `%`. */
export function modulo(value: bigint, by: bigint): bigint {
  const rest = value % by;
  return rest < 0n ? rest + by : rest;
}
