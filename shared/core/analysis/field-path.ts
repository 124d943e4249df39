/** Reading one field of a Rollout as text. analysis §3.4. */
import { InvalidSpecError } from '../errors.ts';
import type { Rollout } from '../resources/argo.ts';

/**
 * A `metadata…` path by the rules of Kubernetes' downward API; a missing key of a map gives an empty text.
 * @throws InvalidSpecError for a path that those rules do not know
 */
export function metadataField({ metadata }: Pick<Rollout, 'metadata'>, path: string): string {
  const [, map, key] = /^(.+?)\['(.*)'\]$/s.exec(path) ?? [];
  switch (map ?? path) {
    case 'metadata.labels':
      return mapField(metadata.labels, key);
    case 'metadata.annotations':
      return mapField(metadata.annotations, key);
  }
  if (map !== undefined) throw new InvalidSpecError(`fieldPath ${JSON.stringify(path)} does not support subscript`);
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
  }
  throw new InvalidSpecError(`unsupported fieldPath: ${path}`);
}

/**
 * Any other path: a walk through the Rollout's JSON; `a.b[0].c` and `a[b]0.c` are the same to it.
 * @throws InvalidSpecError unless it ends at a text, number or boolean
 */
export function rolloutField(rollout: object, path: string): string {
  let value: unknown = rollout;
  for (const part of path.split(/[.[\]]+/).filter((part) => part !== '')) value = member(value, part, path);
  if (value === undefined || value === null) throw new InvalidSpecError(`invalid path ${path} in rollout`);
  if (typeof value === 'object')
    throw new InvalidSpecError(`path ${path} in rollout must terminate in a primitive value`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function mapField(map: Readonly<Record<string, string>> = {}, key: string | undefined): string {
  if (key !== undefined) return Object.hasOwn(map, key) ? map[key]! : '';
  const names = Object.keys(map).toSorted();
  return names.map((name) => `${name}=${JSON.stringify(map[name])}`).join('\n');
}

function member(value: unknown, part: string, path: string): unknown {
  if (Array.isArray(value)) return element(value, part);
  if (typeof value !== 'object' || value === null) throw new InvalidSpecError(`invalid path ${path} in rollout`);
  return Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined;
}

function element(list: readonly unknown[], part: string): unknown {
  if (!/^[-+]?\d+$/.test(part)) throw new InvalidSpecError(`invalid index '${part}'`);
  const index = Number.parseInt(part, 10);
  if (index < 0 || index >= list.length) throw new InvalidSpecError(`index ${index} out of range`);
  return list[index];
}
