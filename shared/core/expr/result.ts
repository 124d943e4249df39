/** The measured value as conditions see it: its value, and the type that the static check is given. conditions.md §2, §12. */
import { NIL, natureOf, type Nature } from './check/nature.ts';
import { fail } from './failure.ts';
import type { MeasuredValue, MetricDataResult, RecordValue } from './measured-value.ts';
import { Meter } from './meter.ts';
import { importJson } from './values/json-text.ts';
import { UTC } from './time/zones.ts';
import {
  ANY_LIST,
  BOOL,
  FLOAT,
  FLOAT_LIST,
  INT64,
  listOf,
  pointerTo,
  STRING,
  STRING_MAP,
  TIME,
  UINT64,
  type Type,
} from './values/types.ts';
import { Integer, ItemList, Struct, Time, Word, type Value } from './values/values.ts';

/** What the static check knows of `result`: one of these few, however large the value. */
export function resultNature(result: MeasuredValue): Nature {
  switch (result.kind) {
    case 'nil':
      return NIL;
    case 'scalar':
      return SCALAR;
    case 'vector':
      return VECTOR;
    case 'records':
      return LIST;
    case 'metric-data':
      return METRIC_DATA;
    case 'json':
      return jsonNature(result.json);
  }
}

const SCALAR = natureOf(FLOAT);
const VECTOR = natureOf(FLOAT_LIST);
const LIST = natureOf(ANY_LIST);
const OBJECT = natureOf(STRING_MAP);
const TEXT = natureOf(STRING);
const TRUTH = natureOf(BOOL);

function jsonNature(json: unknown): Nature {
  if (json === null) return NIL;
  if (Array.isArray(json)) return LIST;
  switch (typeof json) {
    case 'number':
      return SCALAR;
    case 'string':
      return TEXT;
    case 'boolean':
      return TRUTH;
    case 'object':
      return OBJECT;
    default:
      return fail(`a measured value cannot be a ${typeof json}`);
  }
}

/** @throws Failure for what no decoded JSON can be */
export function resultValue(result: MeasuredValue): Value {
  switch (result.kind) {
    case 'nil':
      return null;
    case 'scalar':
      return result.value;
    case 'vector':
      return new ItemList(result.values, FLOAT_LIST);
    case 'records':
      return new ItemList(result.values.map(recordValue));
    case 'metric-data':
      return new ItemList(result.results.map(metricDataValue), METRIC_DATA_LIST);
    case 'json':
      return importJson(result.json, new Meter());
  }
}

function recordValue(record: RecordValue): Value {
  switch (record.kind) {
    case 'nil':
      return null;
    case 'float':
    case 'bool':
      return record.value;
    case 'text':
      return record.value.toWellFormed();
    case 'int':
      return new Integer(INT64, BigInt.asIntN(64, record.value));
    case 'unsigned':
      return new Integer(UINT64, BigInt.asUintN(64, record.value));
    case 'time':
      return new Time(record.nanoseconds, UTC);
  }
}

/** The types of CloudWatch's Go client, which conditions name the members of. analysis.md §18.6. */
const PACKAGE = 'github.com/aws/aws-sdk-go-v2/service/cloudwatch/types';
const TEXT_POINTER = pointerTo(STRING);
const STATUS: Type = { name: 'types.StatusCode', kind: 'string', declared: `${PACKAGE}.StatusCode` };
const MESSAGE: Type = {
  name: 'types.MessageData',
  kind: 'struct',
  declared: `${PACKAGE}.MessageData`,
  fields: new Map([
    ['Code', TEXT_POINTER],
    ['Value', TEXT_POINTER],
  ]),
};
const MESSAGE_LIST = listOf(MESSAGE);
const TIME_LIST = listOf(TIME);
const METRIC_DATA_RESULT: Type = {
  name: 'types.MetricDataResult',
  kind: 'struct',
  declared: `${PACKAGE}.MetricDataResult`,
  fields: new Map([
    ['Id', TEXT_POINTER],
    ['Label', TEXT_POINTER],
    ['Messages', MESSAGE_LIST],
    ['StatusCode', STATUS],
    ['Timestamps', TIME_LIST],
    ['Values', FLOAT_LIST],
  ]),
};
const METRIC_DATA_LIST = listOf(METRIC_DATA_RESULT);
const METRIC_DATA = natureOf(METRIC_DATA_LIST);

function metricDataValue(result: MetricDataResult): Value {
  const messages = result.messages.map(
    ({ code, value }) =>
      new Struct(
        MESSAGE,
        new Map<string, Value>([
          ['Code', text(code)],
          ['Value', text(value)],
        ]),
      ),
  );
  const times = result.timestamps.map((instant) => new Time(BigInt(Math.round(instant)) * 1_000_000n, UTC));
  return new Struct(
    METRIC_DATA_RESULT,
    new Map<string, Value>([
      ['Id', text(result.id)],
      ['Label', text(result.label)],
      ['Messages', new ItemList(messages, MESSAGE_LIST)],
      ['StatusCode', new Word(STATUS, result.statusCode)],
      ['Timestamps', new ItemList(times, TIME_LIST)],
      ['Values', new ItemList(result.values, FLOAT_LIST)],
    ]),
  );
}

function text(value: string | undefined): Value {
  return value?.toWellFormed() ?? null;
}
