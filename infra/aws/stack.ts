/** Weir on AWS: schedule → tick → queue → reconcile; the entrances for webhooks and people; the bus; what is kept; alarms. */
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { NEEDS, type FunctionName } from '#shared/aws/environment.ts';
import type { WeirConfig } from '#shared/config.ts';
import { createAlarms } from './alarms.ts';
import { createDashboard } from './dashboard.ts';
import { createEntrances } from './entrances.ts';
import { networkOf, WeirFunction } from './function.ts';
import { CLUSTER_READERS, CLUSTER_WRITERS } from './names.ts';
import { createQueues, type Queues } from './queues.ts';
import { allowNeeds, environmentOf, type Parts } from './rights.ts';
import { createSecrets, createTable } from './storage.ts';
import { acknowledgeFindings } from './findings.ts';

export interface WeirStackProps extends StackProps {
  readonly config: WeirConfig;
  /** Hash of the configuration. */
  readonly version: string;
  /** For tests only: nothing outlives the stack. */
  readonly ephemeral: boolean;
  readonly code: (name: FunctionName) => Code;
}

export class WeirStack extends Stack {
  constructor(scope: Construct, id: string, { config, version, ephemeral, code, ...props }: WeirStackProps) {
    super(scope, id, { description: 'Weir: progressive delivery for Argo Rollouts', ...props });
    const lifetime = { ephemeral };
    const parts: Parts = {
      table: createTable(this, lifetime),
      queues: createQueues(this),
      secrets: createSecrets(this, lifetime),
    };
    const functions = this.#createFunctions({ config, ephemeral, code }, parts);
    this.#connect(functions, parts.queues, config);
    const entrances = createEntrances(this, functions, { aws: config.aws, ephemeral });
    const alarmParts = { config, table: parts.table, queues: parts.queues, functions };
    createDashboard(this, alarmParts, createAlarms(this, alarmParts));
    this.#enterClusters(functions, config);
    this.#tell({ Url: entrances.apiEndpoint, ConfigVersion: version, BusName: parts.queues.bus.eventBusName });
    this.#tell({ TableName: parts.table.tableName, ...outputsOf(parts, functions) });
    acknowledgeFindings(this, functions.values(), parts.table);
  }

  #createFunctions(
    { config, ephemeral, code }: Pick<WeirStackProps, 'config' | 'ephemeral' | 'code'>,
    parts: Parts,
  ): ReadonlyMap<FunctionName, WeirFunction> {
    const network = networkOf(this, config.aws);
    const names = Object.keys(NEEDS) as FunctionName[];
    const functions = names.map((name) => {
      const environment = environmentOf(name, parts);
      const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const weir = new WeirFunction(this, id, {
        name,
        code: code(name),
        environment,
        aws: config.aws,
        network,
        ephemeral,
      });
      allowNeeds(weir, parts, config);
      return [name, weir] as const;
    });
    return new Map(functions);
  }

  /** What wakes a function. */
  #connect(functions: ReadonlyMap<FunctionName, WeirFunction>, queues: Queues, { aws }: WeirConfig): void {
    const lambda = (name: FunctionName) => functions.get(name)!.lambda;
    new Rule(this, 'EveryMinute', {
      description: 'What changed in the clusters',
      schedule: Schedule.rate(Duration.minutes(1)),
      // A tick that could not run is outdated when the next one comes.
      targets: [new LambdaTarget(lambda('tick'), { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    const consume = (name: FunctionName, queue: Queue, maxConcurrency: number) =>
      lambda(name).addEventSource(
        new SqsEventSource(queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency }),
      );
    consume('reconcile', queues.work.queue, aws.maximumConcurrency);
    consume('orders', queues.orders.queue, ORDERS_CONCURRENCY);
    consume('notifier', queues.events.queue, LEAST_CONCURRENCY);
  }

  #enterClusters(functions: ReadonlyMap<FunctionName, WeirFunction>, { clusters }: WeirConfig): void {
    for (const { name, eks } of clusters) {
      if (eks === undefined || !eks.accessEntries) continue;
      for (const reader of [...CLUSTER_READERS, ...CLUSTER_WRITERS]) {
        new CfnAccessEntry(this, `Access-${name}-${reader}`, {
          clusterName: eks.name,
          principalArn: functions.get(reader)!.role.roleArn,
          kubernetesGroups: [CLUSTER_WRITERS.includes(reader) ? 'weir' : 'weir-readers'],
        });
      }
    }
  }

  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** Batches side by side: what is accepted at the most (core/commands/overload.ts) is applied within ten seconds. */
const ORDERS_CONCURRENCY = 10;
/** The fewest that SQS takes as a maximum. */
const LEAST_CONCURRENCY = 2;

function outputsOf({ queues, secrets }: Parts, functions: ReadonlyMap<FunctionName, WeirFunction>) {
  const roles = (names: readonly FunctionName[]) => names.map((name) => functions.get(name)!.role.roleArn).join(' ');
  return {
    WorkQueueUrl: queues.work.queue.queueUrl,
    WorkDeadLettersUrl: queues.work.deadLetters.queueUrl,
    OrdersQueueUrl: queues.orders.queue.queueUrl,
    AlertmanagerSecretArn: secrets.alertmanagerSecret.secretArn,
    SlackSigningSecretArn: secrets.slackSigningSecret.secretArn,
    SlackTokenSecretArn: secrets.slackTokenSecret.secretArn,
    ApiSecretArn: secrets.apiSecret.secretArn,
    AdmissionSecretArn: secrets.admissionSecret.secretArn,
    RollbackSecretArn: secrets.rollbackSecret.secretArn,
    ClusterReaderRoles: roles(CLUSTER_READERS),
    ClusterWriterRoles: roles(CLUSTER_WRITERS),
  };
}
