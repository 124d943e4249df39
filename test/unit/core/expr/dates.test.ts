import { describe, expect, it } from '@jest/globals';
import { compileCondition, ConditionError, evaluateInstant } from '#core/expr/compile.ts';
import { NOW, verdict, type Row } from './verdict.ts';

describe('given a duration text, when it is read', () => {
  it.each<Row>([
    [
      'duration("1h30m") == duration("90m") and duration("1.5s") == duration("1500ms") and duration("0") == duration("0s")',
      true,
    ],
    ['duration("-5s") < duration("0") and duration("-5s").Abs() == duration("5s")', true],
    [
      'duration("1h").Minutes() == 60 and duration("90s").Hours() == 0.025 and duration("1us").Nanoseconds() == 1000',
      true,
    ],
    ['duration("1h2m3.5s").String() == "1h2m3.5s" and string(duration("1µs")) == "1µs"', true],
    [
      'duration("1m29s").Round(duration("1m")) == duration("1m") and duration("1m30s").Round(duration("1m")) == duration("2m")',
      true,
    ],
    ['duration("1m59s").Truncate(duration("1m")) == duration("1m")', true],
    ['duration("")', 'run: time: invalid duration ""'],
    ['duration("5")', 'run: time: missing unit in duration "5"'],
    ['duration("1d")', 'run: time: unknown unit "d" in duration "1d"'],
    ['duration("3000000h")', 'run: time: invalid duration "3000000h"'],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given a date text, when it is read', () => {
  it.each<Row>([
    [
      'date("2024-01-02").Day() == 2 and date("10:20:30").Minute() == 20 and date("2024-01-02 10:20:30").Hour() == 10',
      true,
    ],
    ['date("2024-01-02T10:00:00+02:00") == date("2024-01-02T08:00:00Z")', true],
    ['date("02 Jan 24 10:00 UTC").Year() == 2024 and date("Tue, 02 Jan 2024 10:00:00 UTC").Day() == 2', true],
    ['date("Tuesday, 02-Jan-24 10:00:00 UTC").Hour() == 10', true],
    ['date("02.01.2024 5pm", "02.01.2006 3pm").Hour() == 17', true],
    ['date("2024-07-01 12:00", "2006-01-02 15:04", "Europe/Berlin").UTC().Hour() == 10', true],
    ['date(timezone("America/New_York"), "2024-01-01").UTC().Hour() == 5', true],
    ['date("2024-02-30")', 'run: invalid date 2024-02-30'],
    ['date("2024-13-01")', 'run: invalid date 2024-13-01'],
    ['date("x", "2006")', 'run: parsing time "x" as "2006": cannot parse "x" as "2006"'],
    ['date(1)', 'run: interface conversion: interface {} is int, not string'],
    ['timezone("Nope/Nope")', 'run: unknown time zone Nope/Nope'],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given times, when they are worked on', () => {
  it.each<Row>([
    ['date("2024-01-02") - date("2024-01-01") == duration("24h")', true],
    [
      '(date("2024-01-01") + duration("36h")).Day() == 2 and duration("1h") + date("2024-01-01") > date("2024-01-01")',
      true,
    ],
    ['date("2024-01-31").AddDate(0, 1, 0).Month().String() == "March"', true],
    ['int(date("2024-01-01").Month()) == 1 and string(date("2024-01-01").Weekday()) == "Monday"', true],
    ['date("2024-12-31").YearDay() == 366 and date("2024-01-01").Unix() == 1704067200', true],
    ['date("2024-01-01").Before(date("2024-01-02")) and date("2024-01-02").After(date("2024-01-01"))', true],
    ['date("2024-01-01T10:29:31Z").Truncate(duration("1h")).Minute() == 0', true],
    ['date("2024-01-01T10:30:00Z").Round(duration("1h")).Hour() == 11', true],
    ['date("2024-07-01").In(timezone("Europe/Berlin")).Format("15:04 MST -07:00") == "02:00 CEST +02:00"', true],
    ['date("2024-01-02T03:04:05.006Z").Format("Mon Jan _2 15:04:05.000 2006") == "Tue Jan  2 03:04:05.006 2024"', true],
    ['string(date("2023-08-14")) == "2023-08-14 00:00:00 +0000 UTC"', true],
    ['date("0001-01-01").IsZero()', true],
    ['now().Year() == 2024 and now().Nanosecond() == 250000000 and now() - duration("1h") < now()', true],
    ['date("2024-01-01") < 1', 'compile: invalid operation: < (mismatched types time.Time and int)'],
  ])('%s is %p', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });
});

describe('given no time of evaluation, when now() is asked for', () => {
  it('then the evaluation fails while running', () => {
    const evaluate = () => compileCondition('now() != nil').evaluate({ kind: 'nil' });
    expect(evaluate).toThrow(ConditionError);
    expect(evaluate).toThrow(expect.objectContaining({ stage: 'run' }));
  });
});

describe('given the start or end of a range query, when it is evaluated', () => {
  it.each([
    ['now()', NOW],
    ['now() - duration("1h")', NOW - 3_600_000],
    ['date("2024-01-01")', Date.UTC(2024, 0, 1)],
    ['isNaN(0.5) ? now() : date("2024-01-01T00:00:00.5Z")', Date.UTC(2024, 0, 1) + 500],
  ])('%s is the instant %d', (source, instant) => {
    expect(evaluateInstant(source, NOW)).toBe(instant);
  });

  it.each([
    ['1', 'type', 'expected time.Time, but got int'],
    ['duration("1h")', 'type', 'expected time.Time, but got time.Duration'],
    ['result', 'compile', 'unknown name result'],
    ['asInt("1")', 'compile', 'unknown name asInt'],
    ['duration("x")', 'run', 'time: invalid duration "x"'],
  ])('%s fails: %s: %s', (source, stage, message) => {
    expect(() => evaluateInstant(source, NOW)).toThrow(expect.objectContaining({ stage, message }));
  });
});
