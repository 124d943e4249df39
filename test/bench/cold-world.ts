/** What a function meets at its first call: DynamoDB, queues and secrets at once, and a cluster with one Rollout at rest. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import type { Rollout } from '#core/resources/argo.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import { NEEDS, VARIABLES, type FunctionName } from '#shared/aws/environment.ts';
import { createTable } from '#shared/dynamodb/table.ts';
import type { ObjectKey, WorkMessage } from '#shared/ports.ts';
import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { parseStackConfig } from '../../infra/aws/config.ts';
import { startDynalite } from '../../infra/local/dynalite.ts';
import { startServer } from '../../infra/local/kubernetes/server.ts';
import { createDirectCluster } from '../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';

export const SECRET = 'secret';
const KEY: ObjectKey = { cluster: 'bench', kind: 'Rollout', namespace: 'canary', name: 'my-app' };

export async function startColdWorld() {
  const clock = { now: Date.now };
  const store = new Store({ clock });
  const rollout = parse(readFileSync('examples/canary/rollout.yaml', 'utf8')) as NewObject<Rollout>;
  const cluster = createDirectCluster('bench', store);
  await cluster.create({ ...rollout, metadata: { ...rollout.metadata, namespace: 'canary' } });
  const [dynamodb, kubernetes, services] = await Promise.all([startDynalite(), startServer(store), startServices()]);
  const tickets = createDynamodbTicketStore(createTable(dynamodb.client, dynamodb.tableName), clock);
  const sent: WorkMessage[] = [];
  const sender = { send: async (message: WorkMessage) => void sent.push(message) };
  const queue = createTicketQueue({ store: tickets, sender, clock, hold: 1 });
  return {
    rollout,
    deployed: parseStackConfig(
      JSON.stringify({
        clusters: [
          {
            name: 'bench',
            controllers: ['analysis', 'rollouts'],
            serviceAccount: { server: kubernetes.url, tokenSecret: 'cluster' },
          },
        ],
      }),
      'weir.yaml',
    ),
    environment(name: FunctionName): Readonly<Record<string, string>> {
      const settings = Object.fromEntries(
        NEEDS[name].map((setting) => [VARIABLES[setting], `${services.url}/${setting}`]),
      );
      const endpoints = {
        AWS_ENDPOINT_URL: services.url,
        AWS_ENDPOINT_URL_DYNAMODB: name === 'tick' ? services.url : dynamodb.endpoint,
      };
      return { ...settings, ...endpoints, [VARIABLES.table]: dynamodb.tableName };
    },
    /** A message for a pass that is due now. */
    async message(): Promise<WorkMessage> {
      await queue.redrive(KEY);
      return sent.at(-1) ?? { request: KEY, seq: 0 };
    },
    async stop() {
      await Promise.all([dynamodb.stop(), kubernetes.close(), services.stop()]);
    },
  };
}

/**
 * Stands in for SQS, EventBridge and Secrets Manager, at once and without memory; for the tick also for DynamoDB, so that
 * each tick is the first one, which lists: later ones hold a watch for a second by intent.
 */
async function startServices() {
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const input = JSON.parse(body === '' ? '{}' : body) as Record<string, unknown>;
  const { status, answer } = answerTo(String(request.headers['x-amz-target']), input);
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
}

function answerTo(target: string, input: Readonly<Record<string, unknown>>): { status: number; answer: object } {
  switch (target.split('.')[1]) {
    case 'GetSecretValue':
      if (input['VersionStage'] === 'AWSCURRENT') return { status: 200, answer: { SecretString: SECRET } };
      return { status: 400, answer: { __type: 'ResourceNotFoundException', message: 'no such stage' } };
    case 'SendMessage': {
      const md5 = createHash('md5').update(String(input['MessageBody'])).digest('hex');
      return { status: 200, answer: { MessageId: 'm', MD5OfMessageBody: md5 } };
    }
    default:
      return { status: 200, answer: { FailedEntryCount: 0, Entries: [] } };
  }
}
