/** Why a query has no answer. */

/**
 * `bad_data`: the text is no PromQL, or its types do not fit. `execution`: it is PromQL, but cannot be answered: the
 * series do not match up, or this source does not know the construct. Prometheus' words (`errorType` of its API).
 */
export type QueryErrorType = 'bad_data' | 'execution';

export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly errorType: QueryErrorType;
  constructor(errorType: QueryErrorType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.errorType = errorType;
  }
}
