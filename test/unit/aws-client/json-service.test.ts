import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { InvalidSpecError } from '#core/errors.ts';
import { connectJsonService } from '#shared/aws-client/json-service.ts';

const SERVICE = { name: 'sqs', target: 'AmazonSQS', version: '1.0' } as const;

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is answered in turn; 'hang up' ends the connection in the middle of an answer. */
let answers: (Answer | 'hang up')[] = [];
let asked: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
const waits: number[] = [];
const retry = { wait: async (length: number) => void waits.push(length), random: () => 0.5 };

const server = createServer((request, response) => {
  void text(request).then((body) => {
    asked.push({ headers: request.headers, body });
    const answer = answers.shift() ?? { status: 200, body: '{"ok":true}' };
    if (answer === 'hang up') {
      response.writeHead(200, { 'content-length': 100 });
      return response.write('{', () => request.socket.destroy());
    }
    return response.writeHead(answer.status, answer.headers).end(answer.body);
  });
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  answers = [];
  asked = [];
  waits.length = 0;
});

function environment(): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'hidden',
    AWS_SESSION_TOKEN: 'session',
  };
}

function send(others: NodeJS.ProcessEnv = {}) {
  return connectJsonService(SERVICE, { ...environment(), ...others }, retry)('SendMessage', { MessageBody: 'é' });
}

function refusal(status: number, __type: string): Answer {
  return { status, body: JSON.stringify({ __type, message: 'because' }) };
}

describe('given a service of AWS that speaks JSON', () => {
  it('when it is asked, then operation, protocol and proof travel in the headers, and the input as JSON', async () => {
    expect(await send()).toEqual({ ok: true });
    expect(asked[0]?.body).toBe('{"MessageBody":"é"}');
    expect(asked[0]?.headers).toMatchObject({
      'x-amz-target': 'AmazonSQS.SendMessage',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-security-token': 'session',
      'user-agent': 'weir',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-west-1\/sqs\/aws4_request, /),
    });
  });

  it('when it answers nothing, then that is an empty output', async () => {
    answers = [{ status: 200, body: '' }];
    expect(await send()).toEqual({});
  });

  it.each([
    { first: refusal(400, 'com.amazonaws.sqs#RequestThrottled'), wait: 250 },
    { first: { status: 429, body: '' }, wait: 250 },
    { first: { status: 503, body: '<html>' }, wait: 50 },
    { first: refusal(500, 'InternalServerError'), wait: 50 },
    { first: 'hang up' as const, wait: 50 },
  ])('when it fails with $first first, then it is asked again after a while', async ({ first, wait }) => {
    answers = [first];
    expect(await send()).toEqual({ ok: true });
    expect(waits).toEqual([wait]);
  });

  it('when it fails for good, then three attempts are made, and the last error is told', async () => {
    answers = [503, 503, 503, 200].map((status) => ({ status, body: '{}' }));
    await expect(send()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(waits).toEqual([50, 100]);
  });

  it('when it has closed the connections that were kept, as a frozen function finds them, then it is asked anew at once', async () => {
    await Promise.all([send(), send(), send(), send()]);
    const kept = asked.length;
    server.closeIdleConnections();
    expect(await send()).toEqual({ ok: true });
    expect(asked).toHaveLength(kept + 1);
    expect(waits).toEqual([]);
  });

  it.each([
    { answer: refusal(400, 'com.amazon.coral.validate#ValidationException'), name: 'ValidationException' },
    { answer: refusal(400, 'ResourceNotFoundException:http://internal/'), name: 'ResourceNotFoundException' },
    { answer: { ...refusal(400, 'x'), headers: { 'x-amzn-errortype': 'AccessDenied' } }, name: 'AccessDenied' },
    { answer: { status: 400, body: 'null' }, name: 'UnknownError' },
    { answer: { status: 403, body: 'no JSON' }, name: 'UnknownError' },
  ])('when it refuses with $answer, then that is a $name, and it is not asked again', async ({ answer, name }) => {
    answers = [answer];
    await expect(send()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: answer.status } });
    expect(asked).toHaveLength(1);
  });

  it('when nobody listens, then that is told with the address, and nothing of the request', async () => {
    await expect(send({ AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'no answer from 127.0.0.1:9',
    });
  });

  it.each(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'when the environment lacks %s, then it is named and nothing is sent',
    async (name) => {
      await expect(send({ [name]: undefined })).rejects.toThrow(InvalidSpecError);
      await expect(send({ [name]: '' })).rejects.toThrow(`${name} is missing in the environment`);
      expect(asked).toEqual([]);
    },
  );
});
