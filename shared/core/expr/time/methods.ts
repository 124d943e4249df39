/** Methods of times, durations, months, weekdays and locations. conditions.md §11. */
import { fail } from '../failure.ts';
import { between, isDuration } from '../values/arithmetic.ts';
import { conversionFails } from '../values/assertions.ts';
import { MAX_INT, wrap } from '../values/integers.ts';
import {
  BOOL,
  DURATION,
  FLOAT,
  functionType,
  INT,
  INT64,
  LOCATION,
  MONTH,
  STRING,
  TIME,
  WEEKDAY,
  type Type,
} from '../values/types.ts';
import { duration, Func, Integer, Location, Time, typeOf, type Value } from '../values/values.ts';
import {
  civilOf,
  daysSinceEpoch,
  modulo,
  nanosecondsOf,
  secondsOf,
  weekdayOf,
  yearDayOf,
  type Civil,
} from './civil.ts';
import { formatDuration, multipleOf } from './duration.ts';
import { formatTime, timeString } from './format-time.ts';
import { MONTHS, WEEKDAYS } from './layout.ts';
import { fromLocal, UTC } from './zones.ts';

interface Method {
  readonly type: Type;
  readonly run: (receiver: Value, given: readonly Value[]) => Value;
}

type Given = readonly Value[];

function onTime(parameters: readonly Type[], result: Type, run: (time: Time, given: Given) => Value): Method {
  return { type: functionType({ parameters, result }), run: (receiver, given) => run(asTime(receiver), given) };
}

/** Of durations, months and weekdays. */
function onInteger(parameters: readonly Type[], result: Type, run: (value: bigint, given: Given) => Value): Method {
  return {
    type: functionType({ parameters, result }),
    run: (receiver, given) => run(receiver instanceof Integer ? receiver.value : 0n, given),
  };
}

function civil(time: Time): Civil {
  return civilOf(time.nanoseconds, time.zone.offsetAt(time.nanoseconds).seconds);
}

function ofTime(result: Type, run: (time: Time) => Value): Method {
  return onTime([], result, run);
}

function ofCivil(part: (civil: Civil) => number): Method {
  return ofTime(INT, (time) => BigInt(part(civil(time))));
}

function comparison(holds: (difference: bigint) => boolean): Method {
  return onTime([TIME], BOOL, (time, [other]) => holds(time.nanoseconds - asTime(other).nanoseconds));
}

/** The first of January of the year 1, from which `Truncate` and `Round` count. */
const ZERO_TIME = nanosecondsOf({ year: 1, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0 });

const TIME_METHODS: ReadonlyMap<string, Method> = new Map([
  ['Year', ofCivil((parts) => parts.year)],
  ['Month', ofTime(MONTH, (time) => new Integer(MONTH, BigInt(civil(time).month)))],
  ['Day', ofCivil((parts) => parts.day)],
  ['Hour', ofCivil((parts) => parts.hour)],
  ['Minute', ofCivil((parts) => parts.minute)],
  ['Second', ofCivil((parts) => parts.second)],
  ['Nanosecond', ofCivil((parts) => parts.nanosecond)],
  ['Weekday', ofTime(WEEKDAY, (time) => new Integer(WEEKDAY, BigInt(weekdayOf(civil(time)))))],
  ['YearDay', ofCivil(yearDayOf)],
  ['Unix', ofTime(INT64, (time) => int64(BigInt(secondsOf(time.nanoseconds))))],
  ['UnixMilli', ofTime(INT64, (time) => int64(floorDivide(time.nanoseconds, 1_000_000n)))],
  ['UnixMicro', ofTime(INT64, (time) => int64(floorDivide(time.nanoseconds, 1_000n)))],
  ['UnixNano', ofTime(INT64, (time) => int64(time.nanoseconds))],
  ['IsZero', ofTime(BOOL, (time) => time.nanoseconds === ZERO_TIME)],
  ['String', ofTime(STRING, timeString)],
  ['UTC', ofTime(TIME, (time) => new Time(time.nanoseconds, UTC))],
  ['Local', ofTime(TIME, (time) => new Time(time.nanoseconds, UTC))],
  ['Location', ofTime(LOCATION, (time) => new Location(time.zone))],
  ['Format', onTime([STRING], STRING, (time, [layout]) => formatTime(time, asString(layout)))],
  ['Add', onTime([DURATION], TIME, (time, [by]) => new Time(time.nanoseconds + asDuration(by), time.zone))],
  ['Sub', onTime([TIME], DURATION, (time, [other]) => between(time, asTime(other)))],
  ['AddDate', onTime([INT, INT, INT], TIME, (time, given) => addDate(time, given.map(asInt)))],
  ['Before', comparison((difference) => difference < 0n)],
  ['After', comparison((difference) => difference > 0n)],
  ['Equal', comparison((difference) => difference === 0n)],
  ['Compare', onTime([TIME], INT, (time, [other]) => sign(time.nanoseconds - asTime(other).nanoseconds))],
  ['In', onTime([LOCATION], TIME, (time, [location]) => new Time(time.nanoseconds, asLocation(location).zone))],
  ['Truncate', onTime([DURATION], TIME, (time, [unit]) => onGrid(time, asDuration(unit), false))],
  ['Round', onTime([DURATION], TIME, (time, [unit]) => onGrid(time, asDuration(unit), true))],
]);

function ofDuration(result: Type, run: (nanoseconds: bigint) => Value): Method {
  return onInteger([], result, run);
}

function inUnits(unit: bigint): Method {
  // Whole units and the rest apart, as the reference does, so that the last digit agrees.
  return ofDuration(FLOAT, (length) => Number(length / unit) + Number(length % unit) / Number(unit));
}

const DURATION_METHODS: ReadonlyMap<string, Method> = new Map([
  ['Nanoseconds', ofDuration(INT64, (length) => int64(length))],
  ['Microseconds', ofDuration(INT64, (length) => int64(length / 1_000n))],
  ['Milliseconds', ofDuration(INT64, (length) => int64(length / 1_000_000n))],
  ['Seconds', inUnits(1_000_000_000n)],
  ['Minutes', inUnits(60_000_000_000n)],
  ['Hours', inUnits(3_600_000_000_000n)],
  ['String', ofDuration(STRING, formatDuration)],
  ['Abs', ofDuration(DURATION, absolute)],
  ['Round', onInteger([DURATION], DURATION, (value, [unit]) => duration(multipleOf(value, asDuration(unit), true)))],
  [
    'Truncate',
    onInteger([DURATION], DURATION, (value, [unit]) => duration(multipleOf(value, asDuration(unit), false))),
  ],
]);

const LOCATION_NAME: Method = {
  type: functionType({ parameters: [], result: STRING }),
  run: (receiver) => asLocation(receiver).zone.name,
};

const METHODS: ReadonlyMap<Type, ReadonlyMap<string, Method>> = new Map([
  [TIME, TIME_METHODS],
  [DURATION, DURATION_METHODS],
  [MONTH, new Map([['String', onInteger([], STRING, monthName)]])],
  [WEEKDAY, new Map([['String', onInteger([], STRING, weekdayName)]])],
  [LOCATION, new Map([['String', LOCATION_NAME]])],
]);

/** The type of a method, as the static checker sees it; undefined when there is none. */
export function methodType(type: Type | undefined, name: string): Type | undefined {
  return type === undefined ? undefined : METHODS.get(type)?.get(name)?.type;
}

/** A method with its receiver; undefined when there is none. */
export function methodOf(receiver: Value, name: string): Func | undefined {
  const type = typeOf(receiver);
  const found = type === undefined ? undefined : METHODS.get(type)?.get(name);
  if (found === undefined) return undefined;
  const steps = receiver instanceof Time ? receiver.zone.steps : 0;
  return new Func(found.type, (given) => found.run(receiver, given), steps);
}

export function monthName(month: bigint): string {
  return MONTHS[Number(month) - 1] ?? `%!Month(${month})`;
}

export function weekdayName(weekday: bigint): string {
  return WEEKDAYS[Number(weekday)] ?? `%!Weekday(${weekday})`;
}

/** Years, months and days that overflow carry over: a month after January 31st is in March. */
function addDate(time: Time, [years = 0n, months = 0n, days = 0n]: readonly bigint[]): Time {
  const parts = civil(time);
  const year = parts.year + Number(years);
  const month = parts.month + Number(months);
  const day = parts.day + Number(days);
  if (!Number.isSafeInteger(daysSinceEpoch(year, month, day) * 86_400)) return fail('time out of range');
  return new Time(fromLocal(nanosecondsOf({ ...parts, year, month, day }), time.zone), time.zone);
}

function onGrid(time: Time, unit: bigint, rounded: boolean): Time {
  if (unit <= 0n) return time;
  const rest = modulo(time.nanoseconds - ZERO_TIME, unit);
  const up = rounded && rest * 2n >= unit;
  return new Time(time.nanoseconds - rest + (up ? unit : 0n), time.zone);
}

function absolute(length: bigint): Value {
  const size = length < 0n ? -length : length;
  return duration(size > MAX_INT ? MAX_INT : size);
}

function int64(value: bigint): Integer {
  return new Integer(INT64, wrap(value));
}

function sign(value: bigint): bigint {
  if (value === 0n) return 0n;
  return value < 0n ? -1n : 1n;
}

function floorDivide(value: bigint, by: bigint): bigint {
  return (value - modulo(value, by)) / by;
}

function asTime(value: Value = null): Time {
  return value instanceof Time ? value : conversionFails(value, 'time.Time');
}

function asDuration(value: Value = null): bigint {
  return isDuration(value) ? value.value : conversionFails(value, 'time.Duration');
}

function asLocation(value: Value = null): Location {
  return value instanceof Location ? value : conversionFails(value, '*time.Location');
}

function asString(value: Value = null): string {
  return typeof value === 'string' ? value : conversionFails(value, 'string');
}

function asInt(value: Value): bigint {
  return typeof value === 'bigint' ? value : conversionFails(value, 'int');
}
