import { answering, secretsOf, type Answerer } from '../unit/metric-providers/support.ts';
import { defineMetricProviderContract } from './metric-provider-contract.ts';

const VECTOR = { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, '0.5'] }] } };
const TOKEN: Answerer = (request, response) => {
  const body = request.path === '/token' ? { access_token: 'tok-5f1c', token_type: 'bearer' } : VECTOR;
  response.end(JSON.stringify(body));
};
const OAUTH2 = { tokenUrl: '', clientId: 'client-9d', clientSecret: 'hush-41aa' };

defineMetricProviderContract({
  name: 'Prometheus',
  provider: ({ address }) => ({
    prometheus: { address, query: 'up', authentication: { basicAuth: { username: 'ana', password: 'pa55-7c1e' } } },
  }),
  goodAnswer: answering(VECTOR),
  goodReading: { kind: 'value', value: { kind: 'vector', values: [0.5] }, text: '[0.5]' },
  secrets: ['pa55-7c1e', Buffer.from('ana:pa55-7c1e').toString('base64')],
});

defineMetricProviderContract({
  name: 'Prometheus with OAuth 2.0',
  provider: ({ address }) => ({
    prometheus: { address, query: 'up', authentication: { oauth2: { ...OAUTH2, tokenUrl: `${address}/token` } } },
  }),
  goodAnswer: TOKEN,
  goodReading: { kind: 'value', text: '[0.5]' },
  secrets: ['hush-41aa', 'tok-5f1c'],
});

defineMetricProviderContract({
  name: 'web',
  provider: ({ address }) => ({ web: { url: `${address}/m`, headers: [{ key: 'X-Key', value: 'k' }] } }),
  goodAnswer: answering({ ok: true }),
  goodReading: { kind: 'value', value: { kind: 'json', json: { ok: true } }, text: '{"ok":true}' },
  secrets: [],
  takesText: true,
});

const DATADOG = { 'api-key': 'dd-api-83be', 'app-key': 'dd-app-10fe' };
const datadogSecrets = ({ address }: { address: string }): object => ({
  secrets: secretsOf({ datadog: { ...DATADOG, address } }),
});

defineMetricProviderContract({
  name: 'Datadog v1',
  provider: () => ({ datadog: { apiVersion: 'v1', query: 'avg:x{*}' } }),
  options: datadogSecrets,
  goodAnswer: answering({ series: [{ pointlist: [[1, 0.25]] }] }),
  goodReading: { kind: 'value', value: { kind: 'scalar', value: 0.25 }, text: '0.25' },
  secrets: Object.values(DATADOG),
});

defineMetricProviderContract({
  name: 'Datadog v2',
  provider: () => ({ datadog: { apiVersion: 'v2', query: 'avg:x{*}' } }),
  options: datadogSecrets,
  goodAnswer: answering({ data: { attributes: { columns: [{ name: 'q', type: 'number', values: [4] }] } } }),
  goodReading: { kind: 'value', value: { kind: 'scalar', value: 4 }, text: '4' },
  secrets: Object.values(DATADOG),
});

defineMetricProviderContract({
  name: 'New Relic',
  provider: () => ({ newRelic: { query: 'SELECT 1' } }),
  options: ({ address }) => ({
    secrets: secretsOf({
      newrelic: { 'personal-api-key': 'NRAK-77ab', 'account-id': '12', 'base-url-nerdgraph': `${address}/graphql` },
    }),
  }),
  goodAnswer: answering({ data: { actor: { account: { nrql: { results: [{ count: 3 }] } } } } }),
  goodReading: { kind: 'value', value: { kind: 'json', json: { count: 3 } }, text: '{"count":3}' },
  secrets: ['NRAK-77ab'],
});

defineMetricProviderContract({
  name: 'Wavefront',
  provider: () => ({ wavefront: { address: 'wavefront.test', query: 'ts(x)' } }),
  options: ({ address }) => ({
    addressRules: [{ match: 'https://wavefront.test', url: address }],
    secrets: secretsOf({ 'wavefront-api-tokens': { 'wavefront.test': 'wf-token-99' } }),
  }),
  goodAnswer: answering({ timeseries: [{ data: [[1_704_067_200, 1.5]] }] }),
  goodReading: { kind: 'value', value: { kind: 'scalar', value: 1.5 }, text: '1.50' },
  secrets: ['wf-token-99'],
});

defineMetricProviderContract({
  name: 'CloudWatch',
  provider: () => ({ cloudWatch: { metricDataQueries: [{ id: 'a', expression: 'm1' }] } }),
  options: ({ address }) => ({
    environment: {
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_CLOUDWATCH: `${address}/`,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'aws-secret-5521',
      AWS_SESSION_TOKEN: 'aws-session-80d3',
      AWS_MAX_ATTEMPTS: '1',
    },
  }),
  goodAnswer: answering({ MetricDataResults: [{ Id: 'a', Values: [1, 2.5], Timestamps: [1, 2] }] }),
  goodReading: { kind: 'value', text: '[[1 2.5]]' },
  secrets: ['aws-secret-5521', 'aws-session-80d3'],
});

defineMetricProviderContract({
  name: 'Graphite',
  provider: ({ address }) => ({ graphite: { address, query: 'target=a.b' } }),
  goodAnswer: answering([{ target: 'a.b', datapoints: [[1, 10]] }]),
  goodReading: { kind: 'value', value: { kind: 'vector', values: [1] }, text: '[1.000000]' },
  secrets: [],
});

defineMetricProviderContract({
  name: 'InfluxDB',
  provider: () => ({ influxdb: { query: 'from(bucket: "b")' } }),
  options: ({ address }) => ({ secrets: secretsOf({ influxdb: { address, authToken: 'influx-tok-31', org: 'o' } }) }),
  goodAnswer: answering(
    '#datatype,string,long,double\n#group,false,false,false\n#default,_result,,\n,result,table,_value\n,,0,1.5\n',
  ),
  goodReading: { kind: 'value', text: '[1.5]' },
  secrets: ['influx-tok-31'],
});

defineMetricProviderContract({
  name: 'SkyWalking',
  provider: ({ address }) => ({ skywalking: { address, query: 'q', interval: '5m' } }),
  goodAnswer: answering({ data: { v: 1 } }),
  goodReading: { kind: 'value', value: { kind: 'json', json: { v: 1 } }, text: '{"v":1}' },
  secrets: [],
});

defineMetricProviderContract({
  name: 'Kayenta',
  provider: ({ address }) => ({
    kayenta: {
      address,
      application: 'shop',
      canaryConfigName: 'c',
      metricsAccountName: 'm',
      configurationAccountName: 'cf',
      storageAccountName: 's',
      threshold: { pass: 90, marginal: 75 },
      scopes: [],
    },
  }),
  goodAnswer: (request, response) => {
    const body = request.method === 'GET' ? [{ id: 'i', name: 'c' }] : { canaryExecutionId: 'e1' };
    response.end(JSON.stringify(body));
  },
  goodReading: { kind: 'pending', metadata: { canaryExecutionId: 'e1' } },
  secrets: [],
});
