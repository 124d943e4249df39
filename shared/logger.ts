/**
 * The log of the Lambda functions: one JSON object a line, a constant message and fields. All lines go to stderr, which
 * CloudWatch takes as well as stdout; on a laptop stdout stays what was asked for.
 */
import { Logger as Powertools, type LogItem } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { redactor } from './core/analysis/secrets.ts';
import { messageOf } from './core/errors.ts';
import type { Log } from './ports.ts';

export interface Logger extends Log {
  /** From now on each line says which invocation it belongs to, and whether that was a cold start. */
  forInvocation(context: Context): void;
  /** From now on these values show as `*****` in every line, also as JSON, URLs and base64 write them. */
  hide(secrets: readonly string[]): void;
}

export interface LoggerOptions {
  /** The function's name: the field `service`. */
  readonly service: string;
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
  /** Takes one line without its end; stderr by default. */
  readonly write?: (line: string) => void;
}

/** Fields whose texts never show, whatever they hold: a second net under `hide`. */
const SECRET_FIELD = /authorization|password|secret|signature|token|cookie|api-?key/i;
const MASK = '*****';
const MOST_CAUSES = 5;

export function createLogger({ service, level = 'info', write = toStderr }: LoggerOptions): Logger {
  const secrets = new Set<string>();
  let redact = redactor([]);

  /** Called for every key and value of a line. */
  function shown(key: string, value: unknown): unknown {
    if (value instanceof Error) return plainError(value);
    if (typeof value !== 'string') return value;
    return SECRET_FIELD.test(key) ? MASK : redact(value);
  }

  /** Powertools prints info and below to stdout; `write` is no field, since its constructor may print already. */
  class LineLogger extends Powertools {
    protected override printLog(_level: number, item: LogItem): void {
      item.prepareForPrint();
      write(JSON.stringify(item.getAttributes(), this.getJsonReplacer()));
    }
  }

  const lines = new LineLogger({ serviceName: service, logLevel: POWERTOOLS_LEVEL[level], jsonReplacerFn: shown });
  return {
    debug: (message, fields = {}) => lines.debug(message, fields),
    info: (message, fields = {}) => lines.info(message, fields),
    warn: (message, fields = {}) => lines.warn(message, fields),
    error: (message, fields = {}) => lines.error(message, fields),
    forInvocation: (context) => lines.addContext(context),
    hide(values) {
      for (const value of values) secrets.add(value).add(Buffer.from(value).toString('base64'));
      redact = redactor([...secrets]);
    },
  };
}

const POWERTOOLS_LEVEL = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

/** Only what says what happened: errors of HTTP clients carry their request along, credentials and all. */
function plainError(error: Error, causesLeft = MOST_CAUSES): object {
  const { name, message, stack, cause } = error;
  const plain = { name, message, stack };
  if (cause === undefined || causesLeft === 0) return plain;
  return { ...plain, cause: cause instanceof Error ? plainError(cause, causesLeft - 1) : messageOf(cause) };
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
