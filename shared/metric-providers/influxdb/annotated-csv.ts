/** The annotated CSV of Flux: tables, each with its types, defaults and header. Source: InfluxDB docs, "Annotated CSV". */
import type { RecordValue } from '#core/expr/measured-value.ts';
import { SECOND } from '#core/time.ts';
import { formatPlain, parseFloatText } from '../number-text.ts';
import { parseCsv } from './csv.ts';

/** A `_value` as conditions see it, and as Go prints it in a list. */
export interface FluxValue {
  readonly value: RecordValue;
  readonly text: string;
}

/** The query failed half-way, or the answer is no annotated CSV. */
export class FluxError extends Error {
  override readonly name = 'FluxError';
}

interface Table {
  readonly types: readonly string[];
  defaults: readonly string[];
  header?: readonly string[];
}

const NIL: FluxValue = { value: { kind: 'nil' }, text: '<nil>' };

/** The `_value` of every record of every table, in order. @throws FluxError */
export function fluxRecordValues(csv: string): readonly FluxValue[] {
  const values: FluxValue[] = [];
  let table: Table | undefined;
  for (const row of parseCsv(csv)) {
    const [first = ''] = row;
    if (row.length === 1 && first === '') continue;
    if (first === '#datatype') table = { types: row, defaults: [] };
    else if (first === '#default' && table !== undefined) table.defaults = row;
    else if (first.startsWith('#')) continue;
    else if (table === undefined) throw new FluxError('parsing error, annotations not found');
    else if (table.header === undefined) table.header = row;
    else values.push(valueOf(row, table));
  }
  return values;
}

function valueOf(row: readonly string[], { header = [], types, defaults }: Table): FluxValue {
  const at = (name: string): string => row[header.indexOf(name)] ?? '';
  if (header.includes('error') && header.includes('reference')) throw new FluxError(at('error'));
  const column = header.indexOf('_value');
  if (column === -1) return NIL;
  const text = row[column] || defaults[column] || '';
  return text === '' ? NIL : typed(text, types[column] ?? '');
}

function typed(text: string, type: string): FluxValue {
  switch (type) {
    case 'double':
      return float(text);
    case 'long':
      return { value: { kind: 'int', value: integer(text) }, text: String(integer(text)) };
    case 'unsignedLong':
      return { value: { kind: 'unsigned', value: integer(text) }, text: String(integer(text)) };
    case 'boolean':
      return boolean(text.toLowerCase() !== 'false');
    case 'dateTime:RFC3339':
    case 'dateTime:RFC3339Nano':
      return time(text);
    case 'string':
    case 'duration':
    case 'base64Binary':
      return { value: { kind: 'text', value: text }, text };
    default:
      throw new FluxError(`_value has unknown data type ${type}`);
  }
}

function float(text: string): FluxValue {
  const value = parseFloatText(text);
  if (value === undefined) throw new FluxError('_value is not a number');
  return { value: { kind: 'float', value }, text: formatPlain(value) };
}

function integer(text: string): bigint {
  if (!/^[-+]?\d{1,20}$/.test(text)) throw new FluxError('_value is not a whole number');
  return BigInt(text.replace('+', ''));
}

function boolean(value: boolean): FluxValue {
  return { value: { kind: 'bool', value }, text: String(value) };
}

/** `2024-01-01T00:00:00.5Z` is shown as `2024-01-01 00:00:00.5 +0000 UTC`. */
function time(text: string): FluxValue {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new FluxError('_value is not a time');
  const seconds = Math.floor(instant / SECOND);
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? '';
  const nanoseconds = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  const shown = new Date(seconds * SECOND).toISOString().slice(0, 19).replace('T', ' ');
  const decimals = fraction.replace(/0+$/, '');
  return {
    value: { kind: 'time', nanoseconds },
    text: `${shown}${decimals === '' ? '' : `.${decimals}`} +0000 UTC`,
  };
}
