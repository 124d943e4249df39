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
