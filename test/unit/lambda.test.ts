import { describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { ConflictError, DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import { batchFunction, httpFunction, lambdaFunction, type HttpEvent, type WeirFunction } from '#shared/lambda.ts';
import { createLogger } from '#shared/logger.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { aContext } from '../support/lambda-context.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function somePorts() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  return { clock: new VirtualClock(), log: createLogger({ service: 'test', level: 'debug', write }), lines };
}

describe('a function', () => {
  it('given an invocation, its middleware runs around the handler', async () => {
    const ports = somePorts();
    const handler = lambdaFunction(
      {
        name: 'tick',
        async handle(event: { n: number }) {
          ports.log.info('In the handler');
          await ports.clock.advance(40);
          return event.n + 1;
        },
      },
      ports,
    );
    expect(await handler({ n: 1 }, aContext('abc'))).toBe(2);
    expect(ports.lines).toEqual([
      expect.objectContaining({ message: 'In the handler', function_request_id: 'abc' }),
      expect.objectContaining({ level: 'DEBUG', message: 'Invocation finished', function: 'tick', ms: 40 }),
    ]);
  });

  it('given a handler that returns nothing, neither does the function', async () => {
    const handler = lambdaFunction({ name: 'notifier', handle: async () => undefined }, somePorts());
    expect(await handler({}, aContext())).toBeUndefined();
  });

  it.each([
    { given: 'a bug', error: new TypeError('undefined is not a function'), level: 'ERROR' },
    { given: 'an outside system that is down', error: new TransientError('no answer'), level: 'WARN' },
    { given: 'a conflict', error: new ConflictError('409'), level: 'WARN' },
    { given: 'a wrong manifest', error: new InvalidSpecError('step 3'), level: 'INFO' },
    { given: 'an asker who may not', error: new DeniedError('no'), level: 'INFO' },
  ])('given $given, it is logged as $level with its cause, and thrown on', async ({ error, level }) => {
    const ports = somePorts();
    error.cause = new Error('the cause');
    const handler = lambdaFunction({ name: 'tick', handle: () => Promise.reject(error) }, ports);
    await expect(handler({}, aContext('abc'))).rejects.toBe(error);
    expect(ports.lines).toEqual([
      expect.objectContaining({
        level,
        message: 'Invocation failed',
        function: 'tick',
        function_request_id: 'abc',
        error: expect.objectContaining({
          message: error.message,
          cause: expect.objectContaining({ message: 'the cause' }),
        }),
      }),
    ]);
  });

  it('given a handler that throws before it is asynchronous, it is the same', async () => {
    const ports = somePorts();
    const handle = (): Promise<never> => {
      throw new Error('at once');
    };
    await expect(lambdaFunction({ name: 'tick', handle }, ports)({}, aContext())).rejects.toThrow('at once');
    expect(ports.lines).toHaveLength(1);
  });

  it('that was not made by the builder is none', () => {
    const bare = async () => 'bare';
    // @ts-expect-error a handler without its middleware cannot be exported
    const notWrapped: WeirFunction = bare;
    const discarded = (): WeirFunction => {
      lambdaFunction({ name: 'tick', handle: bare }, somePorts());
      // @ts-expect-error nor one whose wrapper was thrown away
      return bare;
    };
    const madeByTheBuilder: WeirFunction = lambdaFunction({ name: 'tick', handle: bare }, somePorts());
    expect([notWrapped, discarded(), madeByTheBuilder]).toHaveLength(3);
  });
});

describe('a function behind an HTTP address', () => {
  function anEvent(more: Partial<HttpEvent> = {}): HttpEvent {
    return {
      rawPath: '/api/rollouts',
      rawQueryString: '',
      headers: {},
      isBase64Encoded: false,
      requestContext: { http: { method: 'GET' } },
      ...more,
    };
  }

  async function asked(
    event: HttpEvent,
    largestBodyBytes?: number,
  ): Promise<{ request?: WebRequest; status?: number }> {
    let request: WebRequest | undefined;
    const handle = async (received: WebRequest): Promise<WebResponse> => {
      request = received;
      return { status: 200, body: {} };
    };
    const limit = largestBodyBytes === undefined ? {} : { largestBodyBytes };
    const result = await httpFunction({ name: 'api', handle, ...limit }, somePorts())(event, aContext());
    return { ...(request && { request }), ...(result.statusCode && { status: result.statusCode }) };
  }

  it('given an event of API Gateway, the handler gets a plain request', async () => {
    const event = anEvent({
      rawQueryString: 'limit=5&name=a%20b',
      headers: { Authorization: 'Bearer x' },
      body: '{"a":1}',
      requestContext: { http: { method: 'POST' } },
    });
    expect((await asked(event)).request).toEqual({
      method: 'POST',
      path: '/api/rollouts',
      headers: { authorization: 'Bearer x' },
      query: { limit: '5', name: 'a b' },
      rawBody: '{"a":1}',
    });
  });

  it.each([
    {
      given: 'base64',
      event: { body: Buffer.from('grüße').toString('base64'), isBase64Encoded: true },
      rawBody: 'grüße',
    },
    { given: 'no body', event: {}, rawBody: '' },
  ])('given $given, the body is decoded', async ({ event, rawBody }) => {
    expect((await asked(anEvent(event))).request?.rawBody).toBe(rawBody);
  });

  it.each([
    { given: 'as many bytes as allowed', body: 'é'.repeat(5), isBase64Encoded: false, status: 200 },
    { given: 'one byte more', body: `${'é'.repeat(5)}x`, isBase64Encoded: false, status: 413 },
    { given: 'base64 of as many', body: Buffer.alloc(10).toString('base64'), isBase64Encoded: true, status: 200 },
    { given: 'base64 of one more', body: Buffer.alloc(11).toString('base64'), isBase64Encoded: true, status: 413 },
  ])('given a body of $given, it answers $status', async ({ body, isBase64Encoded, status }) => {
    const found = await asked(anEvent({ body, isBase64Encoded }), 10);
    expect(found.status).toBe(status);
    expect(found.request === undefined).toBe(status === 413);
  });

  it('answers with JSON', async () => {
    const handle = async () => ({ status: 201, body: { stored: 1 } });
    expect(await httpFunction({ name: 'api', handle }, somePorts())(anEvent(), aContext())).toEqual({
      statusCode: 201,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"stored":1}',
    });
  });

  it.each([
    {
      given: 'a bug',
      error: new TypeError('secret detail'),
      status: 500,
      says: { error: 'internal error', requestId: 'abc' },
    },
    {
      given: 'a thrown text',
      error: 'secret detail',
      status: 500,
      says: { error: 'internal error', requestId: 'abc' },
    },
    {
      given: 'an outside system that is down',
      error: new TransientError('secret detail'),
      status: 503,
      says: { error: 'not available now; try again' },
    },
    {
      given: 'a conflict',
      error: new ConflictError('secret detail'),
      status: 503,
      says: { error: 'not available now; try again' },
    },
    {
      given: 'a mistake of the asker',
      error: new InvalidSpecError('step 3 is missing'),
      status: 400,
      says: { error: 'step 3 is missing' },
    },
    { given: 'an asker who may not', error: new DeniedError('not yours'), status: 403, says: { error: 'not yours' } },
  ])(
    'given $given, it answers $status, tells no more than it should, and the log tells all',
    async ({ error, status, says }) => {
      const ports = somePorts();
      const handler = httpFunction({ name: 'api', handle: () => Promise.reject(error) }, ports);
      const result = await handler(anEvent(), aContext('abc'));
      expect(result).toMatchObject({ statusCode: status, headers: { 'content-type': 'application/json' } });
      expect(JSON.parse(result.body ?? '')).toEqual(says);
      expect(JSON.stringify(ports.lines)).toContain(error instanceof Error ? error.message : error);
      expect(ports.lines).toEqual([expect.objectContaining({ message: 'Invocation failed' })]);
    },
  );
});

describe('a function behind a queue', () => {
  function records(...bodies: readonly string[]) {
    return { Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) as SQSRecord[] };
  }

  it.each([true, false])('given messages that fail, only those come again (in order: %s)', async (inOrder) => {
    const ports = somePorts();
    const done: string[] = [];
    const handler = batchFunction(
      {
        name: 'orders',
        inOrder,
        async handle({ body }) {
          if (body === 'bad') throw new TransientError('later');
          done.push(body);
        },
      },
      ports,
    );
    expect(await handler(records('a', 'bad', 'b', 'bad'), aContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm3' }],
    });
    expect(done).toEqual(['a', 'b']);
    expect(ports.lines.filter(({ message }) => message === 'Message failed')).toEqual([
      expect.objectContaining({ level: 'WARN', messageId: 'm1', function: 'orders' }),
      expect.objectContaining({ level: 'WARN', messageId: 'm3' }),
    ]);
  });

  it('given a handler that throws before it is asynchronous, the others are done all the same', async () => {
    const handler = batchFunction(
      {
        name: 'orders',
        handle({ body }): Promise<void> {
          if (body === 'bad') throw new Error('at once');
          return Promise.resolve();
        },
      },
      somePorts(),
    );
    expect(await handler(records('bad', 'a'), aContext())).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
  });

  it.each([
    { inOrder: true, then: ['start a', 'end a', 'start b', 'end b'] },
    { inOrder: false, then: ['start a', 'start b', 'end a', 'end b'] },
  ])('given inOrder $inOrder, the messages run $then', async ({ inOrder, then }) => {
    const said: string[] = [];
    const handle = async ({ body }: SQSRecord) => {
      said.push(`start ${body}`);
      await Promise.resolve();
      said.push(`end ${body}`);
    };
    await batchFunction({ name: 'orders', handle, inOrder }, somePorts())(records('a', 'b'), aContext());
    expect(said).toEqual(then);
  });
});
