import { describe, expect, it } from '@jest/globals';
import { compileCondition, ConditionError } from '#core/expr/compile.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import type { JsonValue } from '#core/json.ts';
import { verdictOn } from './verdict.ts';

function errorOf(source: string, json: JsonValue = null): ConditionError {
  try {
    compileCondition(source).evaluate({ kind: 'json', json });
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
  throw new Error(`${source} has a verdict`);
}

describe('given a condition that fails, when its error is read', () => {
  it.each([
    ['compile', 'result +', null, 'unexpected token EOF', 1, 8],
    ['compile', 'true and\n  nosuch', null, 'unknown name nosuch', 2, 3],
    ['compile', '"é" == "é" and nosuch', null, 'unknown name nosuch', 1, 16],
    ['compile', 'true || result > "a"', 1, 'invalid operation: > (mismatched types float64 and string)', 1, 16],
    ['compile', 'true or 5 % 0 == 0', null, 'integer divide by zero', 1, 11],
    ['run', 'result.a == 1 or\nresult.b.c', { a: 2 }, 'cannot fetch c from <nil>', 2, 10],
    ['run', 'all(result, # > 1)', ['x'], 'invalid operation: string > int', 1, 15],
    ['run', 'len(result.a) > 0', {}, 'invalid argument for len (type <nil>)', 1, 1],
  ])('%s: %j tells where', (stage, source, json, message, line, column) => {
    expect(errorOf(source, json)).toMatchObject({ stage, message, plain: message, line, column });
    expect(errorOf(source, json).located).toBe(`${line}:${column}: ${message}`);
  });

  it('given a value that is no verdict, then only its type is told', () => {
    expect(errorOf('1')).toMatchObject({ stage: 'type', message: 'expected bool, but got int', line: undefined });
  });

  it('given half a character in a message, then the message is still text', () => {
    expect(errorOf('asInt(result[:1])', 'é').message.isWellFormed()).toBe(true);
  });

  it('given a wrong text, when it is compiled, then nothing is thrown before it is evaluated', () => {
    expect(() => compileCondition('result >')).not.toThrow();
  });
});

describe('given conditions compiled before, when they are compiled again', () => {
  it('then they are the same object, for as long as they are in use', () => {
    const condition = compileCondition('result == 123');
    expect(compileCondition('result == 123')).toBe(condition);
    for (let count = 0; count < 1_100; count++) compileCondition(`result == ${count}.5`);
    expect(compileCondition('result == 123')).not.toBe(condition);
    expect(condition.evaluate({ kind: 'scalar', value: 123 })).toBe(true);
  });

  it('then very long ones are not kept', () => {
    const long = `${' '.repeat(20_000)}true`;
    expect(compileCondition(long)).not.toBe(compileCondition(long));
  });
});

describe('given what a provider measured, when conditions look at it', () => {
  const records: MeasuredValue = {
    kind: 'records',
    values: [
      { kind: 'float', value: 1.5 },
      { kind: 'int', value: 9007199254740993n },
      { kind: 'unsigned', value: 18446744073709551615n },
      { kind: 'text', value: 'up' },
      { kind: 'bool', value: true },
      { kind: 'time', nanoseconds: 1704067200000000001n },
      { kind: 'nil' },
    ],
  };
  const metricData: MeasuredValue = {
    kind: 'metric-data',
    results: [
      {
        id: 'm1',
        label: 'errors',
        statusCode: 'Complete',
        timestamps: [Date.UTC(2024, 0, 1)],
        values: [0.5, 2],
        messages: [],
      },
      { statusCode: 'PartialData', timestamps: [], values: [], messages: [{ code: 'c', value: 'v' }] },
    ],
  };

  it.each([
    ['result[0] == 1.5 and result[1] == 9007199254740993 and result[1] % 2 == 1', records, true],
    ['result[2] > 9223372036854775807 and type(result[2]) == "uint"', records, true],
    ['result[3] == "up" and result[4] and result[5] > date("2024-01-01") and result[6] == nil', records, true],
    ['result[5].Nanosecond() == 1', records, true],
    ['result[0]', records, 'type: expected bool, but got float64'],
    ['result[1]', records, 'type: expected bool, but got int64'],
    ['len(result[0].Values) == 0 || all(result[0].Values, {# <= 2})', metricData, true],
    ['result[0].Id == "m1" and result[0].Label startsWith "err" and result[1].Label == nil', metricData, true],
    ['string(result[0].StatusCode) == "Complete"', metricData, true],
    [
      'result[0].StatusCode == "Complete"',
      metricData,
      'compile: invalid operation: == (mismatched types types.StatusCode and string)',
    ],
    ['result[0].Timestamps[0].Year() == 2024 and result[1].Messages[0].Code == "c"', metricData, true],
    ['result[0].values[0] < 1', metricData, 'compile: type types.MetricDataResult has no field values'],
    ['result[0].Values[2] < 1', metricData, 'run: index out of range: 2 (array length is 2)'],
    ['all(result, len(.Values) < 3)', metricData, true],
    ['isNil(result) and default(result, 3) == 3 and result == nil', { kind: 'nil' }, true],
    ['isNil(result) and default(result, 3) == 3', { kind: 'json', json: null }, true],
    ['isInf(result)', { kind: 'scalar', value: -Infinity }, true],
    ['result == []', { kind: 'vector', values: [] }, true],
  ] as const)('%s', (source, result, expected) => {
    expect(verdictOn(result, source)).toBe(expected);
  });

  it('given text that is no UTF-16, then it is repaired first', () => {
    expect(
      verdictOn(
        { kind: 'json', json: ['\udc80', { '\ud800': 1 }] },
        'result[0] == "\ufffd" and result[1]["\ufffd"] == 1',
      ),
    ).toBe(true);
  });
});
