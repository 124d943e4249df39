/**
 * The edge of every function. AWS Lambda is given a WeirFunction, and only `lambdaFunction` makes one: a handler that was
 * not wrapped, or whose wrapper was thrown away, does not fit the type.
 */
import withMiddleware, { type MiddlewareObj } from '@middy/core';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSBatchResponse,
  SQSEvent,
  SQSRecord,
} from 'aws-lambda';
import { ConflictError, DeniedError, InvalidSpecError, TransientError } from './core/errors.ts';
import type { Logger } from './logger.ts';
import type { Clock } from './ports.ts';
import type { WebRequest, WebResponse } from './web-request.ts';

declare const wrapped: unique symbol;

/** What `main.ts` of a function exports as `handler`. */
export interface WeirFunction<Event = never, Result = unknown> {
  (event: Event, context: Context): Promise<Result>;
  readonly [wrapped]: true;
}

export interface LambdaPorts {
  readonly log: Logger;
  readonly clock: Clock;
}

export interface FunctionSpec<Event, Result> {
  readonly name: string;
  readonly handle: (event: Event, context: Context) => Promise<Result>;
  /** What the caller gets for an error, which has been logged then. Without it the error is thrown on to Lambda. */
  readonly answerError?: (error: unknown, context: Context) => Result;
}

/** Each invocation: its id into every line, one line at its end, an error with its causes, then answered or thrown on. */
export function lambdaFunction<Event, Result>(
  { name, handle, answerError }: FunctionSpec<Event, Result>,
  ports: LambdaPorts,
): WeirFunction<Event, Result> {
  // Lambda itself ends a function that takes too long, and its process. Ending it early would leave the work running
  // into the next invocation.
  const handler = withMiddleware<Event, Result>(handle, { timeoutEarlyInMillis: 0 })
    // middy asks onError in reverse: the error is logged before it is answered.
    .use(answeredErrors(answerError))
    .use(invocationLines(name, ports));
  return handler as unknown as WeirFunction<Event, Result>;
}

export interface HttpFunctionSpec {
  readonly name: string;
  readonly handle: (request: WebRequest) => Promise<WebResponse>;
  /** Longer bodies are answered with 413 and not looked at; 1 MiB by default. */
  readonly largestBodyBytes?: number;
}

/** What API Gateway (payload 2.0) and function URLs send. */
export type HttpEvent = Pick<APIGatewayProxyEventV2, 'rawPath' | 'rawQueryString' | 'headers' | 'isBase64Encoded'> & {
  readonly body?: string | undefined;
  readonly requestContext: {
    readonly http: Pick<APIGatewayProxyEventV2['requestContext']['http'], 'method'>;
    readonly authentication?: { readonly clientCert?: { readonly subjectDN: string } } | undefined;
  };
};

/** A function behind an HTTP address. Outsiders see JSON, and of an error nothing but what is theirs to mend. */
export function httpFunction(
  { name, handle, largestBodyBytes = 1024 * 1024 }: HttpFunctionSpec,
  ports: LambdaPorts,
): WeirFunction<HttpEvent, APIGatewayProxyStructuredResultV2> {
  return lambdaFunction(
    {
      name,
      async handle(event: HttpEvent) {
        const rawBody = bodyOf(event, largestBodyBytes);
        if (rawBody === undefined) return refusal(413, `the body is larger than ${largestBodyBytes} bytes`);
        return toResult(await handle(toRequest(event, rawBody)));
      },
      answerError: answerOutsider,
    },
    ports,
  );
}

export interface BatchFunctionSpec {
  readonly name: string;
  /** What it throws puts this one message back into the queue. */
  readonly handle: (record: SQSRecord) => Promise<void>;
  /** One after the other where the messages of a batch must not meet; side by side by default. */
  readonly inOrder?: boolean;
}

/** A function behind a queue: one message that fails does not repeat the others (`ReportBatchItemFailures`). */
export function batchFunction(
  { name, handle, inOrder = false }: BatchFunctionSpec,
  ports: LambdaPorts,
): WeirFunction<Pick<SQSEvent, 'Records'>, SQSBatchResponse> {
  async function failed(record: SQSRecord): Promise<readonly { itemIdentifier: string }[]> {
    try {
      await handle(record);
      return [];
    } catch (error) {
      ports.log[levelOf(error)]('Message failed', { function: name, messageId: record.messageId, error });
      return [{ itemIdentifier: record.messageId }];
    }
  }
  return lambdaFunction(
    {
      name,
      async handle({ Records }: Pick<SQSEvent, 'Records'>) {
        const failures = inOrder ? await oneByOne(Records, failed) : await Promise.all(Records.map(failed));
        return { batchItemFailures: failures.flat() };
      },
    },
    ports,
  );
}

function invocationLines(name: string, { log, clock }: LambdaPorts): MiddlewareObj {
  return {
    before({ context, internal }) {
      Object.assign(internal, { startedAt: clock.now() });
      log.forInvocation(context);
    },
    after({ internal }) {
      log.debug('Invocation finished', { function: name, ms: elapsed(internal) });
    },
    onError({ error, internal }) {
      log[levelOf(error)]('Invocation failed', { function: name, ms: elapsed(internal), error });
    },
  };

  function elapsed(internal: Record<string, unknown>): number {
    return clock.now() - Number(internal['startedAt']);
  }
}

function answeredErrors(answerError: FunctionSpec<never, unknown>['answerError']): MiddlewareObj {
  return { onError: ({ error, context }) => answerError?.(error, context) };
}

/** Nobody must act, a user must, a maintainer must (core/errors.ts). */
function levelOf(error: unknown): 'info' | 'warn' | 'error' {
  if (error instanceof InvalidSpecError || error instanceof DeniedError) return 'info';
  return error instanceof TransientError || error instanceof ConflictError ? 'warn' : 'error';
}

/** The two errors that are the asker's to mend are told; the others are ours, and found in the log by their id. */
function answerOutsider(error: unknown, { awsRequestId }: Context): APIGatewayProxyStructuredResultV2 {
  if (error instanceof InvalidSpecError) return refusal(400, error.message);
  if (error instanceof DeniedError) return refusal(403, error.message);
  if (error instanceof TransientError || error instanceof ConflictError) {
    return refusal(503, 'not available now; try again');
  }
  return toResult({ status: 500, body: { error: 'internal error', requestId: awsRequestId } });
}

function toRequest(event: HttpEvent, rawBody: string): WebRequest {
  const subject = event.requestContext.authentication?.clientCert?.subjectDN;
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value])),
    query: Object.fromEntries(new URLSearchParams(event.rawQueryString)),
    rawBody,
    ...(subject !== undefined && { clientCertificate: subject }),
  };
}

/** Undefined when it is too long; of base64 that is known before it is decoded. */
function bodyOf({ body = '', isBase64Encoded }: HttpEvent, mostBytes: number): string | undefined {
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes > mostBytes) return undefined;
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}

function refusal(status: number, error: string): APIGatewayProxyStructuredResultV2 {
  return toResult({ status, body: { error } });
}

function toResult({ status, body, headers }: WebResponse): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

async function oneByOne<In, Out>(items: readonly In[], work: (item: In) => Promise<Out>): Promise<readonly Out[]> {
  const results: Out[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
