/** What wakes a person: each alarm says in a sentence what it means, and where to read what to do. */
import {
  Alarm,
  ComparisonOperator,
  Metric,
  TreatMissingData,
  type AlarmProps,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic, type ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionName } from '#shared/aws/environment.ts';
import type { WeirConfig } from '#shared/config.ts';
import { PRICES } from './costs.ts';
import type { WeirFunction } from './function.ts';
import type { Queues } from './queues.ts';

export interface AlarmParts {
  readonly config: WeirConfig;
  readonly table: TableV2;
  readonly queues: Queues;
  readonly functions: ReadonlyMap<FunctionName, WeirFunction>;
}

interface AlarmText {
  readonly id: string;
  readonly means: string;
  /** Heading in docs/operations.md. */
  readonly anchor: string;
}

const RUNBOOK = 'docs/operations.md';
const MINUTE = Duration.minutes(1);
const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD: AT_LEAST, LESS_THAN_THRESHOLD: BELOW } = ComparisonOperator;

export function createAlarms(scope: Construct, parts: AlarmParts): readonly Alarm[] {
  const topic = topicOf(scope, parts.config.aws);
  const make = ({ id, means, anchor }: AlarmText, props: Omit<AlarmProps, 'alarmDescription'>): Alarm => {
    const alarm = new Alarm(scope, id, { ...props, alarmDescription: `${means} Runbook: ${RUNBOOK}#${anchor}` });
    if (topic !== undefined) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    return alarm;
  };
  return [
    ...queueAlarms(parts.queues, make),
    ...functionAlarms(parts.functions, make),
    ...clusterAlarms(scope, parts, make),
    turnedAwayAlarm(scope, parts.functions, make),
    spendingAlarm(parts, make),
    ...(parts.config.aws.watchdog ? [watchdogAlarm(scope, parts.functions, make)] : []),
  ];
}

type Make = (text: AlarmText, props: Omit<AlarmProps, 'alarmDescription'>) => Alarm;

/** A message may wait for 15 minutes by intent (DelaySeconds), and SQS counts that as age. */
const OLDEST_WORK = 20 * 60;
const OLDEST_ORDER = 60;

function queueAlarms({ work, orders, events }: Queues, make: Make): readonly Alarm[] {
  const all = { Work: work, Orders: orders, Events: events };
  const deadLetters = Object.entries(all).map(([name, { deadLetters: queue }]) => {
    const metric = queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: 'Maximum' });
    const means = `${name}: a message was given up after five tries.`;
    return make({ id: `DeadLetters${name}`, means, anchor: 'dead-letters' }, { ...atOnce(metric), threshold: 1 });
  });
  const oldest = (queue: typeof work.queue) =>
    queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: 'Maximum' });
  return [
    ...deadLetters,
    make(
      { id: 'OldestWork', means: 'Work waits for longer than it may: passes come too late.', anchor: 'oldest-message' },
      { ...atOnce(oldest(work.queue)), threshold: OLDEST_WORK },
    ),
    make(
      { id: 'OldestOrder', means: 'An accepted order was not applied for a minute.', anchor: 'oldest-message' },
      { ...atOnce(oldest(orders.queue)), threshold: OLDEST_ORDER },
    ),
  ];
}

function functionAlarms(functions: ReadonlyMap<FunctionName, WeirFunction>, make: Make): readonly Alarm[] {
  const tick = functions.get('tick')?.lambda;
  if (tick === undefined) throw new Error('no function tick');
  const errors = [...functions].map(([name, { lambda }]) => {
    const means = `Function ${name} fails: a bug, or a permission that is missing.`;
    const metric = lambda.metricErrors({ period: MINUTE });
    return make({ id: `Errors-${name}`, means, anchor: 'errors' }, { ...lasting(metric), threshold: 1 });
  });
  // Of all functions of the account: they share its concurrency.
  const throttles = new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: 'Sum', period: MINUTE });
  return [
    ...errors,
    make(
      { id: 'Throttles', means: 'Lambda turns calls away: the account has no concurrency left.', anchor: 'throttles' },
      { ...lasting(throttles), threshold: 1 },
    ),
    make(
      { id: 'NoTick', means: 'The tick did not run for three minutes: changes are not noticed.', anchor: 'no-tick' },
      {
        metric: tick.metricInvocations({ period: MINUTE }),
        threshold: 1,
        comparisonOperator: BELOW,
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.BREACHING,
      },
    ),
  ];
}

/** One per cluster: what is down is in its name. */
function clusterAlarms(scope: Construct, { config, functions }: AlarmParts, make: Make): readonly Alarm[] {
  const metricName = 'ClusterNotReached';
  const metricNamespace = namespaceOf(scope);
  new MetricFilter(scope, 'ClusterNotReachedFilter', {
    logGroup: functions.get('tick')!.logGroup,
    filterPattern: FilterPattern.stringValue('$.message', '=', 'Cluster not reached'),
    metricNamespace,
    metricName,
    dimensions: { cluster: '$.cluster' },
  });
  return config.clusters.map(({ name }) => {
    const metric = new Metric({
      namespace: metricNamespace,
      metricName,
      dimensionsMap: { cluster: name },
      statistic: 'Sum',
      period: MINUTE,
    });
    const means = `Cluster ${name} does not answer; the others go on.`;
    return make(
      { id: `NotReached-${name}`, means, anchor: 'cluster-not-reached' },
      { ...lasting(metric), threshold: 1 },
    );
  });
}

function watchdogAlarm(scope: Construct, functions: ReadonlyMap<FunctionName, WeirFunction>, make: Make): Alarm {
  const metricName = 'WatchdogHeard';
  const metricNamespace = namespaceOf(scope);
  new MetricFilter(scope, 'WatchdogFilter', {
    logGroup: functions.get('alertmanager')!.logGroup,
    filterPattern: FilterPattern.stringValue('$.message', '=', 'Watchdog heard'),
    metricNamespace,
    metricName,
  });
  return make(
    {
      id: 'NoWatchdog',
      means: 'Alertmanager was not heard for ten minutes: alerts may not arrive.',
      anchor: 'no-watchdog',
    },
    {
      metric: new Metric({ namespace: metricNamespace, metricName, statistic: 'Sum', period: Duration.minutes(10) }),
      threshold: 1,
      comparisonOperator: BELOW,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.BREACHING,
    },
  );
}

/** Each door says it in one line; who was turned away comes again. */
function turnedAwayAlarm(scope: Construct, functions: ReadonlyMap<FunctionName, WeirFunction>, make: Make): Alarm {
  const metricName = 'TurnedAway';
  const metricNamespace = namespaceOf(scope);
  for (const name of ['alertmanager', 'slack', 'api'] as const) {
    new MetricFilter(scope, `TurnedAwayFilter-${name}`, {
      logGroup: functions.get(name)!.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'Turned away for load'),
      metricNamespace,
      metricName,
    });
  }
  const metric = new Metric({ namespace: metricNamespace, metricName, statistic: 'Sum', period: MINUTE });
  const means = 'More orders wait than can be applied in time: alerts are answered 503 and come again.';
  return make({ id: 'TurnedAway', means, anchor: 'turned-away' }, { ...atOnce(metric), threshold: 1 });
}

/** An order is written to the table and to three of its indexes, which have metrics of their own. */
const WRITES_WITH_INDEXES = 4;

/** What grows with what outsiders send: writes of the table cost more than everything else that a webhook uses. */
function spendingAlarm({ config, table }: AlarmParts, make: Make): Alarm {
  const metric = new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: 'ConsumedWriteCapacityUnits',
    dimensionsMap: { TableName: table.tableName },
    statistic: 'Sum',
    period: Duration.hours(1),
  });
  const means = 'Writes of the table cost more in an hour than aws.alarmDollarsPerHour.';
  const threshold = Math.round(config.aws.alarmDollarsPerHour / (PRICES.dynamodbWrite * WRITES_WITH_INDEXES));
  return make({ id: 'Spending', means, anchor: 'spending' }, { ...atOnce(metric), threshold });
}

/** Two stacks in one account have metrics of their own. */
export function namespaceOf(scope: Construct): string {
  return `Weir/${Stack.of(scope).stackName}`;
}

function atOnce(metric: IMetric) {
  return {
    metric,
    comparisonOperator: AT_LEAST,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}

/** Three of five minutes: what passes by itself wakes nobody. */
function lasting(metric: IMetric) {
  return { ...atOnce(metric), evaluationPeriods: 5, datapointsToAlarm: 3 };
}

function topicOf(scope: Construct, { alarmEmail, alarmTopicArn }: WeirConfig['aws']): ITopic | undefined {
  if (alarmTopicArn !== undefined) return Topic.fromTopicArn(scope, 'AlarmTopic', alarmTopicArn);
  if (alarmEmail === undefined) return undefined;
  const topic = new Topic(scope, 'Alarms', { displayName: 'Weir', enforceSSL: true });
  topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}
