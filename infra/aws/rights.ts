/** What each function may do: by what it is told of (NEEDS), and no more. */
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Aws } from 'aws-cdk-lib/core';
import { NEEDS, VARIABLES, type FunctionName, type Setting } from '#shared/aws/environment.ts';
import type { ClusterConfig, WeirConfig } from '#shared/config.ts';
import type { WeirFunction } from './function.ts';
import { CLUSTER_READERS, CLUSTER_WRITERS, TABLE_ACCESS } from './names.ts';
import type { Queues } from './queues.ts';
import type { SecretName } from './storage.ts';

/** Verifying weights and targets; Describe actions know no resources. */
const READS_LOAD_BALANCERS = [
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTags',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
];

export interface Parts {
  readonly table: TableV2;
  readonly queues: Queues;
  readonly secrets: Readonly<Record<SecretName, ISecret>>;
}

/** How a setting reads in the environment, and what having it allows. */
interface Grant {
  readonly value: string;
  readonly allow: (weir: WeirFunction) => void;
}

function grants({ table, queues, secrets }: Parts): Readonly<Record<Setting, Grant>> {
  const { work, orders, events, bus } = queues;
  const sending = (queue: typeof work.queue): Grant => ({
    value: queue.queueUrl,
    allow: (weir) => weir.allow(['sqs:SendMessage'], [queue.queueArn]),
  });
  const emptying = (queue: typeof work.queue): Grant => ({
    value: queue.queueUrl,
    allow: (weir) => weir.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], [queue.queueArn]),
  });
  const reading = (secret: ISecret): Grant => ({
    value: secret.secretArn,
    allow: (weir) => weir.allow(['secretsmanager:GetSecretValue'], [secret.secretArn]),
  });
  return {
    table: { value: table.tableName, allow: (weir) => allowTable(weir, table) },
    workQueue: sending(work.queue),
    ordersQueue: sending(orders.queue),
    eventsQueue: sending(events.queue),
    workDeadLetters: emptying(work.deadLetters),
    ordersDeadLetters: emptying(orders.deadLetters),
    eventsDeadLetters: emptying(events.deadLetters),
    bus: { value: bus.eventBusName, allow: (weir) => weir.allow(['events:PutEvents'], [bus.eventBusArn]) },
    alertmanagerSecret: reading(secrets.alertmanagerSecret),
    slackSigningSecret: reading(secrets.slackSigningSecret),
    slackTokenSecret: reading(secrets.slackTokenSecret),
    apiSecret: reading(secrets.apiSecret),
    admissionSecret: reading(secrets.admissionSecret),
    rollbackSecret: reading(secrets.rollbackSecret),
  };
}

export function environmentOf(name: FunctionName, parts: Parts): Readonly<Record<string, string>> {
  const all = grants(parts);
  return Object.fromEntries(NEEDS[name].map((setting) => [VARIABLES[setting], all[setting].value]));
}

export function allowNeeds(weir: WeirFunction, parts: Parts, config: WeirConfig): void {
  const all = grants(parts);
  for (const setting of NEEDS[weir.name]) all[setting].allow(weir);
  if ([...CLUSTER_READERS, ...CLUSTER_WRITERS].includes(weir.name)) allowClusters(weir, config.clusters);
  // The metric provider cloudWatch: this action knows no resources.
  if (weir.name === 'reconcile') weir.allow(['cloudwatch:GetMetricData'], ['*']);
  if (weir.name === 'reconcile' && config.clusters.some(({ loadBalancers }) => loadBalancers !== undefined)) {
    weir.allow(READS_LOAD_BALANCERS, ['*']);
  }
}

function allowTable(weir: WeirFunction, table: TableV2): void {
  for (const { actions, keys, index } of TABLE_ACCESS[weir.name]) {
    const only = index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`;
    if (keys === undefined) weir.allow(actions, [table.tableArn, `${table.tableArn}/index/*`]);
    else weir.allow(actions, [only], { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } });
  }
}

function allowClusters(weir: WeirFunction, clusters: readonly ClusterConfig[]): void {
  const own = clusters.flatMap(({ eks }) => (eks !== undefined && eks.roleArn === undefined ? [eks] : []));
  const described = own
    .filter(({ server }) => server === undefined)
    .map(({ name, region }) => arnOfCluster(name, region));
  if (described.length > 0) weir.allow(['eks:DescribeCluster'], described);
  const roles = clusters.flatMap(({ eks }) => eks?.roleArn ?? []);
  if (roles.length > 0) weir.allow(['sts:AssumeRole'], roles);
  const secrets = clusters.flatMap(({ serviceAccount, kubeconfigSecret }) => [
    ...(serviceAccount === undefined ? [] : [serviceAccount.tokenSecret]),
    ...(kubeconfigSecret === undefined ? [] : [kubeconfigSecret]),
  ]);
  if (secrets.length > 0) weir.allow(['secretsmanager:GetSecretValue'], secrets.map(arnOfSecret));
}

function arnOfCluster(name: string, region: string = Aws.REGION): string {
  return `arn:${Aws.PARTITION}:eks:${region}:${Aws.ACCOUNT_ID}:cluster/${name}`;
}

/** Secrets Manager ends each ARN with six letters that a name does not tell. */
function arnOfSecret(nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${nameOrArn}-??????`;
}
