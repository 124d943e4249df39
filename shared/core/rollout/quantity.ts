/** Kubernetes quantities (`100m`, `1.5Gi`, `1e3`): their value and the form in which Go writes them. */

const NANO = 9;
/** In billionths. */
const ONE = 10n ** BigInt(NANO);
const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const DECIMAL_SUFFIXES = Object.entries(DECIMAL_EXPONENTS).toSorted(([, a], [, b]) => b - a);
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

type Format = 'binary' | 'decimal' | 'exponent';

interface Quantity {
  /** Billionths, rounded away from zero: the finest step that Kubernetes keeps. */
  readonly nanos: bigint;
  readonly format: Format;
  /** Go takes the text for canonical already and writes it as it is. */
  readonly keepsText: boolean;
}

function parseQuantity(text: string): Quantity | undefined {
  const [, sign, whole = '', fraction = '', suffix = ''] = QUANTITY.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const power = BINARY_SUFFIXES.indexOf(suffix as (typeof BINARY_SUFFIXES)[number]);
  const exponent = power > 0 ? 0 : (DECIMAL_EXPONENTS[suffix] ?? Number(suffix.slice(1)));
  if (Math.abs(exponent) > 100) return undefined;
  const scaled = power > 0 ? digits * 1024n ** BigInt(power) : digits;
  const magnitude = shift(scaled, exponent + NANO - fraction.length);
  const format = power > 0 ? 'binary' : /^[eE].*\d/.test(suffix) ? 'exponent' : 'decimal';
  const keepsText = power > 0 ? keepsBinary(whole, fraction, power) : keepsDecimal(whole, fraction, exponent);
  return { nanos: sign === '-' ? -magnitude : magnitude, format, keepsText };
}

/** k8s.io/apimachinery resource.ParseQuantity, "if the number is in canonical form, reuse the string". */
function keepsDecimal(whole: string, fraction: string, exponent: number): boolean {
  const shifted = (whole.replace(/^0+/, '') || '0') + fraction;
  const scale = exponent - fraction.length;
  return (
    shifted.length <= 18 && scale >= -NANO && scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0')
  );
}

function keepsBinary(whole: string, fraction: string, power: number): boolean {
  const digits = whole.replace(/^0+/, '') || '0';
  return fraction === '' && digits.length <= 14 - 3 * power && (BigInt(digits) & 7n) !== 0n;
}

/** Multiply by a power of ten; what is cut off rounds up. */
function shift(value: bigint, exponent: number): bigint {
  return exponent >= 0 ? value * 10n ** BigInt(exponent) : divideUp(value, 10n ** BigInt(-exponent));
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

/**
 * The form in which Go writes it (`1000m` → `1`, `1024Mi` → `1Gi`, `0.5` → `500m`); a text that is no quantity stays as
 * it is. engine §4.5.
 */
export function canonicalQuantity(text: string | number): string {
  const quantity = parseQuantity(String(text));
  if (quantity === undefined || quantity.keepsText) return String(text);
  const { nanos, format } = quantity;
  const magnitude = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  if (magnitude === 0n) return '0';
  const binary = format === 'binary' && magnitude >= 1024n * ONE && magnitude % ONE === 0n;
  return sign + (binary ? binaryForm(magnitude) : decimalForm(magnitude, format));
}

function binaryForm(nanos: bigint): string {
  let value = nanos / ONE;
  let power = 0;
  while (value % 1024n === 0n && power < BINARY_SUFFIXES.length - 1) {
    value /= 1024n;
    power += 1;
  }
  return `${value}${BINARY_SUFFIXES[power] ?? ''}`;
}

function decimalForm(nanos: bigint, format: Format): string {
  for (const [suffix, exponent] of DECIMAL_SUFFIXES) {
    const unit = 10n ** BigInt(exponent + NANO);
    if (nanos % unit !== 0n) continue;
    const power = format === 'exponent' && exponent !== 0 ? `e${exponent}` : suffix;
    return `${nanos / unit}${power}`;
  }
  return `${nanos}n`;
}

/**
 * Comparable text of the value: equal exactly for quantities of equal value.
 * @param milli as amounts of resources are stored: rounded up to thousandths
 */
export function quantityValue(text: string | number, milli = false): string {
  const nanos = parseQuantity(String(text))?.nanos;
  if (nanos === undefined) return `?${text}`;
  if (!milli) return String(nanos);
  const unit = 10n ** 6n;
  return String(nanos < 0n ? -divideUp(-nanos, unit) * unit : divideUp(nanos, unit) * unit);
}

/** Billionths; undefined for a text that is no quantity. */
export function quantityNanos(text: string | number): bigint | undefined {
  return parseQuantity(String(text))?.nanos;
}
