import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import { answering, answeringInTurn, openServer, optionsFor, providerFor, readingOf, taskFor, NOW } from './support.ts';

const UP = { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '1'] }] } };

function success(resultType: string, result: unknown): object {
  return { status: 'success', data: { resultType, result } };
}

const sampleOf = (value: string): object => ({ metric: {}, value: [1, value] });

async function readAnswer(body: unknown, status = 200): Promise<Reading> {
  const server = await openServer(answering(body, status));
  return await readingOf(taskFor({ prometheus: { address: server.address, query: 'up' } }), optionsFor(server));
}

describe('given an answer with a value', () => {
  it.each([
    ['one sample', success('vector', [sampleOf('0.95')]), '[0.95]', [0.95]],
    ['several in order', success('vector', [sampleOf('3'), sampleOf('1')]), '[3,1]', [3, 1]],
    ['none', success('vector', []), '[]', []],
    ['NaN', success('vector', [sampleOf('NaN')]), '[NaN]', [Number.NaN]],
    ['infinities', success('vector', [sampleOf('+Inf'), sampleOf('-Inf')]), '[+Inf,-Inf]', [Infinity, -Infinity]],
    ['negative zero', success('vector', [sampleOf('-0')]), '[-0]', [-0]],
    ['a huge number', success('vector', [sampleOf('1e21')]), '[1000000000000000000000]', [1e21]],
    ['a tiny number', success('vector', [sampleOf('1e-7')]), '[0.0000001]', [1e-7]],
    [
      'a matrix',
      success('matrix', [
        {
          metric: {},
          values: [
            [1, '1'],
            [2, '2'],
          ],
        },
        { values: [[1, '3']] },
      ]),
      '[1,2,3]',
      [1, 2, 3],
    ],
    ['an empty matrix', success('matrix', []), '[]', []],
  ])('when it is %s, then it is a float array', async (_name, body, text, values) => {
    expect(await readAnswer(body)).toEqual({ kind: 'value', value: { kind: 'vector', values }, text });
  });

  it.each([
    ['1.5', 1.5],
    ['NaN', Number.NaN],
  ])('when it is the scalar %s, then it is one float', async (text, value) => {
    expect(await readAnswer(success('scalar', [1, text]))).toEqual({
      kind: 'value',
      value: { kind: 'scalar', value },
      text,
    });
  });

  it('when it warns, then the measurement tells so', async () => {
    const reading = await readAnswer({ ...UP, warnings: ['one', 'say "two"'] });
    expect(reading).toMatchObject({ metadata: { warnings: '"one", "say "two""' } });
  });

  it('when its list of warnings is empty, then there is no metadata', async () => {
    expect(await readAnswer({ ...UP, warnings: [] })).not.toHaveProperty('metadata');
  });
});

describe('given an answer without a value, then it is an error', () => {
  it.each([
    ['a string', success('string', [1, 'x']), 200, 'Prometheus metric type not supported'],
    ['an unknown type', success('table', []), 200, /^bad_response: unexpected data/],
    [
      'a number beyond the range',
      success('vector', [sampleOf('1e309')]),
      200,
      'bad_response: sample value "1e309" is not a number',
    ],
    ['an empty number', success('scalar', [1, '']), 200, 'bad_response: sample value "" is not a number'],
    ['a number instead of its text', success('scalar', [1, 1]), 200, /^bad_response/],
    ['a histogram', success('vector', [{ metric: {}, histogram: [1, {}] }]), 200, /^bad_response/],
    ['null for the samples', success('vector', null), 200, /^bad_response/],
    ['no data', { status: 'success' }, 200, /^bad_response/],
    ['no status', { data: { resultType: 'vector', result: [] } }, 200, /^bad_response/],
    [
      'an error in a good status',
      { status: 'error', errorType: 'timeout', error: 'too slow' },
      200,
      'timeout: too slow',
    ],
    ['a bad query', { status: 'error', errorType: 'bad_data', error: 'parse error' }, 400, 'bad_data: parse error'],
    [
      'an execution error',
      { status: 'error', errorType: 'execution', error: 'many-to-many' },
      422,
      'execution: many-to-many',
    ],
    ['success in a bad status', UP, 400, 'client_error: client error: 400'],
    ['a sign-in page', '<html>', 401, 'client_error: client error: 401'],
    ['a page not found', 'not here', 404, 'client_error: client error: 404'],
    ['a gateway that fails', '<html>', 502, 'server_error: server error: 502'],
    [
      'an overloaded Prometheus',
      { status: 'error', errorType: 'unavailable', error: 'x' },
      503,
      'server_error: server error: 503',
    ],
    ['a page', '<html>', 200, "bad_response: invalid character '<' looking for beginning of value"],
    ['half an answer', '{"status":"succ', 200, 'bad_response: unexpected end of JSON input'],
  ])('when it is %s', async (_name, body, status, message) => {
    const text: unknown = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect(await readAnswer(body, status)).toEqual({ kind: 'error', message: text });
  });
});

describe('given an instant query', () => {
  it('when it is asked, then as a form, at the time of the pass', async () => {
    const server = await openServer(answering(UP));
    const prometheus = {
      address: `${server.address}/prom/`,
      query: 'sum(rate(x[5m])) > 1',
      headers: [{ key: 'X-Scope-OrgID', value: 't' }],
    };
    await readingOf(taskFor({ prometheus }, { now: NOW + 250 }), optionsFor(server));
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/prom/api/v1/query',
        body: 'query=sum%28rate%28x%5B5m%5D%29%29+%3E+1&time=1704067200.25',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-scope-orgid': 't' },
      },
    ]);
  });

  it.each([403, 405, 501])('when POST is answered with %i, then it is asked again with GET', async (status) => {
    const server = await openServer(answeringInTurn(answering('no', status), answering(UP)));
    const reading = await readingOf(
      taskFor({ prometheus: { address: server.address, query: 'up' } }),
      optionsFor(server),
    );
    expect(reading).toMatchObject({ kind: 'value', text: '[1]' });
    expect(server.requests[1]).toMatchObject({
      method: 'GET',
      path: '/api/v1/query?query=up&time=1704067200',
      body: '',
    });
  });

  it.each([400, 401, 404, 500])('when POST is answered with %i, then it is asked once', async (status) => {
    const server = await openServer(answering('no', status));
    await readingOf(taskFor({ prometheus: { address: server.address, query: 'up' } }), optionsFor(server));
    expect(server.requests).toHaveLength(1);
  });

  it('when its result is kept, then with the resolved query', async () => {
    const server = await openServer(answering(UP));
    const task = taskFor({ prometheus: { address: server.address, query: 'up' } });
    const provider = await providerFor(task, optionsFor(server));
    expect(provider.metadata?.(task)).toEqual({ ResolvedPrometheusQuery: 'up' });
    const faulty = taskFor({ prometheus: { address: 'no url', query: 'up' } });
    expect(provider.metadata?.(faulty)).toEqual({});
  });
});

describe('given a range query', () => {
  const rangeQuery = { start: 'now() - duration("1h")', end: 'now()', step: '90s' };

  it('when it is asked, then with instants and a step in seconds', async () => {
    const server = await openServer(answering(success('matrix', [])));
    const prometheus = { address: server.address, query: 'up', rangeQuery };
    expect(await readingOf(taskFor({ prometheus }), optionsFor(server))).toMatchObject({ kind: 'value', text: '[]' });
    expect(server.requests[0]).toMatchObject({
      path: '/api/v1/query_range',
      body: 'end=1704067200&query=up&start=1704063600&step=90',
    });
  });

  it.each([
    [{ start: '5' }, 'failed to parse rangeQuery.start as time: expected time.Time, but got int'],
    [{ end: 'nope' }, 'failed to parse rangeQuery.end as time: unknown name nope'],
    [{ step: '10' }, 'failed to parse rangeQuery.step as duration: time: missing unit in duration "10"'],
    [{ step: undefined }, 'failed to parse rangeQuery.step as duration: time: invalid duration ""'],
  ])('when %j is wrong, then nothing is asked', async (change, message) => {
    const server = await openServer(answering(UP));
    const prometheus = { address: server.address, query: 'up', rangeQuery: { ...rangeQuery, ...change } };
    expect(await readingOf(taskFor({ prometheus }), optionsFor(server))).toEqual({ kind: 'error', message });
    expect(server.requests).toEqual([]);
  });
});

describe('given a metric that is written wrongly, then it is an error', () => {
  const address = 'http://127.0.0.1:1';
  const both = 'missing mandatory parameter in metric for basic auth setup';
  it.each([
    [{}, 'prometheus address is not configured'],
    [{ address: 'not a url' }, 'prometheus address is not is url format'],
    [{ address: 'prometheus:9090' }, 'prometheus address is not is url format'],
    [{ address: '/api' }, 'prometheus address is not is url format'],
    [{ address, timeout: -1 }, 'prometheus timeout should not be negative'],
    [{ address, authentication: { basicAuth: { username: 'u' } } }, `${both}: password`],
    [{ address, authentication: { basicAuth: { password: 'p' } } }, `${both}: username`],
    [
      { address, authentication: { oauth2: { tokenUrl: 'http://t', clientId: 'i' } } },
      'missing mandatory parameter in metric for OAuth2 setup',
    ],
  ])('when it is %j', async (prometheus, message) => {
    expect(await readingOf(taskFor({ prometheus }), optionsFor({ host: '127.0.0.1:1' }))).toEqual({
      kind: 'error',
      message,
    });
  });

  it('when it has no address, then the environment names one', async () => {
    const server = await openServer(answering(UP));
    const environment = { ARGO_ROLLOUTS_PROMETHEUS_ADDRESS: server.address };
    const reading = await readingOf(taskFor({ prometheus: { query: 'up' } }), optionsFor(server, { environment }));
    expect(reading).toMatchObject({ kind: 'value' });
  });
});

describe('given the time that a query may take', () => {
  it.each([
    [undefined, 30_000],
    [0, 30_000],
    [5, 5_000],
  ])('when timeout is %p, then it is capped at %i ms', async (timeout, expected) => {
    const server = await openServer(answering(UP));
    const lengths: number[] = [];
    const startDeadline = (length: number): { length: number; signal: AbortSignal } => {
      lengths.push(length);
      return { length, signal: new AbortController().signal };
    };
    await readingOf(
      taskFor({ prometheus: { address: server.address, query: 'up', timeout } }),
      optionsFor(server, { startDeadline }),
    );
    expect(lengths).toEqual([expected]);
  });
});

describe('given a Prometheus of Amazon', () => {
  const environment = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session' };
  const address = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1';

  it('when a role of the region is given, then it is assumed and the query is signed with it', async () => {
    const role = '<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>';
    const server = await openServer((request, response) => {
      response.end(request.path === '/' ? `<AssumeRoleResponse>${role}</AssumeRoleResponse>` : JSON.stringify(UP));
    });
    const addressRules = [
      { match: 'https://aps-workspaces.eu-west-1.amazonaws.com', url: server.address },
      { match: 'https://sts.eu-west-1.amazonaws.com', url: server.address },
    ];
    const sigv4 = { region: 'eu-west-1', roleArn: 'arn:aws:iam::1:role/r' };
    const prometheus = { address, query: 'up', authentication: { sigv4 } };
    const reading = await readingOf(taskFor({ prometheus }), optionsFor(server, { addressRules, environment }));
    expect(reading).toMatchObject({ kind: 'value', text: '[1]' });
    const [sts, query] = server.requests;
    expect(sts?.body).toContain('RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr');
    expect(sts?.headers['authorization']).toMatch(/Credential=AKID\/20240101\/eu-west-1\/sts\/aws4_request/);
    expect(query?.headers['authorization']).toMatch(/Credential=ASIA\/20240101\/eu-west-1\/aps\/aws4_request/);
    expect(query?.headers['x-amz-security-token']).toBe('t');
  });

  it('when a profile is given, then the query is signed with its credentials, whatever the environment has', async () => {
    const server = await openServer(answering(UP));
    const addressRules = [{ match: 'https://aps-workspaces.eu-west-1.amazonaws.com', url: server.address }];
    const file = join(mkdtempSync(join(tmpdir(), 'weir-profile-')), 'credentials');
    writeFileSync(file, '[metrics]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n');
    const before = process.env['AWS_SHARED_CREDENTIALS_FILE'];
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = file;
    try {
      const sigv4 = { region: 'eu-west-1', profile: 'metrics' };
      const prometheus = { address, query: 'up', authentication: { sigv4 } };
      await readingOf(taskFor({ prometheus }), optionsFor(server, { addressRules, environment }));
      const signature = server.requests[0]?.headers['authorization'];
      expect(signature).toMatch(/Credential=AKIDPROFILE\/20240101\/eu-west-1\/aps\/aws4_request/);
    } finally {
      if (before === undefined) delete process.env['AWS_SHARED_CREDENTIALS_FILE'];
      else process.env['AWS_SHARED_CREDENTIALS_FILE'] = before;
      rmSync(dirname(file), { recursive: true });
    }
  });

  it.each([
    ['no setting', {}, address],
    ['another place', { region: 'eu-west-1' }, 'https://prometheus.example.com'],
  ])('when there is %s, then nothing is signed', async (_name, sigv4, place) => {
    const server = await openServer(answering(UP));
    const addressRules = [{ match: new URL(place).origin, url: server.address }];
    const prometheus = { address: place, query: 'up', authentication: { sigv4 } };
    await readingOf(taskFor({ prometheus }), optionsFor(server, { addressRules, environment }));
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });
});
