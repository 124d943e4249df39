import { describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import type { RecordValue } from '#core/expr/measured-value.ts';
import { SECOND } from '#core/time.ts';
import type { MetricProviderOptions } from '#shared/metric-providers/registry.ts';
import {
  answering,
  answeringInTurn,
  openServer,
  optionsFor,
  providerFor,
  readingOf,
  secretsOf,
  taskFor,
  NOW,
  type Answerer,
  type ServedRequest,
} from './support.ts';

interface Outcome {
  readonly reading: Reading;
  readonly requests: readonly ServedRequest[];
}

async function read(
  provider: (address: string) => object,
  answer: Answerer,
  options: (address: string) => Partial<MetricProviderOptions> = () => ({}),
): Promise<Outcome> {
  const server = await openServer(answer);
  const reading = await readingOf(taskFor(provider(server.address)), optionsFor(server, options(server.address)));
  return { reading, requests: server.requests };
}

const error = (message: unknown): object => ({ kind: 'error', message });

describe('given Graphite', () => {
  const graphite = (query: string, answer: Answerer): Promise<Outcome> =>
    read((address) => ({ graphite: { address: `${address}/base/`, query } }), answer);
  const points = (...datapoints: readonly unknown[]): Answerer => answering([{ target: 't', datapoints }]);

  it('when it is asked, then with the query in order and format json', async () => {
    const { requests } = await graphite('target = sum( a.b )\n&from=-5min&format=png&target=c', points([1, 2]));
    expect(requests).toMatchObject([
      { method: 'GET', path: '/base/render?format=json&from=-5min&target=sum%28a.b%29&target=c' },
    ]);
  });

  it.each([
    [points([1, 10], [2.5, 20]), [1, 2.5], '[1.000000,2.500000]'],
    [points([null, 10], ['3', 20]), [3], '[3.000000]'],
    [points([null, 10]), [], '[]'],
    [answering([{ datapoints: [[1, 1]] }, { datapoints: [[2, 1]] }]), [1], '[1.000000]'],
  ])('when it answers (%#), then the first target is the value', async (answer, values, text) => {
    expect((await graphite('target=a', answer)).reading).toEqual({
      kind: 'value',
      value: { kind: 'vector', values },
      text,
    });
  });

  it.each([
    [answering([]), 'no values found'],
    [points(), 'no values found'],
    [points([1]), 'error unmarshaling data point: [1]'],
    [points([1, 2, 3]), 'error unmarshaling data point: [1 2 3]'],
    [points([true, 1]), 'error unmarshaling value: true'],
    [points([{ a: [1] }, 1]), 'error unmarshaling value: map[a:[1]]'],
    [points(['x', 1]), 'strconv.ParseFloat: parsing "x": invalid syntax'],
    [points([1, true]), 'error unmarshaling timestamp: 1'],
    [points([1, '1.5']), 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    [answering('oops', 500), 'error response: oops'],
    [answering('{}'), 'not an answer of the Graphite render API'],
  ])('when it answers (%#), then it is an error', async (answer, message) => {
    expect((await graphite('target=a', answer)).reading).toEqual(error(message));
  });

  it.each(['', 'graphite', '/render'])('when its address is %j, then it is an error', async (address) => {
    const { reading } = await read(() => ({ graphite: { address, query: 'q' } }), answering(''));
    expect(reading).toEqual(error(`Graphite address ${address} is not a valid URL`));
  });
});

describe('given InfluxDB', () => {
  const profile = (address: string): Partial<MetricProviderOptions> => ({
    secrets: secretsOf({ influxdb: { address, authToken: 'T0KEN', org: 'my org' }, partial: { address } }),
  });
  const table = (type: string, ...values: readonly string[]): string =>
    [
      `#datatype,string,long,${type}`,
      '#group,false,false,false',
      '#default,_result,,',
      ',result,table,_value',
      ...values.map((value) => `,,0,${value}`),
      '',
    ].join('\r\n');
  const influx = (answer: Answerer, settings: object = {}): Promise<Outcome> =>
    read(() => ({ influxdb: { query: 'from()', ...settings } }), answer, profile);

  it('when it is asked, then with the query as JSON', async () => {
    const [request] = (await influx(answering(table('double', '1')))).requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/api/v2/query?org=my+org',
      headers: { authorization: 'Token T0KEN' },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      query: 'from()',
      type: 'flux',
      dialect: { annotations: ['datatype', 'group', 'default'], delimiter: ',', header: true },
    });
  });

  const float = (value: number): RecordValue => ({ kind: 'float', value });
  const bool = (value: boolean): RecordValue => ({ kind: 'bool', value });
  const text = (value: string): RecordValue => ({ kind: 'text', value });
  const half = 1_704_067_200_500_000_000n;
  it.each<[type: string, cells: readonly string[], values: readonly RecordValue[], shown: string]>([
    ['double', ['1.5', '2.5'], [float(1.5), float(2.5)], '[1.5 2.5]'],
    ['double', ['0.00001', '+Inf'], [float(0.00001), float(Infinity)], '[1e-05 +Inf]'],
    ['long', ['-7'], [{ kind: 'int', value: -7n }], '[-7]'],
    ['long', ['9223372036854775807'], [{ kind: 'int', value: 9_223_372_036_854_775_807n }], '[9223372036854775807]'],
    ['unsignedLong', ['7'], [{ kind: 'unsigned', value: 7n }], '[7]'],
    ['string', ['"a,b"'], [text('a,b')], '[a,b]'],
    ['boolean', ['true', 'False'], [bool(true), bool(false)], '[true false]'],
    ['double', ['', '1'], [{ kind: 'nil' }, float(1)], '[<nil> 1]'],
    [
      'dateTime:RFC3339',
      ['2024-01-01T00:00:00.50Z'],
      [{ kind: 'time', nanoseconds: half }],
      '[2024-01-01 00:00:00.5 +0000 UTC]',
    ],
    [
      'dateTime:RFC3339',
      ['2024-01-01T01:00:00+01:00'],
      [{ kind: 'time', nanoseconds: half - 500_000_000n }],
      '[2024-01-01 00:00:00 +0000 UTC]',
    ],
  ])('when its values are %s %j', async (type, cells, values, shown) => {
    const { reading } = await influx(answering(table(type, ...cells)));
    expect(reading).toEqual({ kind: 'value', value: { kind: 'records', values }, text: shown });
  });

  it('when it answers with several tables, then all records count', async () => {
    const { reading } = await influx(answering(`${table('double', '1')}\r\n${table('long', '2')}`));
    expect(reading).toMatchObject({ text: '[1 2]' });
  });

  it.each([
    [answering(table('double')), 'no results returned from flux query'],
    [answering(''), 'no results returned from flux query'],
    [answering('a,b\n'), 'parsing error, annotations not found'],
    [answering(table('double', 'x')), '_value is not a number'],
    [answering(table('long', '1.5')), '_value is not a whole number'],
    [answering(table('dateTime:RFC3339', 'x')), '_value is not a time'],
    [answering(table('matrix', 'x')), '_value has unknown data type matrix'],
    [
      answering('#datatype,string,string\n#group,true,true\n#default,,\n,error,reference\n,out of memory,897\n'),
      'out of memory',
    ],
    [answering({ code: 'invalid', message: 'bad flux' }, 400), 'invalid: bad flux'],
    [answering('<html>', 502), 'Unexpected status code 502'],
  ])('when it answers (%#), then it is an error', async (answer, message) => {
    expect((await influx(answer)).reading).toEqual(error(message));
  });

  it.each([
    [{ profile: 'partial' }, 'authToken, org, or address not found'],
    [{ profile: 'none' }, 'secrets "none" not found'],
  ])('when its Secret is wrong (%j), then nothing is asked', async (settings, message) => {
    expect(await influx(answering(''), settings)).toEqual({ reading: error(message), requests: [] });
  });
});

describe('given New Relic', () => {
  const rows = (...results: readonly object[]): Answerer =>
    answering({ data: { actor: { account: { nrql: { results } } } } });
  const account = { 'personal-api-key': 'K3Y9', 'account-id': '12' };
  const newRelic = (answer: Answerer, settings: object = {}, secret: object = account): Promise<Outcome> =>
    read(
      () => ({ newRelic: { query: 'SELECT 1', ...settings } }),
      answer,
      (address) => ({ secrets: secretsOf({ newrelic: { ...secret, 'base-url-nerdgraph': `${address}/graphql` } }) }),
    );

  it.each([
    [rows({ a: 1 }), { a: 1 }, '{"a":1}'],
    [rows({ b: 2, a: 1 }, {}), [{ b: 2, a: 1 }, {}], '[{"a":1,"b":2},{}]'],
  ])('when it answers (%#), then rows are the value', async (answer, json, text) => {
    expect((await newRelic(answer)).reading).toEqual({ kind: 'value', value: { kind: 'json', json }, text });
  });

  it.each([
    [rows(), 'no results returned from NRQL query'],
    [rows({}), 'no results returned from NRQL query'],
    [answering({ errors: [{ message: 'NRQL Syntax Error' }], data: null }), 'NRQL Syntax Error'],
    [answering('no', 401), 'received non 2xx response code: 401'],
    [answering({ data: [] }), 'not an answer of the NerdGraph API'],
  ])('when it answers (%#), then it is an error', async (answer, message) => {
    expect((await newRelic(answer)).reading).toEqual(error(message));
  });

  it('when it fails, then it is asked up to three times more', async () => {
    const recovering = answeringInTurn(answering('', 500), answering('', 503), answering('', 500), rows({ a: 1 }));
    expect(await newRelic(recovering)).toMatchObject({ reading: { text: '{"a":1}' }, requests: { length: 4 } });
    const failing = await newRelic(answering('', 500));
    expect(failing).toMatchObject({ reading: error('received non 2xx response code: 500'), requests: { length: 4 } });
    expect((await newRelic(answering('', 400))).requests).toHaveLength(1);
  });

  it('when it is asked, then for the account, with the timeout', async () => {
    const [request] = (await newRelic(rows({ a: 1 }), { timeout: 9 })).requests;
    expect(request).toMatchObject({ method: 'POST', path: '/graphql', headers: { 'api-key': 'K3Y9' } });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      variables: { accountId: 12, query: 'SELECT 1', timeout: 9 },
    });
  });

  it.each([
    [{}, { 'account-id': '12' }, 'account ID or personal API key not found'],
    [{}, { ...account, 'account-id': '1x' }, 'could not parse account ID: strconv.Atoi: parsing "1x": invalid syntax'],
    [{ timeout: -1 }, account, 'timeout value needs to be a positive value'],
    [{ profile: 'none' }, account, 'secrets "none" not found'],
  ])('when %j meets %j, then nothing is asked', async (settings, secret, message) => {
    expect(await newRelic(rows(), settings, secret)).toEqual({ reading: error(message), requests: [] });
  });

  it('when its result is kept, then with the resolved query', async () => {
    const task = taskFor({ newRelic: { query: 'SELECT 1' } });
    const provider = await providerFor(task, optionsFor({ host: '127.0.0.1:1' }));
    expect(provider.metadata?.(task)).toEqual({ ResolvedNewRelicQuery: 'SELECT 1' });
  });

  it.each([
    ['', 'https://api.newrelic.com'],
    ['EU', 'https://api.eu.newrelic.com'],
  ])('when the region is %j, then it is asked at %s', async (region, place) => {
    const server = await openServer(rows({ a: 1 }));
    const secrets = secretsOf({ newrelic: { ...account, region } });
    const addressRules = [{ match: place, url: server.address }];
    await readingOf(taskFor({ newRelic: { query: 'q' } }), optionsFor(server, { secrets, addressRules }));
    expect(server.requests).toMatchObject([{ path: '/graphql' }]);
  });
});

describe('given Wavefront', () => {
  const wavefront = (answer: Answerer, address = 'wf.test'): Promise<Outcome> =>
    read(
      () => ({ wavefront: { address, query: 'ts(a)' } }),
      answer,
      (server) => ({
        addressRules: [{ match: 'https://wf.test', url: server }],
        secrets: secretsOf({ 'wavefront-api-tokens': { 'wf.test': 'T0KEN' } }),
      }),
    );
  const seconds = NOW / SECOND;

  it('when it is asked, then for now, whole seconds', async () => {
    const { requests } = await wavefront(answering({ timeseries: [{ data: [[seconds, 1]] }] }));
    const off = 'autoEvents=false&e=1704067200000&g=s&i=true&includeObsoleteMetrics=false&listmode=false&p=1';
    expect(requests).toMatchObject([
      {
        path: `/api/v2/chart/api?${off}&q=ts%28a%29&s=1704067200000&strict=false`,
        headers: { authorization: 'Bearer T0KEN', accept: 'application/json' },
      },
    ]);
  });

  it('when there is one series, then the point nearest to now is the value', async () => {
    const { reading } = await wavefront(
      answering({
        timeseries: [
          {
            data: [
              [seconds - 60, 1],
              [seconds - 5, 2.456],
              [seconds + 90, 3],
            ],
          },
        ],
      }),
    );
    expect(reading).toEqual({
      kind: 'value',
      value: { kind: 'scalar', value: 2.456 },
      text: '2.46',
      metadata: { timestamps: String(seconds - 5), drift: '-5' },
    });
  });

  it('when there are several, then each gives one', async () => {
    const timeseries = [{ data: [[seconds, 1]] }, { data: [[seconds - 1, 2]] }];
    const { reading } = await wavefront(answering({ timeseries, warnings: 'slow' }));
    expect(reading).toEqual({
      kind: 'value',
      value: { kind: 'vector', values: [1, 2] },
      text: '[1.00,2.00]',
      metadata: { timestamps: `[${seconds},${seconds - 1}]`, drift: '[0,-1]', warnings: 'slow' },
    });
  });

  it('when there is none, then that is the error, warnings included', async () => {
    const { reading } = await wavefront(answering({ timeseries: [], warnings: 'none found' }));
    const message = 'No TimeSeries found in response from Wavefront';
    expect(reading).toEqual({ kind: 'error', message, metadata: { warnings: 'none found' } });
  });

  it('when there is no token for its address, then nothing is asked', async () => {
    expect(await wavefront(answering(''), 'other.test')).toEqual({
      reading: error('API token not found'),
      requests: [],
    });
  });
});

describe('given SkyWalking', () => {
  const skywalking = (answer: Answerer, interval?: string): Promise<Outcome> =>
    read((address) => ({ skywalking: { address, query: 'query', interval } }), answer);

  it('when it is asked, then for a window of whole minutes', async () => {
    const { reading, requests } = await skywalking(answering({ data: { b: [1], a: 'x' } }), '90m');
    expect(reading).toEqual({
      kind: 'value',
      value: { kind: 'json', json: { b: [1], a: 'x' } },
      text: '{"a":"x","b":[1]}',
    });
    const local = (instant: number): string => {
      const text = new Date(instant - new Date(instant).getTimezoneOffset() * 60 * SECOND).toISOString();
      return `${text.slice(0, 10)} ${text.slice(11, 13)}${text.slice(14, 16)}`;
    };
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/graphql' });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      query: 'query',
      variables: { duration: { start: local(NOW - 5_400 * SECOND), end: local(NOW), step: 'MINUTE' } },
    });
  });

  it.each([
    [answering({ errors: [{ message: 'a' }, { message: 'b' }] }), 'graphql: a'],
    [answering({ data: null }), 'no results returned from SkyWalking query'],
    [answering({}), 'no results returned from SkyWalking query'],
    [answering('<html>', 503), 'graphql: server returned a non-200 status code: 503'],
  ])('when it answers (%#), then it is an error', async (answer, message) => {
    expect((await skywalking(answer, '5m')).reading).toEqual(error(message));
  });

  it('when it has no interval, then nothing is asked', async () => {
    expect(await skywalking(answering(''))).toEqual({ reading: error('time: invalid duration ""'), requests: [] });
  });
});
