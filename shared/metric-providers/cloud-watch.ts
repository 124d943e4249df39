/** Amazon CloudWatch's GetMetricData, asked by the AWS SDK. analysis §18.6 */
import type {
  CloudWatchClient,
  GetMetricDataInput,
  GetMetricDataOutput,
  MessageData,
  MetricDataQuery,
  MetricDataResult as SdkResult,
  MetricStat as SdkStat,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { Reading } from '#core/analysis/reading.ts';
import { parseDuration } from '#core/duration.ts';
import type { MetricDataResult } from '#core/expr/measured-value.ts';
import type { Metric } from '#core/resources/argo.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import { inTime } from '../http.ts';
import type { MetricProvider } from '../ports.ts';
import { knownRegion, ownCredentials } from './aws/credentials.ts';
import { createRequestHandler } from './aws/request-handler.ts';
import { formatPlain } from './number-text.ts';
import { ReadingError, withoutSecrets, type KeepSecret, type ProviderContext } from './provider.ts';

type CloudWatchMetric = NonNullable<Metric['provider']['cloudWatch']>;
type DataQuery = CloudWatchMetric['metricDataQueries'][number];
type MetricStat = NonNullable<DataQuery['metricStat']>;
type Sdk = typeof import('@aws-sdk/client-cloudwatch');
type Limits = Parameters<typeof createRequestHandler>[1];

/** All pages of an answer as one. */
interface Answer {
  readonly results: readonly SdkResult[];
  readonly messages: readonly MessageData[];
}

const DEFAULT_INTERVAL: Millis = 5 * MINUTE;
/** For all pages together. */
const TIMEOUT = 30 * SECOND;
const DEFAULT_ATTEMPTS = 3;

export function createCloudWatchProvider(context: ProviderContext): MetricProvider {
  return {
    type: 'CloudWatch',
    read: ({ metric, now }, signal) =>
      withoutSecrets(async (keep) => {
        const settings = metric.provider.cloudWatch ?? { metricDataQueries: [] };
        const input = inputOf(settings, now);
        const limits = { deadline: context.startDeadline(TIMEOUT), signal };
        return readingFrom(await ask(input, limits, keep, context));
      }),
  };
}

function inputOf(settings: CloudWatchMetric, now: Instant): GetMetricDataInput {
  return {
    StartTime: new Date(now - intervalOf(settings)),
    EndTime: new Date(now),
    MetricDataQueries: settings.metricDataQueries.map(dataQuery),
  };
}

function intervalOf({ interval }: CloudWatchMetric): Millis {
  const parsed = interval ? parseDuration(interval) : { ok: true as const, ms: DEFAULT_INTERVAL };
  if (parsed.ok) return parsed.ms;
  throw new ReadingError(parsed.error);
}

/** As the service names the fields; what the manifest leaves out is left out. */
function dataQuery({ id, expression, label, period, returnData, metricStat }: DataQuery): MetricDataQuery {
  return {
    Id: id,
    Expression: expression,
    Label: label,
    Period: integer(period),
    ReturnData: returnData,
    MetricStat: metricStat && statistic(metricStat),
  };
}

function statistic({ metric, period, stat, unit }: MetricStat): SdkStat {
  return {
    Metric: {
      Namespace: metric?.namespace,
      MetricName: metric?.metricName,
      Dimensions: metric?.dimensions?.map(({ name, value }) => ({ Name: name, Value: value })),
    },
    Period: integer(period),
    Stat: stat,
    // The service says which units there are.
    Unit: unit as StandardUnit | undefined,
  };
}

/** An int-or-string: a text that is no whole number counts as 0 (analysis §1.4). */
function integer(value: number | string | undefined): number | undefined {
  if (typeof value !== 'string') return value;
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

/** @throws ReadingError when the service refuses or does not answer */
async function ask(
  input: GetMetricDataInput,
  limits: Limits,
  keep: KeepSecret,
  context: ProviderContext,
): Promise<Answer> {
  const sdk = await import('@aws-sdk/client-cloudwatch');
  const client = clientOf(sdk, limits, keep, context);
  try {
    return await inTime(() => allPages(sdk, client, input), limits);
  } catch (error) {
    throw asReadingError(error);
  } finally {
    client.destroy();
  }
}

function clientOf(sdk: Sdk, limits: Limits, keep: KeepSecret, context: ProviderContext): CloudWatchClient {
  const { AWS_ENDPOINT_URL_CLOUDWATCH: own, AWS_ENDPOINT_URL: common, AWS_MAX_ATTEMPTS } = context.environment;
  const endpoint = own || common;
  const region = knownRegion(context);
  return new sdk.CloudWatchClient({
    ...(endpoint && { endpoint }),
    // Without one the SDK looks into the profile.
    ...(region && { region }),
    credentials: async () => {
      const credentials = await ownCredentials('', context);
      [credentials.secretAccessKey, credentials.sessionToken ?? ''].forEach(keep);
      return credentials;
    },
    maxAttempts: Number(AWS_MAX_ATTEMPTS) || DEFAULT_ATTEMPTS,
    requestHandler: createRequestHandler(context.transport, limits),
  });
}

async function allPages(sdk: Sdk, client: CloudWatchClient, input: GetMetricDataInput): Promise<Answer> {
  const pages: GetMetricDataOutput[] = [];
  for await (const page of sdk.paginateGetMetricData({ client, stopOnSameToken: true }, input)) pages.push(page);
  return {
    results: pages.flatMap(({ MetricDataResults }) => {
      if (MetricDataResults === undefined) throw new ReadingError('CloudWatch: not an answer of GetMetricData');
      return MetricDataResults;
    }),
    messages: pages.flatMap(({ Messages }) => Messages ?? []),
  };
}
