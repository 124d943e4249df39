/** Between kinds of values, and rounding. conditions.md §9. */
import { natureOf } from '../check/nature.ts';
import { fail } from '../failure.ts';
import { toInt } from '../values/arithmetic.ts';
import { asText } from '../values/assertions.ts';
import { fromBase64, toBase64 } from '../values/base64.ts';
import { numberOf } from '../values/equality.ts';
import { formatValue } from '../values/format.ts';
import { wrap } from '../values/integers.ts';
import { fromJson, toJson } from '../values/json-text.ts';
import { readFloat, readInteger } from '../values/numbers.ts';
import { decode, encode } from '../values/text.ts';
import { ANY, FLOAT, INT, STRING } from '../values/types.ts';
import { Dictionary, Func, Integer, List, typeName, typeOf, Word, type Value } from '../values/values.ts';
import { byType, isAnyOf, isNumeric, unary, withSignatures, type Builtin } from './builtin.ts';
import { lengthInRunes } from './lists.ts';

/** What base64 costs at least. */
const BASE64_STEPS = 60;

export const CONVERSIONS: ReadonlyMap<string, Builtin> = new Map([
  [
    'len',
    unary(
      'len',
      (nature) => isAnyOf(nature, 'array', 'map', 'slice', 'string'),
      () => natureOf(INT),
      (type) => `invalid argument for len (type ${type})`,
      (value, { meter }) => {
        if (typeof value === 'string') meter.chargeBytes(value);
        return BigInt(lengthInRunes(value));
      },
    ),
  ],
  ['type', withSignatures([[[ANY], STRING]], ([value = null]) => kindName(value))],
  ['abs', unary('abs', isNumeric, byType, (type) => `invalid argument for abs (type ${type})`, absolute)],
  ['ceil', rounding('ceil', Math.ceil)],
  ['floor', rounding('floor', Math.floor)],
  ['round', rounding('round', roundHalfAway)],
  [
    'int',
    unary(
      'int',
      isNumberOrText,
      () => natureOf(INT),
      (type) => `invalid argument for int (type ${type})`,
      convertToInt,
    ),
  ],
  [
    'float',
    unary(
      'float',
      isNumberOrText,
      () => natureOf(FLOAT),
      (type) => `invalid argument for float (type ${type})`,
      convertToFloat,
    ),
  ],
  ['string', withSignatures([[[ANY], STRING]], ([value = null], { meter }) => formatValue(value, meter))],
  ['toJSON', withSignatures([[[ANY], STRING]], ([value = null], { meter }) => toJson(value, meter))],
  ['fromJSON', withSignatures([[[STRING], ANY]], ([text = null], { meter }) => fromJson(asText(text), meter))],
  [
    'toBase64',
    withSignatures([[[STRING], STRING]], ([text = null], { meter }) => {
      meter.charge(BASE64_STEPS + 4 * asText(text).length);
      return toBase64(encode(asText(text)));
    }),
  ],
  [
    'fromBase64',
    withSignatures([[[STRING], STRING]], ([text = null], { meter }) => {
      meter.charge(BASE64_STEPS + 4 * asText(text).length);
      return decode(fromBase64(asText(text)));
    }),
  ],
]);

function isNumberOrText(nature: Parameters<typeof isNumeric>[0]): boolean {
  return isNumeric(nature) || isAnyOf(nature, 'string');
}

function rounding(name: string, round: (value: number) => number): Builtin {
  const refusal = (type: string): string => `invalid argument for ${name} (type ${type})`;
  return unary(
    name,
    isNumeric,
    () => natureOf(FLOAT),
    refusal,
    (value) => {
      const number = numberOf(value);
      return number === undefined ? fail(refusal(typeName(value))) : round(Number(number));
    },
  );
}

/** Halves away from zero. */
function roundHalfAway(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function absolute(value: Value): Value {
  if (typeof value === 'number') return value < 0 ? -value : value;
  if (typeof value === 'bigint') return value < 0n ? wrap(-value) : value;
  const number = numberOf(value);
  if (!(value instanceof Integer) || number === undefined)
    return fail(`invalid argument for abs (type ${typeName(value)})`);
  return value.value < 0n ? new Integer(value.type, wrap(-value.value)) : value;
}

/** Truncates floats, reads decimal texts; durations, months and weekdays are the number underneath. */
function convertToInt(value: Value): bigint {
  if (value instanceof Integer) return wrap(value.value);
  if (value === null) return fail('reflect: call of reflect.Value.Type on zero Value');
  if (typeof value !== 'string') return toInt(value);
  const reading = readInteger(value);
  return reading.ok ? reading.value : fail(`invalid operation: int(${value})`);
}

function convertToFloat(value: Value): number {
  if (typeof value === 'string') {
    const reading = readFloat(value);
    return reading.ok ? reading.value : fail(`invalid operation: float(${value})`);
  }
  const number = numberOf(value);
  return number === undefined ? fail(`invalid operation: float(${typeName(value)})`) : Number(number);
}

/** `nil bool int uint float string array map func`, or the name of a declared type. */
function kindName(value: Value): string {
  const type = typeOf(value);
  if (type === undefined) return 'nil';
  if (type.declared !== undefined) return type.declared;
  if (value instanceof List) return 'array';
  if (value instanceof Dictionary) return 'map';
  if (value instanceof Func) return 'func';
  if (value instanceof Word) return 'string';
  switch (type.kind) {
    case 'int64':
      return 'int';
    case 'uint8':
    case 'uint64':
      return 'uint';
    case 'float64':
      return 'float';
    case 'pointer':
      return 'unknown';
    default:
      return type.kind;
  }
}
