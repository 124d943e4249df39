/** Flags that all verbs share, and one way to refuse what is not understood. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { parseDuration } from '#core/duration.ts';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import type { Millis } from '#core/time.ts';

const COMMON = {
  server: { type: 'string' },
  data: { type: 'string' },
  output: { type: 'string', short: 'o' },
  namespace: { type: 'string', short: 'n' },
} as const;

type Options = NonNullable<ParseArgsConfig['options']>;

/** @throws InvalidSpecError with the verb's usage */
export function parseFlags<T extends Options>(args: readonly string[], options: T, usage: string) {
  try {
    const parsed = parseArgs({ args: [...args], options: { ...COMMON, ...options }, allowPositionals: true });
    const { output } = parsed.values as { output?: string };
    if (output !== undefined && output !== 'json' && output !== 'yaml')
      throw new Error(`-o takes json or yaml, not "${output}"`);
    return parsed;
  } catch (error) {
    throw new InvalidSpecError(`${messageOf(error)}\n\n${usage}`, { cause: error });
  }
}

/** The name, and nothing after it that would go unheard. @throws InvalidSpecError */
export function onlyNameFrom(positionals: readonly string[], namespace: string | undefined, usage: string): string {
  noMoreThan(1, positionals, usage);
  return nameFrom(positionals, namespace, usage);
}

export function noMoreThan(count: number, positionals: readonly string[], usage: string): void {
  const extra = positionals[count];
  if (extra !== undefined) throw new InvalidSpecError(`"${extra}" is one word too many\n\n${usage}`);
}

export function countFrom(text: string, flag: string, most: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= most) return count;
  throw new InvalidSpecError(`${flag} takes a number from 1 to ${most}, not "${text}"`);
}

/** The one name that the verb needs. @throws InvalidSpecError */
export function nameFrom(positionals: readonly string[], namespace: string | undefined, usage: string): string {
  const [name] = positionals;
  if (name === undefined) throw new InvalidSpecError(`the name of an object is missing\n\n${usage}`);
  return namespace === undefined || name.includes('/') ? name : `${namespace}/${name}`;
}

export function timeFrom(text: string, flag: string): Millis {
  const parsed = parseDuration(text);
  if (parsed.ok && parsed.ms > 0) return parsed.ms;
  throw new InvalidSpecError(`${flag} takes a duration such as 90s or 10m, not "${text}"`);
}
