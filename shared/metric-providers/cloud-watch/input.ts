/** What GetMetricData is asked: the queries of a metric, over a window that ends now. analysis §18.6 */
import type { GetMetricDataInput, MetricDataQuery, MetricStat, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { parseDuration } from '#core/duration.ts';
import type { Metric } from '#core/resources/argo.ts';
import { MINUTE, type Instant, type Millis } from '#core/time.ts';
import { ReadingError } from '../provider.ts';

export type CloudWatchMetric = NonNullable<Metric['provider']['cloudWatch']>;
type Query = CloudWatchMetric['metricDataQueries'][number];
type Statistic = NonNullable<Query['metricStat']>;

const DEFAULT_INTERVAL: Millis = 5 * MINUTE;

/** @throws ReadingError for an interval that is no duration */
export function inputOf(metric: CloudWatchMetric, now: Instant): GetMetricDataInput {
  return {
    StartTime: new Date(now - intervalOf(metric)),
    EndTime: new Date(now),
    MetricDataQueries: metric.metricDataQueries.map(dataQuery),
  };
}

function intervalOf({ interval }: CloudWatchMetric): Millis {
  const parsed = interval ? parseDuration(interval) : { ok: true as const, ms: DEFAULT_INTERVAL };
  if (parsed.ok) return parsed.ms;
  throw new ReadingError(parsed.error);
}

/** As the service names the fields; what the manifest leaves out is left out. */
function dataQuery({ id, expression, label, period, returnData, metricStat }: Query): MetricDataQuery {
  return {
    Id: id,
    Expression: expression,
    Label: label,
    Period: integer(period),
    ReturnData: returnData,
    MetricStat: metricStat && statistic(metricStat),
  };
}

function statistic({ metric, period, stat, unit }: Statistic): MetricStat {
  return {
    Metric: {
      Namespace: metric?.namespace,
      MetricName: metric?.metricName,
      Dimensions: metric?.dimensions?.map(({ name, value }) => ({ Name: name, Value: value })),
    },
    Period: integer(period),
    Stat: stat,
    // Which units there are, the service says.
    Unit: unit as StandardUnit | undefined,
  };
}

/** An int-or-string: a text that is no whole number counts as 0 (analysis §1.4). */
function integer(value: number | string | undefined): number | undefined {
  if (typeof value !== 'string') return value;
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}
