import { beforeAll, describe, expect, it } from '@jest/globals';
import { INDEXES } from '#shared/dynamodb/definition.ts';
import { NEEDS, type FunctionName } from '#shared/aws/environment.ts';
import { FUNCTION_TIMEOUT, HOLD, VISIBILITY } from '#shared/aws/limits.ts';
import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import type { ItemKey, Table } from '#shared/dynamodb/table.ts';
import { createAlertmanagerHandler } from '../../../../functions/alertmanager/handler.ts';
import { parseStackConfig } from '../../../../infra/aws/config.ts';
import { TABLE_ACCESS } from '../../../../infra/aws/names.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { synthesise, type Synthesised } from './synthesised.ts';

/** Under load on two shared cores; a quiet machine takes five seconds. */
const SLOW = 300_000;

const CONFIG = {
  clusters: [
    { name: 'prod', eks: { name: 'prod-eks', accessEntries: true }, loadBalancers: {} },
    { name: 'far', eks: { name: 'far', region: 'us-east-1', roleArn: 'arn:aws:iam::111122223333:role/weir' } },
    { name: 'edge', serviceAccount: { server: 'https://a.example', tokenSecret: 'weir/edge' } },
    { name: 'lab', kubeconfigSecret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:weir/lab-a1b2c3' },
  ],
  aws: {
    watchdog: true,
    alarmEmail: 'sre@example.com',
    maximumConcurrency: 7,
    vpc: {
      id: 'vpc-0123456789abcdef0',
      subnets: ['subnet-0123456789abcdef0'],
      availabilityZones: ['eu-west-1a'],
      securityGroups: ['sg-0123456789abcdef0'],
    },
  },
};

interface Resource {
  readonly Type: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a template of any resource; each test says what it expects
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
}

let made: Synthesised;
let resources: Record<string, Resource>;
beforeAll(() => {
  made = synthesise(CONFIG);
  resources = made.template.toJSON()['Resources'] as typeof resources;
}, SLOW);

function ofType(type: string): readonly (Resource & { id: string })[] {
  return Object.entries(resources).flatMap(([id, resource]) => (resource.Type === type ? [{ id, ...resource }] : []));
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** What a function may do, without writing its log. */
function statementsOf(name: FunctionName): readonly Statement[] {
  const prefix = `${name.charAt(0).toUpperCase()}${name.slice(1)}RoleDefaultPolicy`;
  const policies = ofType('AWS::IAM::Policy').filter(({ id }) => id.startsWith(prefix));
  return policies
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
    .filter(({ Action }) => ![Action].flat().includes('logs:PutLogEvents'));
}

function actionsOf(name: FunctionName): readonly string[] {
  return statementsOf(name)
    .flatMap(({ Action }) => Action)
    .toSorted();
}

describe('given the stack', () => {
  it('when cdk-nag looks at it, then it finds nothing that is not meant so', () => {
    expect(made.findings.filter(({ rule }) => rule.startsWith('AwsSolutions'))).toEqual([]);
  });

  it('then every function runs Node 24 on arm64, with a role, a log that ends, and a time below its hold', () => {
    const functions = ofType('AWS::Lambda::Function');
    expect(functions).toHaveLength(Object.keys(NEEDS).length);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: FUNCTION_TIMEOUT / 1_000,
      });
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
      expect(Properties).toHaveProperty('VpcConfig.SubnetIds', ['subnet-0123456789abcdef0']);
    }
    expect(new Set(functions.map(({ Properties }) => JSON.stringify(Properties['Role']))).size).toBe(functions.length);
    for (const { Properties } of ofType('AWS::Logs::LogGroup'))
      expect(Properties).toMatchObject({ RetentionInDays: 30 });
    expect(FUNCTION_TIMEOUT).toBeLessThan(HOLD);
    expect(HOLD).toBeLessThan(VISIBILITY);
  });

  it('then the tick comes every minute, and one that is late does not come at all', () => {
    made.template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } }],
    });
  });

  it('then each queue gives up after five deliveries, encrypted, over TLS only, and its consumer repeats single messages', () => {
    const queues = ofType('AWS::SQS::Queue');
    const [dead, living] = [true, false].map((isDead) =>
      queues.filter(({ id }) => id.includes('DeadLetters') === isDead),
    );
    expect(dead).toHaveLength(3);
    expect(living).toHaveLength(3);
    for (const { Properties } of living ?? [])
      expect(Properties).toMatchObject({
        VisibilityTimeout: VISIBILITY / 1_000,
        RedrivePolicy: { maxReceiveCount: 5 },
      });
    for (const { Properties } of dead ?? [])
      expect(Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 3_600 });
    for (const { Properties } of queues) expect(Properties).toMatchObject({ SqsManagedSseEnabled: true });
    const sources = ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    for (const source of sources)
      expect(source).toMatchObject({ FunctionResponseTypes: ['ReportBatchItemFailures'], BatchSize: 10 });
    const concurrency = sources.map(
      (source) => (source['ScalingConfig'] as { MaximumConcurrency: number }).MaximumConcurrency,
    );
    expect(concurrency.toSorted((a, b) => a - b)).toEqual([2, 7, 10]);
  });

  it('then the bus delivers every transition into the queue of the notifier, and what it cannot into its dead letters', () => {
    made.template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['weir'], 'detail-type': ['Weir Transition'] },
      Targets: [{ DeadLetterConfig: {} }],
    });
  });

  it('then the entrances are the four webhooks and no more, without a throttle, and their log never has a path', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties['RouteKey'] as string);
    expect(routes.toSorted()).toEqual([
      'GET /api/{proxy+}',
      'POST /admission/{cluster}/{key}',
      'POST /alertmanager',
      'POST /api/{proxy+}',
      'POST /slack',
    ]);
    const [stage] = ofType('AWS::ApiGatewayV2::Stage');
    expect(JSON.stringify(stage?.Properties)).not.toMatch(/Throttling|context\.path|resourcePath/);
    expect(stage?.Properties).toHaveProperty('AccessLogSettings.DestinationArn');
  });

  it('then the table is what shared/dynamodb defines, paid by request, with TTL, recovery and protection', () => {
    const [table] = ofType('AWS::DynamoDB::GlobalTable');
    expect(table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      Replicas: [
        { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, DeletionProtectionEnabled: true },
      ],
    });
    const indexes = table?.Properties['GlobalSecondaryIndexes'] as unknown as {
      IndexName: string;
      KeySchema: { AttributeName: string }[];
    }[];
    const keys = indexes.map(({ IndexName, KeySchema }) => [
      IndexName,
      KeySchema.map(({ AttributeName }) => AttributeName),
    ]);
    expect(Object.fromEntries(keys)).toEqual(
      Object.fromEntries(
        Object.entries(INDEXES).map(([name, { partition, sort }]) => [name, [partition.name, sort.name]]),
      ),
    );
    expect(table?.DeletionPolicy).toBe('Retain');
  });

  it('then each alarm says what it means and leads to its heading in the runbook', async () => {
    const { readFile } = await import('node:fs/promises');
    const page = await readFile('docs/operations.md', 'utf8');
    const alarms = ofType('AWS::CloudWatch::Alarm');
    expect(alarms.map(({ id }) => id.replace(/[\dA-F]{8}$/, '')).toSorted()).toEqual(
      [
        'DeadLettersWork',
        'DeadLettersOrders',
        'DeadLettersEvents',
        'OldestWork',
        'OldestOrder',
        ...Object.keys(NEEDS).map((name) => `Errors${name}`),
        'Throttles',
        'NoTick',
        'NoWatchdog',
        'TurnedAway',
        'Spending',
        ...CONFIG.clusters.map(({ name }) => `NotReached${name}`),
      ].toSorted(),
    );
    for (const { Properties } of alarms) {
      const [, anchor] = /Runbook: docs\/operations\.md#([\w-]+)$/.exec(Properties['AlarmDescription'] as string) ?? [];
      expect(page).toMatch(new RegExp(`^#+ ${anchor?.replaceAll('-', '[- ]')}$`, 'im'));
      expect(Properties['AlarmActions']).toHaveLength(1);
    }
  });

  it('then silence of tick and Watchdog breaches, and silence of everything else does not', () => {
    const breaching = ofType('AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => (Properties['TreatMissingData'] as string) === 'breaching',
    );
    expect(breaching.map(({ id }) => id.replace(/[\dA-F]{8}$/, '')).toSorted()).toEqual(['NoTick', 'NoWatchdog']);
  });

  it('then the access entries put writers and readers of clusters into groups of their own', () => {
    const entries = ofType('AWS::EKS::AccessEntry').map(({ Properties }) => Properties);
    expect(entries.map((entry) => String(entry['KubernetesGroups'])).toSorted()).toEqual([
      'weir',
      'weir',
      'weir-readers',
      'weir-readers',
      'weir-readers',
    ]);
    for (const entry of entries) expect(entry).toMatchObject({ ClusterName: 'prod-eks' });
  });
});

describe('given the rights of each function', () => {
  it('then nothing may scan, delete items, or do whatever it likes', () => {
    for (const name of Object.keys(NEEDS) as FunctionName[]) {
      expect(actionsOf(name).filter((action) => /\*|Scan|dynamodb:Delete/.test(action))).toEqual([]);
    }
  });

  it.each<{ name: FunctionName; may: readonly string[] }>([
    {
      name: 'alertmanager',
      may: [
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:Query',
        'secretsmanager:GetSecretValue',
        'sqs:SendMessage',
      ],
    },
    {
      name: 'admission',
      may: ['dynamodb:GetItem', 'dynamodb:PutItem', 'secretsmanager:GetSecretValue', 'sqs:SendMessage'],
    },
    {
      name: 'notifier',
      may: [
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'secretsmanager:GetSecretValue',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ReceiveMessage',
      ],
    },
  ])('then $name, which only takes something in, may do no more than that', ({ name, may }) => {
    expect(actionsOf(name)).toEqual(may);
  });

  it('then what only takes something in may touch items of its own kind alone', () => {
    for (const name of ['alertmanager', 'admission', 'notifier'] as const) {
      const [statement] = statementsOf(name).filter(({ Action }) => [Action].flat().includes('dynamodb:PutItem'));
      expect(statement?.Condition).toEqual({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': TABLE_ACCESS[name].at(-1)?.keys },
      });
    }
  });

  it('then clusters are entered by those who work on them, each by its own way and no other', () => {
    const secrets = JSON.stringify(
      statementsOf('reconcile').filter(({ Action }) => Action === 'secretsmanager:GetSecretValue'),
    );
    expect(secrets).toContain('secret:weir/edge-??????');
    expect(secrets).toContain('secret:weir/lab-a1b2c3');
    const described = JSON.stringify(statementsOf('slack').filter(({ Action }) => Action === 'eks:DescribeCluster'));
    expect(described).toContain('cluster/prod-eks');
    expect(described).not.toContain('cluster/far');
    expect(statementsOf('tick')).toContainEqual(
      expect.objectContaining({ Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::111122223333:role/weir' }),
    );
    for (const name of ['alertmanager', 'admission', 'notifier'] as const)
      expect(actionsOf(name).filter((action) => /^(eks|sts):/.test(action))).toEqual([]);
  });

  it('then whether a load balancer has its weights is asked by reconcile, where a cluster wants it, and never changed', () => {
    const asked = actionsOf('reconcile').filter((action) => action.startsWith('elasticloadbalancing:'));
    expect(asked).toContain('elasticloadbalancing:DescribeTargetGroups');
    expect(asked.filter((action) => !action.startsWith('elasticloadbalancing:Describe'))).toEqual([]);
    expect(actionsOf('tick').join()).not.toContain('elasticloadbalancing');
  });

  it('then only the API empties dead letters, and only the three controllers publish', () => {
    const names = Object.keys(NEEDS) as FunctionName[];
    const publishing = names.filter((name) => actionsOf(name).includes('events:PutEvents'));
    expect(publishing.toSorted()).toEqual(['orders', 'reconcile', 'tick']);
    const statement = statementsOf('api').find(({ Action }) => [Action].flat().includes('sqs:ReceiveMessage'));
    expect(JSON.stringify(statement?.Resource).match(/DeadLetters/g)).toHaveLength(3);
  });
});

/** The emulator enforces no rights: what is granted by key is compared with what the code really asks for. */
describe('given the keys that a function may touch', () => {
  const touched: string[] = [];
  const table = {
    get: async ({ pk }: ItemKey) => void touched.push(pk),
    put: async ({ pk }: ItemKey) => (touched.push(pk), 'tag'),
    query: async (partition: string) => (touched.push(partition), []),
  } as unknown as Table;
  const clock = new VirtualClock();

  function allowed(name: FunctionName): boolean {
    const patterns = TABLE_ACCESS[name].flatMap(({ keys = [] }) => keys);
    const all = touched.splice(0);
    return all.length > 0 && all.every((key) => patterns.some((pattern) => key.startsWith(pattern.slice(0, -1))));
  }

  it('when alerts are stored, then the alertmanager function may', async () => {
    const alert = { status: 'firing', labels: {}, annotations: {}, startsAt: '2024-01-01T00:00:00Z', fingerprint: 'f' };
    const headers = { authorization: 'Bearer t' };
    const handle = createAlertmanagerHandler({
      clock,
      log: aLog(),
      orders: createDynamodbOrderStore(table),
      sender: { send: async () => undefined },
      tokens: async () => ['t'],
    });
    await handle({
      method: 'POST',
      path: '/',
      headers,
      query: {},
      rawBody: JSON.stringify({ version: '4', alerts: [alert] }),
    });
    expect(allowed('alertmanager')).toBe(true);
  });

  it('when a change is enqueued, then the admission function may', async () => {
    const store = createDynamodbTicketStore(table, clock);
    const key = { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'web' } as const;
    await store.read(key);
    await store.write(key, undefined, { seq: 1, failures: 0 });
    expect(allowed('admission')).toBe(true);
  });

  it('when it is remembered what was told, then the notifier may', async () => {
    const sent = createDynamodbCursorStore(table, clock);
    await sent.get('sent/e1');
    await sent.set('sent/e1', 'sent', undefined);
    expect(allowed('notifier')).toBe(true);
  });
});

describe('given a weir.yaml for the stack', () => {
  it('when it is wrong in several ways, then all are told at once, also what only AWS asks for', () => {
    const text = JSON.stringify({
      clusters: [
        { name: 'dev', kubeconfig: '~/.kube/config' },
        { name: 'BAD', eks: { name: 'x' }, controllers: ['rollouts'] },
      ],
      aws: { logRetentionDays: 31 },
    });
    const act = () => parseStackConfig(text, 'weir.yaml');
    expect(act).toThrow('weir.yaml has 4 problem(s)');
    for (const where of [
      'clusters[0]: has no way in from AWS',
      'clusters[1].name',
      'clusters[1].controllers',
      'aws.logRetentionDays',
    ])
      expect(act).toThrow(where);
  });

  it('when it changes, then so does its version, and functions get what was written', () => {
    const [one, other] = ['a', 'b'].map((name) =>
      parseStackConfig(`clusters: [{name: ${name}, eks: {name: x}}]`, 'weir.yaml'),
    );
    expect(one?.version).toMatch(/^[\da-f]{12}$/);
    expect(one?.version).not.toBe(other?.version);
    expect(one?.config.clusters).toMatchObject([{ name: 'a', controllers: [], eks: { name: 'x' } }]);
    expect(JSON.parse(JSON.stringify(one?.config))).toEqual(one?.config);
  });
});
