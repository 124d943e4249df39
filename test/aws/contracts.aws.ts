/** The contract suites over the adapters of AWS, on tables and queues that really are elsewhere. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connectDocuments } from '#shared/dynamodb/client.ts';
import { createTable } from '#shared/dynamodb/table.ts';
import { createEventBridgeBus } from '#shared/events/event-bridge-bus.ts';
import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createDynamodbRunHistory } from '#shared/history/dynamodb-run-history.ts';
import type { ReleaseEvent } from '#shared/ports.ts';
import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import { connectSqs, createSqsDeadLetters, createSqsOrderSender, createSqsWorkSender } from '#shared/queue/sqs.ts';
import { connectSecretsManager, createSecrets } from '#shared/secrets/secrets-manager.ts';
import { tableDefinition } from '../../infra/local/dynalite.ts';
import { defineCursorStoreContract } from '../contracts/cursor-store.ts';
import { defineOrderStoreContract } from '../contracts/order-store.ts';
import { defineRunHistoryContract } from '../contracts/run-history.ts';
import { defineWorkQueueContract } from '../contracts/work-queue.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ACCOUNT, REGION, startMiniStack, type MiniStack } from './ministack.ts';

let cloud: MiniStack;
let dynamodb: DynamoDBClient;
const options = () => ({
  endpoint: cloud.endpoint,
  region: REGION,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' },
});

beforeAll(async () => {
  cloud = await startMiniStack();
  dynamodb = new DynamoDBClient(options());
  await dynamodb.send(new CreateTableCommand(tableDefinition('weir')));
}, 300_000);
afterAll(async () => {
  dynamodb.destroy();
  await cloud.stop();
});

/** What a function finds in its environment. */
const environment = () => ({
  AWS_ENDPOINT_URL: cloud.endpoint,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: ACCOUNT,
  AWS_SECRET_ACCESS_KEY: 'test',
});
const table = () => createTable(connectDocuments(environment()), 'weir');

defineWorkQueueContract('DynamoDB', (clock) => createDynamodbTicketStore(table(), clock));
defineRunHistoryContract('DynamoDB', (clock) => createDynamodbRunHistory(table(), clock));
defineOrderStoreContract('DynamoDB', () => createDynamodbOrderStore(table()));
defineCursorStoreContract('DynamoDB', () => createDynamodbCursorStore(table(), { now: Date.now }));

async function received(client: SQSClient, QueueUrl: string): Promise<readonly string[]> {
  const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 });
  return ((await client.send(command)).Messages ?? []).map(({ Body = '' }) => Body);
}

describe('senders over SQS', () => {
  it('given a message with a delay, when it is sent, then it arrives after the delay and not before', async () => {
    const client = new SQSClient(options());
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'delayed' }));
    const request = { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'web' } as const;
    const started = Date.now();
    await createSqsWorkSender(connectSqs(environment()), QueueUrl).send({ request, seq: 3 }, 1_500);
    expect((await received(client, QueueUrl)).map((body) => JSON.parse(body) as unknown)).toEqual([
      { request, seq: 3 },
    ]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_500);
  });

  it('given an order, when it is sent, then its id arrives', async () => {
    const client = new SQSClient(options());
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'orders' }));
    await createSqsOrderSender(connectSqs(environment()), QueueUrl).send('o1');
    expect(await received(client, QueueUrl)).toEqual(['{"orderId":"o1"}']);
  });

  it('given dead letters, when they are redriven, then all are in their queue, and none is a dead letter', async () => {
    const client = new SQSClient(options());
    const { QueueUrl: queueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'living' }));
    const { QueueUrl: deadLettersUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'dead' }));
    const queues = connectSqs(environment());
    const sender = createSqsOrderSender(queues, deadLettersUrl);
    for (let index = 0; index < 12; index++) await sender.send(`o${index}`);
    expect(await createSqsDeadLetters(queues, [{ queueUrl, deadLettersUrl }]).redrive()).toBe(12);
    const [first, second] = [await received(client, queueUrl), await received(client, queueUrl)];
    expect(first.length + second.length).toBe(12);
    expect(await createSqsDeadLetters(queues, [{ queueUrl, deadLettersUrl }]).redrive()).toBe(0);
  });
});

describe('the bus over EventBridge', () => {
  it('given a rule of a user on one type of transition, when transitions are published, then it gets those and no others', async () => {
    const events = new EventBridgeClient(options());
    const queues = new SQSClient(options());
    const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: 'aborted' }));
    await events.send(new CreateEventBusCommand({ Name: 'bus' }));
    const EventPattern = JSON.stringify({
      source: ['weir'],
      detail: { version: [1], transition: { type: ['aborted'] } },
    });
    await events.send(new PutRuleCommand({ Name: 'aborted', EventBusName: 'bus', EventPattern }));
    const Arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:aborted`;
    await events.send(new PutTargetsCommand({ Rule: 'aborted', EventBusName: 'bus', Targets: [{ Id: '1', Arn }] }));
    const event = (id: string, type: ReleaseEvent['transition']['type']): ReleaseEvent => ({
      id,
      key: { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'web' },
      releaseId: undefined,
      release: undefined,
      transition: { type, at: Date.now(), message: type, details: {} },
    });
    await createEventBridgeBus(events, 'bus').publish([event('e1', 'paused'), event('e2', 'aborted')]);
    const bodies = (await received(queues, QueueUrl)).map((body) => JSON.parse(body) as { detail: ReleaseEvent });
    expect(bodies.map(({ detail }) => detail.id)).toEqual(['e2']);
  });
});

describe('secrets in Secrets Manager', () => {
  it('given a secret that is replaced, then the new one and the one before are valid, and no older one', async () => {
    const client = new SecretsManagerClient(options());
    await client.send(new CreateSecretCommand({ Name: 'token', SecretString: 'one' }));
    const clock = new VirtualClock();
    const secrets = createSecrets(connectSecretsManager(environment()), clock, () => undefined);
    expect(await secrets.valid('token')).toEqual(['one']);
    for (const SecretString of ['two', 'three'])
      await client.send(new PutSecretValueCommand({ SecretId: 'token', SecretString }));
    await clock.advance(60_000);
    expect(await secrets.valid('token')).toEqual(['three', 'two']);
  });
});
