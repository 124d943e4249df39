/** Strings. conditions.md §9. What counts in strings is bytes, except for `len`, `upper`, `lower` and empty separators. */
import { fail } from '../failure.ts';
import { MAX_STRING_LENGTH, MEMORY_EXCEEDED } from '../limits.ts';
import type { Meter } from '../meter.ts';
import { toInt } from '../values/arithmetic.ts';
import { asText, conversionFails } from '../values/assertions.ts';
import { lower, trim, upper } from '../values/letters.ts';
import { indexOf } from '../values/search.ts';
import { byteIndexOf, byteLength, bytewise, isAscii } from '../values/text.ts';
import { ANY_LIST, BOOL, INT, STRING, STRING_LIST, type Type } from '../values/types.ts';
import { ItemList, List, NIL_LIST, typeName, type Value } from '../values/values.ts';
import { withSignatures, type Builtin, type Surroundings } from './builtin.ts';

/** `repeat` takes no larger count. */
const MAX_REPEAT = 1_000_000n;

/** What cutting a string costs at least. */
const CUT_STEPS = 40;
/** Steps for the case of a letter beyond ASCII. */
const CASE_STEPS = 40;

export const TEXTS: ReadonlyMap<string, Builtin> = new Map([
  ['trim', ofTexts([1, 2], STRING, ([text = '', characters], meter) => trimMetered(text, characters, meter))],
  ['trimPrefix', ofTexts([2, 1], STRING, ([text = '', prefix = ' ']) => withoutPrefix(text, prefix))],
  ['trimSuffix', ofTexts([2, 1], STRING, ([text = '', suffix = ' ']) => withoutSuffix(text, suffix))],
  ['upper', ofTexts([1], STRING, ([text = ''], meter) => changeCase(text, upper, meter))],
  ['lower', ofTexts([1], STRING, ([text = ''], meter) => changeCase(text, lower, meter))],
  ['indexOf', ofTexts([2], INT, ([text = '', part = ''], meter) => byteIndex(text, part, false, meter))],
  ['lastIndexOf', ofTexts([2], INT, ([text = '', part = ''], meter) => byteIndex(text, part, true, meter))],
  ['hasPrefix', ofTexts([2], BOOL, ([text = '', prefix = '']) => startsWith(text, prefix))],
  ['hasSuffix', ofTexts([2], BOOL, ([text = '', suffix = '']) => endsWith(text, suffix))],
  ['split', splitting(false)],
  ['splitAfter', splitting(true)],
  [
    'replace',
    withSignatures(
      [
        [[STRING, STRING, STRING, INT], STRING],
        [[STRING, STRING, STRING], STRING],
      ],
      replace,
    ),
  ],
  ['repeat', withSignatures([[[STRING, INT], STRING]], repeat)],
  [
    'join',
    withSignatures(
      [
        [[STRING_LIST, STRING], STRING],
        [[ANY_LIST, STRING], STRING],
        [[ANY_LIST], STRING],
        [[STRING_LIST, STRING], STRING],
        [[STRING_LIST], STRING],
      ],
      join,
    ),
  ],
]);

/** A function of strings alone; `counts` are how many it may take, in the order in which they are tried. */
function ofTexts(
  counts: readonly number[],
  result: Type,
  run: (texts: readonly string[], meter: Meter) => Value,
): Builtin {
  const signatures = counts.map((count) => [Array.from({ length: count }, () => STRING), result] as const);
  return withSignatures(signatures, (given, { meter }) => {
    const texts = given.map(asText);
    return run(texts, meter);
  });
}

function byteIndex(text: string, part: string, last: boolean, meter: Meter): bigint {
  meter.charge((text.length + part.length) >> 1);
  return BigInt(byteIndexOf(text, part, last));
}

function trimMetered(text: string, characters: string | undefined, meter: Meter): string {
  meter.charge(text.length + 4 * (characters?.length ?? 0));
  return trim(text, characters);
}

function changeCase(text: string, change: (text: string) => string, meter: Meter): string {
  if (!isAscii(text)) meter.charge(CASE_STEPS * text.length);
  return change(text);
}

/** As with the operators of these names; a stray byte is a byte. */
export function startsWith(text: string, prefix: string): boolean {
  return viaBytes(text, prefix, (a, b) => a.startsWith(b));
}

export function endsWith(text: string, suffix: string): boolean {
  return viaBytes(text, suffix, (a, b) => a.endsWith(b));
}

export function includes(text: string, part: string): boolean {
  return viaBytes(text, part, (a, b) => indexOf(a, b) >= 0);
}

function viaBytes(text: string, part: string, holds: (text: string, part: string) => boolean): boolean {
  let result = false;
  bytewise([text, part], ([a = '', b = '']) => {
    result = holds(a, b);
    return [];
  });
  return result;
}

function withoutPrefix(text: string, prefix: string): string {
  return bytewise([text, prefix], ([a = '', b = '']) => [a.startsWith(b) ? a.slice(b.length) : a])[0] ?? '';
}

function withoutSuffix(text: string, suffix: string): string {
  return bytewise([text, suffix], ([a = '', b = '']) => [a.endsWith(b) ? a.slice(0, a.length - b.length) : a])[0] ?? '';
}

function splitting(keepSeparator: boolean): Builtin {
  return withSignatures(
    [
      [[STRING, STRING], STRING_LIST],
      [[STRING, STRING, INT], STRING_LIST],
    ],
    ([text = null, separator = null, limit], { meter }) => {
      const most = limit === undefined ? -1 : Number(toInt(limit));
      return split(asText(text), asText(separator), most, keepSeparator, meter);
    },
  );
}

/** `most` = 0 gives an array that was never made, negative all; what is beyond stays in the last part. */
function split(text: string, separator: string, most: number, keepSeparator: boolean, meter: Meter): List {
  if (most === 0) return NIL_LIST;
  meter.charge(CUT_STEPS + ((text.length + separator.length) >> 1));
  const parts =
    separator === ''
      ? explode(text, most)
      : bytewise([text, separator], ([a = '', b = '']) => cut(a, b, most, keepSeparator));
  meter.charge(4 * parts.length);
  return new ItemList(parts, STRING_LIST);
}

/** Code points; with a limit the rest stays together. */
function explode(text: string, most: number): readonly string[] {
  const characters = Array.from(text);
  if (most < 0 || characters.length <= most) return characters;
  return [...characters.slice(0, most - 1), characters.slice(most - 1).join('')];
}

function cut(text: string, separator: string, most: number, keepSeparator: boolean): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  const cuts = most < 0 ? text.length + 1 : most - 1;
  for (let cut = 0; cut < cuts; cut++) {
    const found = indexOf(text, separator, start);
    if (found < 0) break;
    parts.push(text.slice(start, keepSeparator ? found + separator.length : found));
    start = found + separator.length;
  }
  parts.push(text.slice(start));
  return parts;
}

function replace(given: readonly Value[], { meter }: Surroundings): Value {
  const [text = null, old = null, fresh = null, limit] = given;
  const most = limit === undefined ? -1 : Number(toInt(limit));
  const [a, b, c] = [asText(text), asText(old), asText(fresh)];
  if (most === 0 || b === c) return a;
  meter.charge(CUT_STEPS + ((a.length + b.length) >> 1));
  const places = most < 0 ? -1 : most + 1;
  const parts = b === '' ? aroundCharacters(a, most) : bytewise([a, b], ([x = '', y = '']) => cut(x, y, places, false));
  meter.charge(4 * parts.length);
  meter.chargeText(a.length + parts.length * c.length);
  return parts.join(c);
}

/** Cut in front of every code point and at the end, as far as `most` cuts go. */
function aroundCharacters(text: string, most: number): readonly string[] {
  const characters = Array.from(text);
  if (most < 0 || most > characters.length) return ['', ...characters, ''];
  return ['', ...characters.slice(0, most - 1), characters.slice(most - 1).join('')];
}

function repeat([text = null, count = null]: readonly Value[], { meter }: Surroundings): Value {
  const unit = asText(text);
  const times = toInt(count);
  if (times < 0n) fail(`invalid argument for repeat (expected positive integer, got ${times})`);
  if (times > MAX_REPEAT || unit.length * Number(times) > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
  meter.allocate(byteLength(unit) * Number(times));
  meter.chargeText(unit.length * Number(times));
  return unit.repeat(Number(times));
}

/** @throws Failure when an item is no string */
function join([list = null, glue]: readonly Value[], { meter }: Surroundings): Value {
  const between = glue === undefined ? '' : asText(glue);
  if (!(list instanceof List) || (list.type !== STRING_LIST && list.type !== ANY_LIST)) {
    return fail(`invalid argument for join (type ${typeName(list)})`);
  }
  let length = 0;
  const parts: string[] = [];
  for (let index = 0; index < list.length; index++) {
    const item = list.at(index);
    if (typeof item !== 'string') return conversionFails(item, 'string');
    meter.charge(4);
    length += item.length + between.length;
    if (length > MAX_STRING_LENGTH) fail(MEMORY_EXCEEDED);
    parts.push(item);
  }
  meter.chargeText(length);
  return parts.join(between);
}
