/** The annotated CSV of Flux: tables, each with its types, defaults and header. Source: InfluxDB docs, "Annotated CSV". */
import type { JsonValue } from '#core/json.ts';
import { formatPlain, parseFloatText } from '../number-text.ts';
import { parseCsv } from './csv.ts';

/** A `_value` as conditions see it, and as Go prints it in a list. */
export interface FluxValue {
  readonly json: JsonValue;
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

const NIL: FluxValue = { json: null, text: '<nil>' };

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
    case 'long':
    case 'unsignedLong':
      return number(text);
    case 'boolean':
      return { json: text.toLowerCase() !== 'false', text: String(text.toLowerCase() !== 'false') };
    case 'dateTime:RFC3339':
    case 'dateTime:RFC3339Nano':
      return { json: text, text: timeText(text) };
    case 'string':
    case 'duration':
    case 'base64Binary':
      return { json: text, text };
    default:
      throw new FluxError(`_value has unknown data type ${type}`);
  }
}

function number(text: string): FluxValue {
  const value = parseFloatText(text);
  if (value === undefined) throw new FluxError('_value is not a number');
  return { json: value, text: formatPlain(value) };
}

/** `2024-01-01T00:00:00.5Z` as `2024-01-01 00:00:00.5 +0000 UTC`. */
function timeText(text: string): string {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new FluxError('_value is not a time');
  const fraction = /\.(\d*?)0*(?:Z|[+-])/.exec(text)?.[1] ?? '';
  const seconds = new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}
