import type { Logger } from '#shared/logger.ts';

export interface Said {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A log that keeps what it is told. */
export function aLog(): Logger & { readonly said: Said[] } {
  const said: Said[] = [];
  const level =
    (name: Said['level']) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      said.push({ level: name, message, fields });
    };
  return {
    said,
    forInvocation: () => undefined,
    hide: () => undefined,
    debug: level('debug'),
    info: level('info'),
    warn: level('warn'),
    error: level('error'),
  };
}
