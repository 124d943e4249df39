import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import { SECOND } from '#core/time.ts';
import {
  answering,
  answeringInTurn,
  openServer,
  optionsFor,
  readingOf,
  taskFor,
  NOW,
  type Answerer,
  type MetricServer,
  type ServedRequest,
} from './support.ts';

interface Outcome {
  readonly reading: Reading;
  readonly requests: readonly ServedRequest[];
}

const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKID',
  AWS_SECRET_ACCESS_KEY: 'secret-5b',
  AWS_MAX_ATTEMPTS: '1',
};

async function cloudWatch(
  answer: Answerer,
  settings: object = {},
  environment: Record<string, string> = ENVIRONMENT,
): Promise<Outcome> {
  const server = await openServer(answer);
  const reading = await readFrom(server, settings, { AWS_ENDPOINT_URL: `${server.address}/`, ...environment });
  return { reading, requests: server.requests };
}

function readFrom(server: MetricServer, settings: object, environment: Record<string, string>): Promise<Reading> {
  const task = taskFor({ cloudWatch: { metricDataQueries: [], ...settings } });
  return readingOf(task, optionsFor(server, { environment }));
}

const error = (message: unknown): object => ({ kind: 'error', message });

describe('given a CloudWatch metric, when it is asked', () => {
  it('then with the queries as the service names them, signed', async () => {
    const metric = { namespace: 'AWS/X', metricName: 'Errors', dimensions: [{ name: 'F', value: 'f' }] };
    const metricDataQueries = [
      { id: 'a', returnData: false, metricStat: { metric, period: '60', stat: 'Sum', unit: 'Count' } },
      { id: 'b', expression: 'a/2', label: 'half', period: 300 },
    ];
    const { requests } = await cloudWatch(answering({ MetricDataResults: [] }), { interval: '10m', metricDataQueries });
    const [request] = requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/',
      headers: {
        'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData',
        authorization: expect.stringMatching(/Credential=AKID\/\d{8}\/eu-west-1\/monitoring\/aws4_request/),
      },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      StartTime: 1_704_066_600,
      EndTime: 1_704_067_200,
      MetricDataQueries: [
        {
          Id: 'a',
          ReturnData: false,
          MetricStat: {
            Metric: { Namespace: 'AWS/X', MetricName: 'Errors', Dimensions: [{ Name: 'F', Value: 'f' }] },
            Period: 60,
            Stat: 'Sum',
            Unit: 'Count',
          },
        },
        { Id: 'b', Expression: 'a/2', Label: 'half', Period: 300 },
      ],
    });
  });

  it.each([
    [{}, 1_704_066_900],
    [{ interval: '1h30m' }, 1_704_061_800],
  ])('then with %j from %i on', async (settings, start) => {
    const { requests } = await cloudWatch(answering({ MetricDataResults: [] }), settings);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ StartTime: start, EndTime: NOW / SECOND });
  });

  it('then its own endpoint goes before the one of all services', async () => {
    const own = await openServer(answering({ MetricDataResults: [] }));
    const common = await openServer(answering({ MetricDataResults: [] }));
    await readFrom(
      own,
      {},
      { ...ENVIRONMENT, AWS_ENDPOINT_URL: common.address, AWS_ENDPOINT_URL_CLOUDWATCH: own.address },
    );
    expect([own.requests.length, common.requests.length]).toEqual([1, 0]);
  });

  it('then an endpoint that is no URL is an error', async () => {
    const { reading } = await cloudWatch(answering(''), {}, { ...ENVIRONMENT, AWS_ENDPOINT_URL_CLOUDWATCH: 'nowhere' });
    expect(reading).toEqual(error('the AWS endpoint of the environment is not a URL'));
  });

  it('then an interval that is no duration is an error, and nothing is asked', async () => {
    const { reading, requests } = await cloudWatch(answering(''), { interval: 'soon' });
    expect(reading).toEqual(error('time: invalid duration "soon"'));
    expect(requests).toEqual([]);
  });
});

describe('given a CloudWatch metric, when it answers', () => {
  it('then results have capitalized members and values are lists', async () => {
    const MetricDataResults = [
      { Id: 'a', Label: 'A', StatusCode: 'Complete', Timestamps: [1_704_067_200, 1_704_067_140], Values: [1, 2.5] },
      { Id: 'b', Values: [], Messages: [{ Code: 'x' }] },
      { Id: 'c', Values: [2_500_000, 0.00002] },
    ];
    const { reading } = await cloudWatch(answering({ MetricDataResults, Messages: [{ Code: 'c', Value: 'v' }] }));
    expect(reading).toEqual({
      kind: 'value',
      text: '[[1 2.5] [] [2.5e+06 2e-05]]',
      metadata: { messages: '[{Code:c Value:v}]' },
      value: {
        kind: 'metric-data',
        results: [
          {
            id: 'a',
            label: 'A',
            statusCode: 'Complete',
            values: [1, 2.5],
            timestamps: [NOW, NOW - 60 * SECOND],
            messages: [],
          },
          { id: 'b', statusCode: '', values: [], timestamps: [], messages: [{ code: 'x' }] },
          { id: 'c', statusCode: '', values: [2_500_000, 0.00002], timestamps: [], messages: [] },
        ],
      },
    });
  });

  it('then further pages are asked for, and go on with the series they belong to', async () => {
    const of = (Id: string, Label: string, StatusCode: string, ...Values: readonly number[]): object => {
      return { Id, Label, StatusCode, Values, Timestamps: Values };
    };
    const first = {
      MetricDataResults: [of('s', 'one', 'PartialData', 1, 2), of('s', 'two', 'Complete', 9)],
      Messages: [{ Code: 'first', Value: 'a' }],
      NextToken: 'page-2',
    };
    const second = {
      MetricDataResults: [of('s', 'one', 'Complete', 3), of('t', 'three', 'Complete', 4)],
      Messages: [{ Code: 'second', Value: 'b' }],
    };
    const { reading, requests } = await cloudWatch(answeringInTurn(answering(first), answering(second)));
    expect(requests.map(({ body }) => JSON.parse(body) as object)).toMatchObject([{}, { NextToken: 'page-2' }]);
    expect(JSON.parse(requests[1]?.body ?? '')).toMatchObject({ EndTime: NOW / SECOND });
    expect(reading).toMatchObject({
      text: '[[1 2 3] [9] [4]]',
      metadata: { messages: '[{Code:first Value:a} {Code:second Value:b}]' },
      value: { results: [{ label: 'one', statusCode: 'Complete', values: [1, 2, 3] }, { label: 'two' }, { id: 't' }] },
    });
  });

  it('then a token that repeats itself ends the pages', async () => {
    const endless = answering({ MetricDataResults: [{ Id: 'a', Values: [1] }], NextToken: 'again' });
    const { reading, requests } = await cloudWatch(endless);
    expect(reading).toMatchObject({ kind: 'value' });
    expect(requests).toHaveLength(2);
  });
});

describe('given a CloudWatch metric, when it refuses', () => {
  it.each([
    [
      answering({ __type: 'com.amazonaws#AccessDenied', message: 'not yours' }, 400),
      'CloudWatch: AccessDenied: not yours',
    ],
    [answering('<html>', 500), 'CloudWatch: HTTP 500'],
    [answering('{}', 403), 'CloudWatch: HTTP 403'],
    [answering('{}'), 'CloudWatch: not an answer of GetMetricData'],
    [answering('<html>'), 'CloudWatch: not an answer of GetMetricData'],
    [answering({ MetricDataResults: 5 }), 'CloudWatch: not an answer of GetMetricData'],
    [answering({ MetricDataResults: [null] }), 'CloudWatch: not an answer of GetMetricData'],
    [answering({ MetricDataResults: [{ Values: ['x'] }] }), 'CloudWatch: not an answer of GetMetricData'],
  ])('then that is the error (%#)', async (answer, message) => {
    expect((await cloudWatch(answer)).reading).toEqual(error(message));
  });

  it('then its refusal does not tell the credentials', async () => {
    const environment = { ...ENVIRONMENT, AWS_SESSION_TOKEN: 'session-77' };
    const echo: Answerer = ({ headers }, response) => {
      const message = `${headers['x-amz-security-token']} secret-5b`;
      response.writeHead(400).end(JSON.stringify({ __type: 'Refused', message }));
    };
    const { reading } = await cloudWatch(echo, {}, environment);
    expect(reading).toEqual(error(expect.stringMatching(/^CloudWatch: Refused: /)));
    expect(JSON.stringify(reading)).not.toMatch(/session-77|secret-5b/);
  });
});

describe('given a machine that knows nothing of AWS', () => {
  const NOWHERE = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
  let kept: NodeJS.ProcessEnv;
  beforeEach(() => {
    kept = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, NOWHERE, { AWS_EC2_METADATA_DISABLED: 'true' });
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
    Object.assign(process.env, kept);
  });

  it.each([
    ['no region', {}, 'no AWS region: set AWS_REGION'],
    ['no credentials', { AWS_REGION: 'eu-west-1' }, 'no AWS credentials: CredentialsProviderError'],
  ])('when there are %s, then that is the error, and nothing is asked', async (_name, environment, message) => {
    expect(await cloudWatch(answering(''), {}, environment)).toEqual({ reading: error(message), requests: [] });
  });
});
