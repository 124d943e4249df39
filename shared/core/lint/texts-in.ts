/** Every text in a value, wherever it stands. */
import type { Path } from './finding.ts';

export interface TextPlace {
  readonly path: Path;
  readonly text: string;
}

/** @param path of the value itself */
export function textsIn(value: unknown, path: Path): readonly TextPlace[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textsIn(member, [...path, key]));
}
