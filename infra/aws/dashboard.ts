/** One page in CloudWatch: does work flow, do functions work, what waits for a person. */
import { AlarmStatusWidget, Dashboard, GraphWidget, type Alarm, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { AlarmParts } from './alarms.ts';

const WIDTH = 12;
const period = Duration.minutes(1);

export function createDashboard(scope: Construct, { queues, functions }: AlarmParts, alarms: readonly Alarm[]): void {
  const { work, orders, events } = queues;
  const lambdas = [...functions.values()].map(({ lambda, name }) => ({ lambda, name }));
  const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: WIDTH });
  const perFunction = (metric: (each: (typeof lambdas)[number]['lambda']) => IMetric) =>
    lambdas.map(({ lambda }) => metric(lambda));
  const each = [
    ['Work', work],
    ['Orders', orders],
    ['Events', events],
  ] as const;
  new Dashboard(scope, 'Dashboard', {
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 2 * WIDTH })],
      [
        graph(
          'Messages waiting',
          each.map(([label, { queue }]) => queue.metricApproximateNumberOfMessagesVisible({ period, label })),
        ),
        graph(
          'Dead letters',
          each.map(([label, { deadLetters }]) =>
            deadLetters.metricApproximateNumberOfMessagesVisible({ period, label }),
          ),
        ),
      ],
      [
        graph(
          'Invocations',
          perFunction((lambda) => lambda.metricInvocations({ period })),
        ),
        graph(
          'Errors',
          perFunction((lambda) => lambda.metricErrors({ period })),
        ),
      ],
      [
        graph(
          'Duration, p99',
          perFunction((lambda) => lambda.metricDuration({ period, statistic: 'p99' })),
        ),
        graph(
          'Running side by side',
          perFunction((lambda) => lambda.metric('ConcurrentExecutions', { period, statistic: 'Maximum' })),
        ),
      ],
    ],
  });
}
