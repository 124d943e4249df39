import { describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import {
  answering,
  openServer,
  optionsFor,
  readingOf,
  secretsOf,
  taskFor,
  type MetricServer,
  type ServedRequest,
} from './support.ts';

const KEYS = { 'api-key': 'api-1', 'app-key': 'app-1' };
const REVIEW = 'Please review the Analysis Template.';

interface Outcome {
  readonly reading: Reading;
  readonly requests: readonly ServedRequest[];
}

async function read(datadog: object, body: unknown, status = 200): Promise<Outcome> {
  const server = await openServer(answering(body, status));
  const secrets = secretsOf({ datadog: { ...KEYS, address: server.address } });
  const reading = await readingOf(taskFor({ datadog }), optionsFor(server, { secrets }));
  return { reading, requests: server.requests };
}

describe('given version 1', () => {
  const metric = { apiVersion: 'v1', query: 'avg:x{*}', interval: '10m' };

  it.each([
    [
      {
        series: [
          {
            pointlist: [
              [1, 2],
              [2, 0.5],
            ],
          },
          { pointlist: [[1, 9]] },
        ],
      },
      { kind: 'scalar', value: 0.5 },
      '0.5',
    ],
    [{ series: [] }, { kind: 'nil' }, '[]'],
    [{ series: [{ pointlist: [] }] }, { kind: 'nil' }, '[{"pointlist":[]}]'],
    [{}, { kind: 'nil' }, 'null'],
  ])('when it answers %j, then the last point of the first series is the value', async (body, value, text) => {
    expect((await read(metric, body)).reading).toEqual({ kind: 'value', value, text });
  });

  it.each([
    [{ series: [{ pointlist: [[1]] }] }, 200, 'Datapoint does not have 2 values'],
    [{ series: [{ pointlist: [[1, null]] }] }, 200, 'Datapoint does not have 2 values'],
    [{ series: [{ pointlist: [[1, 2, 3]] }] }, 200, 'Datapoint does not have 2 values'],
    ['x', 200, "Could not parse JSON body: invalid character 'x' looking for beginning of value"],
    ['no', 401, 'received authentication error response code: 401 no'],
    ['no', 403, 'received authentication error response code: 403 no'],
    ['no', 500, 'received non 2xx response code: 500 no'],
    ['{}', 204 - 2, 'received non 2xx response code: 202 {}'],
  ])('when it answers %j with status %i, then it is an error', async (body, status, message) => {
    expect((await read(metric, body, status)).reading).toEqual({ kind: 'error', message });
  });

  it('when it is asked, then for the window, with both keys', async () => {
    expect((await read(metric, { series: [] })).requests).toMatchObject([
      {
        method: 'GET',
        path: '/api/v1/query?from=1704066600&query=avg%3Ax%7B%2A%7D&to=1704067200',
        headers: { 'dd-api-key': 'api-1', 'dd-application-key': 'app-1', 'content-type': 'application/json' },
      },
    ]);
  });
});

describe('given version 2', () => {
  const metric = { apiVersion: 'v2', query: 'avg:x{*}' };
  const columns = (...list: readonly object[]): object => ({ data: { attributes: { columns: list } } });
  const numbers = (...values: readonly unknown[]): object => ({ name: 'q', type: 'number', values });
  const hosts = (...values: readonly unknown[]): object => ({ name: 'host', type: 'group', values });

  it.each([
    [columns(numbers(3, 4)), { kind: 'scalar', value: 3 }, '3', undefined],
    [columns({ values: [4] }), { kind: 'scalar', value: 4 }, '4', undefined],
    [columns(numbers(null, 5)), { kind: 'scalar', value: 5 }, '5', undefined],
    [columns(numbers(null)), { kind: 'nil' }, '[]', undefined],
    [columns(), { kind: 'nil' }, '[]', undefined],
    [columns(hosts(['a']), numbers(5)), { kind: 'vector', values: [5] }, '[5]', { groups: '[{"name":"a","value":5}]' }],
    [
      columns(
        hosts(['a', 'b'], ['c'], ['d']),
        { name: 'z', type: 'group', values: [['1'], ['2'], ['3']] },
        numbers(2, null, 1),
      ),
      { kind: 'vector', values: [2, 1] },
      '[2,1]',
      { groups: '[{"name":"a,b,1","value":2},{"name":"d,3","value":1}]' },
    ],
  ])('when it answers %j', async (body, value, text, metadata) => {
    const { reading } = await read(metric, body);
    expect(reading).toEqual({ kind: 'value', value, text, ...(metadata === undefined ? {} : { metadata }) });
  });

  it('when there are more than 100 groups, then the extremes are listed and all are judged', async () => {
    const values = Array.from({ length: 120 }, (_unused, index) => (index * 7) % 120);
    const { reading } = await read(metric, columns(hosts(...values.map((value) => [`h${value}`])), numbers(...values)));
    expect(reading).toMatchObject({
      kind: 'value',
      value: { kind: 'vector', values },
      metadata: { groups_truncated: 'true' },
    });
    const { groups = '' } = (reading as Extract<Reading, { kind: 'value' }>).metadata ?? {};
    const listed = (JSON.parse(groups) as { value: number }[]).map(({ value }) => value);
    expect(listed).toEqual([...Array(50).keys(), ...Array.from({ length: 50 }, (_unused, index) => 70 + index)]);
  });

  it.each([
    [{ data: { errors: 'bad query' } }, 'There were errors in your query: bad query'],
    [columns(numbers('1')), 'could not parse numeric value ""1"" in column "q": not a number'],
    [columns(hosts([]), numbers(2)), 'could not parse group label at index 0'],
    [columns(hosts(['a']), numbers(1, 2)), 'could not parse group label at index 1'],
  ])('when it answers %j, then it is an error', async (body, message) => {
    expect((await read(metric, body)).reading).toEqual({ kind: 'error', message });
  });

  it('when it is asked with a query, then that is named query', async () => {
    const [request] = (await read(metric, columns())).requests;
    expect(request).toMatchObject({ method: 'POST', path: '/api/v2/query/scalar' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      data: {
        type: 'scalar_request',
        attributes: {
          from: 1_704_066_900_000,
          to: 1_704_067_200_000,
          queries: [{ aggregator: 'last', data_source: 'metrics', name: 'query', query: 'avg:x{*}' }],
          formulas: [],
        },
      },
    });
  });

  it('when it is asked with queries, then with their names, formula and aggregator', async () => {
    const named = { apiVersion: 'v2', queries: { a: 'qa', b: 'qb' }, formula: 'a/b', aggregator: 'sum' };
    const [request] = (await read(named, columns())).requests;
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      data: {
        attributes: {
          queries: [
            { aggregator: 'sum', name: 'a', query: 'qa' },
            { aggregator: 'sum', name: 'b', query: 'qb' },
          ],
          formulas: [{ formula: 'a/b' }],
        },
      },
    });
  });
});

describe('given a metric that is written wrongly, then it is an error and nothing is asked', () => {
  it.each([
    [{}, `Must have either a query or queries. ${REVIEW}`],
    [{ query: 'q', queries: { a: 'q' } }, `Cannot have both a query and queries. ${REVIEW}`],
    [
      { queries: { a: 'q' } },
      'Query is empty. API Version v1 only supports using the query parameter in your Analysis Template.',
    ],
    [{ query: 'q', formula: 'a', apiVersion: 'v2' }, `Formula are only valid when queries are set. ${REVIEW}`],
    [
      { queries: { a: 'q', b: 'q' }, apiVersion: 'v2' },
      'When multiple queries are provided you must include a formula.',
    ],
    [{ query: 'q', aggregator: 'avg' }, `Aggregator is not supported in v1. ${REVIEW}`],
    [{ query: 'q', requestTimeout: 'x' }, `Could not parse the request timeout: time: invalid duration "x". ${REVIEW}`],
    [{ query: 'q', requestTimeout: '-1s' }, `Request timeout must be a positive duration (e.g. 30s). ${REVIEW}`],
    [{ query: 'q', interval: 'x' }, 'time: invalid duration "x"'],
    [{ query: 'q', secretRef: { namespaced: true } }, 'secret name is required for namespaced credentials'],
    [{ query: 'q', secretRef: { name: 'other' } }, 'failed to find the credentials for datadog metrics provider'],
  ])('%j', async (datadog, message) => {
    expect(await read(datadog, { series: [] })).toEqual({ reading: { kind: 'error', message }, requests: [] });
  });
});

describe('given several places for credentials', () => {
  const metric = { apiVersion: 'v1', query: 'q' };
  const environment = (server: MetricServer, address = server.address): Record<string, string> => ({
    DD_API_KEY: 'env',
    DD_APP_KEY: 'env-app',
    DD_ADDRESS: address,
  });

  it.each([
    ['the environment, when it has all three', undefined, true, 'env'],
    ['the Secret datadog of the controller, when it has not', undefined, false, 'controller'],
    ['the named Secret of the controller', { name: 'own' }, true, 'controller-own'],
    ['the named Secret of the run', { name: 'own', namespaced: true }, true, 'shop-own'],
  ])('then %s', async (_name, secretRef, inEnvironment, expected) => {
    const server = await openServer(answering({ series: [] }));
    const secret = (key: string): Record<string, string> => ({
      'api-key': key,
      'app-key': 'x',
      address: server.address,
    });
    const secrets = secretsOf({
      'argo-rollouts/datadog': secret('controller'),
      'argo-rollouts/own': secret('controller-own'),
      'shop/own': secret('shop-own'),
    });
    const { DD_ADDRESS: _address, ...incomplete } = environment(server);
    const options = optionsFor(server, { secrets, environment: inEnvironment ? environment(server) : incomplete });
    await readingOf(taskFor({ datadog: { ...metric, secretRef } }), options);
    expect(server.requests[0]?.headers['dd-api-key']).toBe(expected);
  });
});
