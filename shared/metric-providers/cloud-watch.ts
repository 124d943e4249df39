/** Amazon CloudWatch's GetMetricData, over its JSON protocol. analysis §18.6 */
import * as z from 'zod/mini';
import type { Reading } from '#core/analysis/reading.ts';
import { parseDuration } from '#core/duration.ts';
import type { MetricDataResult } from '#core/expr/measured-value.ts';
import type { JsonValue } from '#core/json.ts';
import type { Metric } from '#core/resources/argo.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import { headersOf, type HttpAnswer, type HttpRequest } from '../http.ts';
import type { MetricProvider } from '../ports.ts';
import { regionOf } from './aws/credentials.ts';
import { signForAws } from './aws/sign-request.ts';
import { parseJson } from './json-text.ts';
import { formatPlain } from './number-text.ts';
import { askOrFail, MAX_ANSWER_BYTES, readingOf, ReadingError, type ProviderContext } from './provider.ts';

type CloudWatchMetric = NonNullable<Metric['provider']['cloudWatch']>;
type DataQuery = CloudWatchMetric['metricDataQueries'][number];
type MetricStat = NonNullable<DataQuery['metricStat']>;

const DEFAULT_INTERVAL: Millis = 5 * MINUTE;
const TIMEOUT = 30 * SECOND;
/** The default chain of credentials and the region of the environment. */
const IDENTITY = { service: 'monitoring', region: '', profile: '', roleArn: '' } as const;

const message = z.object({ Code: z.optional(z.string()), Value: z.optional(z.string()) });
const result = z.object({
  Id: z.optional(z.string()),
  Label: z.optional(z.string()),
  StatusCode: z.optional(z.string()),
  Timestamps: z.optional(z.nullable(z.array(z.number()))),
  Values: z.optional(z.nullable(z.array(z.number()))),
  Messages: z.optional(z.nullable(z.array(message))),
});
const dataAnswer = z.object({
  MetricDataResults: z.array(result),
  Messages: z.optional(z.nullable(z.array(message))),
});
const refusal = z.object({ __type: z.string(), message: z.optional(z.string()), Message: z.optional(z.string()) });

type DataResult = z.infer<typeof result>;
type ServiceMessage = z.infer<typeof message>;

export function createCloudWatchProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'CloudWatch',
    read: ({ metric, now }, signal) =>
      readingOf(async () => {
        const settings = metric.provider.cloudWatch ?? { metricDataQueries: [] };
        const limits = { deadline: context.startDeadline(TIMEOUT), signal, maxBytes: MAX_ANSWER_BYTES };
        const request = { ...limits, ...requestOf(settings, now, context) };
        return readingFrom(await askOrFail(context.transport, await signForAws(request, IDENTITY, context)));
      }),
  };
}

function requestOf(
  settings: CloudWatchMetric,
  now: Instant,
  context: ProviderContext,
): Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> {
  const body = {
    StartTime: (now - intervalOf(settings)) / SECOND,
    EndTime: now / SECOND,
    MetricDataQueries: settings.metricDataQueries.map(dataQuery),
  };
  return {
    method: 'POST',
    url: endpointOf(context),
    headers: headersOf({
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': 'GraniteServiceVersion20100801.GetMetricData',
    }),
    body: JSON.stringify(body),
  };
}

function endpointOf(context: ProviderContext): string {
  const { AWS_ENDPOINT_URL_CLOUDWATCH: own, AWS_ENDPOINT_URL: common } = context.environment;
  const region = regionOf(IDENTITY, context);
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return own || common || `https://monitoring.${region}.${domain}/`;
}

function intervalOf({ interval }: CloudWatchMetric): Millis {
  const parsed = interval ? parseDuration(interval) : { ok: true as const, ms: DEFAULT_INTERVAL };
  if (parsed.ok) return parsed.ms;
  throw new ReadingError(parsed.error);
}

/** As the service names the fields; what the manifest leaves out is left out. */
function dataQuery({ id, expression, label, period, returnData, metricStat }: DataQuery): object {
  return {
    Id: id,
    Expression: expression,
    Label: label,
    Period: integer(period),
    ReturnData: returnData,
    MetricStat: metricStat && statistic(metricStat),
  };
}

function statistic({ metric, period, stat, unit }: MetricStat): object {
  return {
    Metric: {
      Namespace: metric?.namespace,
      MetricName: metric?.metricName,
      Dimensions: metric?.dimensions?.map(({ name, value }) => ({ Name: name, Value: value })),
    },
    Period: integer(period),
    Stat: stat,
    Unit: unit,
  };
}

/** An int-or-string: a text that is no whole number counts as 0 (analysis §1.4). */
function integer(value: number | string | undefined): number | undefined {
  if (typeof value !== 'string') return value;
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

function readingFrom({ status, body }: HttpAnswer): Reading {
  const parsed = parseJson(body);
  if (status !== 200) throw new ReadingError(`CloudWatch: ${refusalText(status, parsed.ok ? parsed.json : null)}`);
  if (!parsed.ok) throw new ReadingError(`CloudWatch: ${parsed.error}`);
  const answer = dataAnswer.safeParse(parsed.json);
  if (!answer.success) throw new ReadingError('CloudWatch: not an answer of GetMetricData');
  const results = answer.data.MetricDataResults;
  const told = answer.data.Messages ?? [];
  return {
    kind: 'value',
    value: { kind: 'metric-data', results: results.map(metricDataResult) },
    text: `[${results.map(({ Values }) => `[${(Values ?? []).map(formatPlain).join(' ')}]`).join(' ')}]`,
    ...(told.length > 0 && { metadata: { messages: `[${told.map(messageText).join(' ')}]` } }),
  };
}

function metricDataResult({ Id, Label, StatusCode, Timestamps, Values, Messages }: DataResult): MetricDataResult {
  return {
    ...(Id !== undefined && { id: Id }),
    ...(Label !== undefined && { label: Label }),
    statusCode: StatusCode ?? '',
    timestamps: (Timestamps ?? []).map((seconds) => seconds * SECOND),
    values: Values ?? [],
    messages: (Messages ?? []).map(({ Code, Value }) => ({
      ...(Code !== undefined && { code: Code }),
      ...(Value !== undefined && { value: Value }),
    })),
  };
}

function messageText({ Code = '', Value = '' }: ServiceMessage): string {
  return `{Code:${Code} Value:${Value}}`;
}

function refusalText(status: number, json: JsonValue): string {
  const told = refusal.safeParse(json);
  if (!told.success) return `HTTP ${status}`;
  const { __type: type, message: lower, Message: upper } = told.data;
  return `${type.replace(/^.*#/, '')}: ${lower ?? upper ?? `HTTP ${status}`}`;
}
