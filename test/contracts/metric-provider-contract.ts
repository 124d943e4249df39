/**
 * What every provider that asks over HTTP must hold, whatever the other side does: a Reading within the deadline, never an
 * exception, never a hang, never a credential in a text (scenarios M-1, M-2, M-4, X-1 to X-3).
 */
import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { Reading } from '#core/analysis/reading.ts';
import type { Millis } from '#core/time.ts';
import type { Deadline } from '#shared/http.ts';
import type { MetricProviderOptions } from '#shared/metric-providers/registry.ts';
import {
  answering,
  openServer,
  optionsFor,
  readingOf,
  taskFor,
  type Answerer,
  type MetricServer,
} from '../unit/metric-providers/support.ts';

export interface ProviderUnderTest {
  readonly name: string;
  /** The `provider` of a metric that asks the server; `{ address, host }` of it are given. */
  readonly provider: (server: Pick<MetricServer, 'address' | 'host'>) => object;
  readonly options?: (server: Pick<MetricServer, 'address' | 'host'>) => Partial<MetricProviderOptions>;
  readonly goodAnswer: Answerer;
  readonly goodReading: Partial<Reading>;
  /** Credentials that the requests carry; none may be told. */
  readonly secrets: readonly string[];
  /** Any text is a value. */
  readonly takesText?: boolean;
}

interface Case {
  readonly reading: Reading;
  readonly server: MetricServer;
}

export function defineMetricProviderContract(subject: ProviderUnderTest): void {
  /** One reading from a server that answers like this. */
  async function read(
    answer: Answerer,
    change: Partial<MetricProviderOptions> = {},
    signal?: AbortSignal,
  ): Promise<Case> {
    const server = await openServer(answer);
    return { reading: await readFrom(server, change, signal), server };
  }

  function readFrom(
    server: MetricServer,
    change: Partial<MetricProviderOptions> = {},
    signal?: AbortSignal,
  ): Promise<Reading> {
    const options = optionsFor(server, { ...subject.options?.(server), ...change });
    return readingOf(taskFor(subject.provider(server)), options, signal);
  }

  function expectError(reading: Reading, text: string | RegExp): void {
    expect(reading).toMatchObject({ kind: 'error' });
    const { message } = reading as Extract<Reading, { kind: 'error' }>;
    if (typeof text === 'string') expect(message).toContain(text);
    else expect(message).toMatch(text);
    for (const secret of subject.secrets) expect(message).not.toContain(secret);
  }

  describe(`given a ${subject.name} metric`, () => {
    it('when the system answers well, then that is the reading', async () => {
      const { reading } = await read(subject.goodAnswer);
      expect(reading).toMatchObject(subject.goodReading);
    });

    it('when the system never answers, then the deadline makes it an error', async () => {
      const timer = new AbortController();
      const startDeadline = (length: number): { length: number; signal: AbortSignal } => ({
        length,
        signal: timer.signal,
      });
      const { reading } = await read(() => timer.abort(), { startDeadline });
      expectError(reading, /no complete answer within \d+ s/);
    });

    it('when the answer trickles, then the deadline makes it an error', async () => {
      const timer = new AbortController();
      const startDeadline = (length: number): { length: number; signal: AbortSignal } => ({
        length,
        signal: timer.signal,
      });
      const trickle: Answerer = (_request, response) => {
        response.writeHead(200, { 'content-length': '100000' });
        response.write('{', () => timer.abort());
      };
      expectError((await read(trickle, { startDeadline })).reading, 'no complete answer');
    });

    it('when the pass gives up, then the reading ends with it', async () => {
      const pass = new AbortController();
      expectError((await read(() => pass.abort(), {}, pass.signal)).reading, 'cancelled');
    });

    it('when nobody listens, then the connection is refused', async () => {
      const server = await openServer(answering(''));
      await server.close();
      expectError(await readFrom(server), 'connection refused');
    });

    it('when the system hangs up in the middle, then it is an error', async () => {
      const hangUp: Answerer = (_request, response) => {
        response.writeHead(200, { 'content-length': '100000' });
        response.write('{"', () => response.destroy());
      };
      expectError((await read(hangUp)).reading, 'connection closed before the answer was complete');
    });

    it('when the answer unpacks to 12 MB, then it is refused', async () => {
      const bomb = gzipSync(Buffer.alloc(12_000_000, '"'));
      const answer = answering(bomb, 200, { 'content-encoding': 'gzip' });
      const { reading } = await read(answer, { startDeadline: withoutEnd });
      expectError(reading, /the answer is larger than \d+ bytes/);
    });

    it.each([
      ['a page', '<html>sign in</html>'],
      ['nothing', ''],
      ['half of it', '{"status":"success","data":{"resu'],
      ['other JSON', '{"a":[1,null,{"b":"c"}]}'],
      ['a number', '1'],
      ['null', 'null'],
      ['bottomless nesting', '['.repeat(200_000)],
    ])('when the answer is %s, then nothing is counted as a value', async (name, body) => {
      const { reading } = await read(answering(body));
      if (subject.takesText === true && name !== 'null') expect(reading.kind).toBe('value');
      else if (reading.kind === 'value') expect(reading.value).toEqual({ kind: 'nil' });
      else expect(reading.kind).toBe('error');
    });

    it.each([400, 401, 403, 404, 429, 500, 503])(
      'when the status is %i and the request is echoed, then it is an error without credentials',
      async (status) => {
        const echo: Answerer = (request, response) => {
          const error = {
            status: 'error',
            errorType: 'echo',
            error: JSON.stringify(request),
            code: 'echo',
            message: JSON.stringify(request),
          };
          response
            .writeHead(status)
            .end(JSON.stringify({ ...error, errors: [{ message: JSON.stringify(request.headers) }] }));
        };
        expectError((await read(echo)).reading, /./);
      },
    );

    it('when the system redirects to a metadata service, then it is refused', async () => {
      const { reading } = await read(answering('', 302, { location: 'http://169.254.169.254/latest/meta-data/' }));
      expectError(reading, 'not allowed: 169.254.169.254 is a metadata address');
    });

    it('when its place is not allowed, then nothing is sent', async () => {
      const { reading, server } = await read(subject.goodAnswer, { egress: {} });
      expectError(reading, 'in egress.loopback');
      expect(server.requests).toEqual([]);
    });
  });
}

/** A busy machine unpacks slowly. */
function withoutEnd(length: Millis): Deadline {
  return { length, signal: new AbortController().signal };
}
