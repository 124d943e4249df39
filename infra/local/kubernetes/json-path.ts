/** The part of JSONPath that printed columns use: `.status.phase`, `.spec.rules[0].host`, `.metadata.labels.a\.b`. */
import { isRecord } from './objects.ts';

/** @returns undefined where the path leads nowhere or says more than this reads (filters, wildcards) */
export function readJsonPath(value: unknown, path: string): unknown {
  const parts = path.match(/(?:\\.|[^.[\]])+/g) ?? [];
  return parts.map((part) => part.replaceAll(/\\(.)/g, '$1')).reduce(step, value);
}

function step(value: unknown, part: string): unknown {
  if (Array.isArray(value)) return value[Number(part)];
  return isRecord(value) ? value[part.replaceAll(/^['"]|['"]$/g, '')] : undefined;
}
