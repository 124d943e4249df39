/** Number tokens → values. conditions.md §3: integers in 63 bits plus sign, floats with a `.` or an exponent. */
import { fail } from '../failure.ts';
import { MAX_INT } from '../values/integers.ts';
import { quote } from '../values/quote.ts';

export type NumberLiteral =
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number };

const RADIXES = [
  { prefix: '0x', name: 'hex', digits: /^0x[0-9a-f]+$/i },
  { prefix: '0b', name: 'binary', digits: /^0b[01]+$/i },
  { prefix: '0o', name: 'octal', digits: /^0o[0-7]+$/i },
];
const FLOAT = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** More digits than any int has in any radix; longer ones are not even converted. */
const LONGEST = 64;

/** @throws Failure when it is none or too large */
export function readNumber(token: string, at: number): NumberLiteral {
  const text = token.replaceAll('_', '');
  const lower = text.toLowerCase();
  const isFloat = /[.e]/.test(lower) && !lower.startsWith('0x');
  if (isFloat) return { type: 'float', value: readFloat(text, at) };
  const radix = RADIXES.find(({ prefix }) => lower.startsWith(prefix));
  const name = radix?.name ?? 'integer';
  if (!(radix?.digits ?? /^\d+$/).test(text))
    fail(`invalid ${name} literal: ${parsing('Int', text)}: invalid syntax`, at);
  const digits = lower.slice(radix?.prefix.length ?? 0).replace(/^0+/, '');
  const value = digits.length > LONGEST ? undefined : BigInt(`${radix?.prefix ?? ''}0${digits}`);
  if (value === undefined || value > MAX_INT)
    fail(`invalid ${name} literal: ${parsing('Int', text)}: value out of range`, at);
  return { type: 'integer', value };
}

function readFloat(text: string, at: number): number {
  if (!FLOAT.test(text)) fail(`invalid float literal: ${parsing('Float', text)}: invalid syntax`, at);
  const value = Number(text);
  if (!Number.isFinite(value)) fail(`invalid float literal: ${parsing('Float', text)}: value out of range`, at);
  return value;
}

function parsing(kind: 'Int' | 'Float', text: string): string {
  return `strconv.Parse${kind}: parsing ${quote(text)}`;
}
