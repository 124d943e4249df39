/** Parameters of the HTTP API. */
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import { QueryError } from './promql/errors.ts';
import { parseDuration } from './promql/literals.ts';

/** Seconds since 1970, with decimals, or RFC 3339. @throws QueryError bad_data */
export function instantParameter(parameters: URLSearchParams, name: string): Instant | undefined {
  const written = parameters.get(name) ?? '';
  if (written === '') return undefined;
  const instant = isNumber(written) ? Math.round(Number(written) * SECOND) : Date.parse(written);
  return Number.isFinite(instant) ? instant : refuse(name, written, 'timestamp');
}

/** Seconds, with decimals, or a duration. @throws QueryError bad_data */
export function stepParameter(parameters: URLSearchParams): Millis | undefined {
  const written = parameters.get('step') ?? '';
  if (written === '') return undefined;
  const step = isNumber(written) ? Number(written) * SECOND : parseDuration(written);
  return step !== undefined && Number.isFinite(step) ? step : refuse('step', written, 'duration');
}

/** @throws QueryError bad_data when it was not given */
export function required(name: string, value: number | undefined): number {
  return value ?? refuse(name, '', name === 'step' ? 'duration' : 'timestamp');
}

function isNumber(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text);
}

function refuse(name: string, written: string, kind: 'timestamp' | 'duration'): never {
  throw new QueryError(
    'bad_data',
    `invalid parameter "${name}": cannot parse ${JSON.stringify(written)} to a valid ${kind}`,
  );
}
