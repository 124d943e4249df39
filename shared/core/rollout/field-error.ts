/** Texts of what is wrong in a manifest, in the form of Kubernetes' field errors. engine §3. */
import { goJson } from './go-json.ts';
import type { JsonValue } from '../json.ts';
import { stepFields } from './step-schema.ts';

/**
 * Texts are quoted, numbers plain, objects as JSON, nothing as `null`.
 * @param struct name of the value's Go struct, where its field order is not the alphabet's
 */
export function invalid(path: string, value: unknown, detail: string, struct = ''): string {
  return `${path}: Invalid value: ${shown(value, struct)}: ${detail}`;
}

export function required(path: string, detail = ''): string {
  return withDetail(`${path}: Required value`, detail);
}

export function duplicate(path: string, value: unknown): string {
  return `${path}: Duplicate value: ${shown(value)}`;
}

export function unsupported(path: string, value: unknown, supported: readonly string[]): string {
  const list = supported.map((choice) => JSON.stringify(choice)).join(', ');
  return `${path}: Unsupported value: ${shown(value)}: supported values: ${list}`;
}

export function internal(path: string, detail: string): string {
  return `${path}: Internal error: ${detail}`;
}

export function forbidden(path: string, detail: string): string {
  return `${path}: Forbidden: ${detail}`;
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`;
}

function shown(value: unknown, struct = ''): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'object' ? goJson(value as JsonValue, struct, stepFields) : JSON.stringify(value);
}
