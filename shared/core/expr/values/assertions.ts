/** "This must be a string": what the language says when a value known only at run time is of another type. */
import { fail } from '../failure.ts';
import { typeName, type Value } from './values.ts';

/** @throws Failure naming the type there is and the type that is needed */
export function conversionFails(value: Value, wanted: string): never {
  return fail(`interface conversion: interface {} is ${value === null ? 'nil' : typeName(value)}, not ${wanted}`);
}

export function asBoolean(value: Value): boolean {
  return typeof value === 'boolean' ? value : conversionFails(value, 'bool');
}

export function asText(value: Value): string {
  return typeof value === 'string' ? value : conversionFails(value, 'string');
}

export function asFloat(value: Value): number {
  return typeof value === 'number' ? value : conversionFails(value, 'float64');
}

export function asInt(value: Value): bigint {
  return typeof value === 'bigint' ? value : conversionFails(value, 'int');
}
