/** The part of Prometheus' HTTP API that analysis asks: paths, parameters and answers as Prometheus has them. */
import type { Instant } from '#core/time.ts';
import { instantParameter, required, stepParameter } from './parameters.ts';
import { QueryError } from './promql/errors.ts';
import { resultJson } from './promql/format.ts';
import { queryInstant, queryRange, type QueryResult } from './promql/query.ts';
import type { SeriesSource } from './promql/value.ts';

export interface ApiRequest {
  readonly path: string;
  /** Of the form in the body and of the URL: the first of a name counts. */
  readonly parameters: URLSearchParams;
}

export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** @param now what a query without `time` means */
export function answer({ path, parameters }: ApiRequest, now: Instant, source: SeriesSource): ApiAnswer {
  const query = parameters.get('query') ?? '';
  switch (path) {
    case '/api/v1/query':
      return answerQuery(() => queryInstant(query, instantParameter(parameters, 'time') ?? now, source));
    case '/api/v1/query_range':
      return answerQuery(() => queryRange(query, rangeOf(parameters), source));
    case '/api/v1/status/buildinfo':
      return json(200, { status: 'success', data: { version: '0.0.0+weir', revision: '', goVersion: '' } });
    case '/-/healthy':
    case '/-/ready':
      return text(200, 'The metrics source is up.\n');
    default:
      return text(404, '404 page not found\n');
  }
}

/** As Prometheus says it: 400 with `bad_data`, 422 with `execution`. */
export function failure(status: number, errorType: string, error: string): ApiAnswer {
  return json(status, { status: 'error', errorType, error });
}

function answerQuery(ask: () => QueryResult): ApiAnswer {
  try {
    return json(200, { status: 'success', data: resultJson(ask()) });
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return failure(error.errorType === 'bad_data' ? 400 : 422, error.errorType, error.message);
  }
}

function rangeOf(parameters: URLSearchParams) {
  return {
    start: required('start', instantParameter(parameters, 'start')),
    end: required('end', instantParameter(parameters, 'end')),
    step: required('step', stepParameter(parameters)),
  };
}

function json(status: number, body: object): ApiAnswer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

function text(status: number, body: string): ApiAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
