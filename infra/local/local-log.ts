/** The log of the local stack: warnings and errors as JSON lines on stderr, so that stdout stays what was asked for. */
import type { Log } from '#shared/ports.ts';

export function createLocalLog(): Log {
  const write =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
    };
  const silent = () => undefined;
  return { debug: silent, info: silent, warn: write('warn'), error: write('error') };
}
