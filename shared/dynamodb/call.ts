/** What every request to DynamoDB shares: which errors pass by themselves, and how expressions name things. */
import { TransientError } from '#core/errors.ts';

/** @throws TransientError when DynamoDB throttles, fails or does not answer; anything else as it came */
export async function call<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (isTransient(error)) throw new TransientError('DynamoDB did not do its work; try again', { cause: error });
    throw error;
  }
}

export function isFailedCondition(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** Every name goes by its placeholder `#name`: many good ones (state, at, day …) are reserved words. */
export function namesAndValues(expressions: readonly string[], values: Readonly<Record<string, unknown>> = {}) {
  const names = expressions.flatMap((text) => [...text.matchAll(/#(\w+)/g)].map(([, name]) => name ?? ''));
  const entries = Object.entries(values).map(([name, value]) => [`:${name}`, value] as const);
  return {
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ...(entries.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(entries) }),
  };
}

const TRANSIENT = new Set([
  'InternalServerError',
  'ItemCollectionSizeLimitExceededException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ThrottlingException',
  'TimeoutError',
  'TransactionConflictException',
]);

/** Throttling and AWS's own faults; an errno: no answer came. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (TRANSIENT.has(error.name)) return true;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return (status !== undefined && status >= 500) || 'errno' in error;
}
