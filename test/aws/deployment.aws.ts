/**
 * The stack, really deployed: bootstrap, deploy, a release of the guidelines through the deployed functions, webhooks,
 * dead letters, a changed stack, destroy. What the emulator cannot show: docs/operations.md.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { parse } from 'yaml';
import type { ReleaseSummary, RecordedTransition } from '#core/history/record.ts';
import { diffMerge } from '#core/merge-patch.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { refOf, type NewObject } from '#core/resources/kubernetes.ts';
import { MINUTE, SECOND, type Millis } from '#core/time.ts';
import { redrive } from '../../cli/redrive.ts';
import { admissionKey } from '../../functions/admission/paths.ts';
import { openAddress, type Address } from './address.ts';
import { CLUSTER_TOKEN, startCluster } from './cluster.ts';
import { ACCOUNT, REGION, run, startMiniStack, type MiniStack } from './ministack.ts';

/** Of a step that nothing but Weir keeps waiting. */
const MOST_LAG: Millis = 5 * SECOND;
const PAUSE: Millis = 5 * SECOND;
const SLOW = 8 * MINUTE;

let folder: string;
let cloud: MiniStack;
let world: Awaited<ReturnType<typeof startCluster>>;
let outputs: Record<string, string>;
let address: Address;
let token: string;

const clients = () => ({
  endpoint: cloud.endpoint,
  region: REGION,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' },
});

function weirYaml(more: object = {}): string {
  const way = (server: string) => ({ serviceAccount: { server, tokenSecret: 'weir/test' } });
  const metrics = [
    { match: 'http://prometheus:9090', url: world.metricsUrl },
    { match: 'http://prometheus.monitoring:9090', service: 'monitoring/prometheus:9090' },
  ];
  return JSON.stringify({
    clusters: [
      { name: 'test', ...way(world.url), controllers: ['analysis', 'rollouts'], metrics },
      { name: 'down', ...way('http://127.0.0.1:9') },
    ],
    egress: { loopback: [new URL(world.metricsUrl).host] },
    ...more,
  });
}

function context(): readonly string[] {
  return ['--context', `config=${join(folder, 'weir.yaml')}`, '--context', 'ephemeral=true'];
}

async function deploy(): Promise<void> {
  const file = join(folder, 'outputs.json');
  await run('cdk', ['deploy', '--require-approval', 'never', '--outputs-file', file, ...context()], cloud.environment);
  outputs = (JSON.parse(readFileSync(file, 'utf8')) as { Weir: Record<string, string> }).Weir;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-aws-'));
  [cloud, world] = await Promise.all([startMiniStack(), startCluster()]);
  const secrets = new SecretsManagerClient(clients());
  await secrets.send(new CreateSecretCommand({ Name: 'weir/test', SecretString: CLUSTER_TOKEN }));
  writeFileSync(join(folder, 'weir.yaml'), weirYaml());
  await run('cdk', ['bootstrap', ...context(), `aws://${ACCOUNT}/${REGION}`], cloud.environment);
  await deploy();
  address = await openAddress(outputs['Url'] ?? '', cloud.port);
  token = (JSON.parse(await secretOf('ApiSecretArn')) as { cli: string }).cli;
}, SLOW);
afterAll(async () => {
  await address?.stop();
  await world?.stop();
  await cloud?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function secretOf(output: string): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId: outputs[output] });
  return (await new SecretsManagerClient(clients()).send(command)).SecretString ?? '';
}

async function until<T>(what: string, look: () => Promise<T | undefined>, atMost: Millis): Promise<T> {
  const deadline = Date.now() + atMost;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}\n${cloud.log().slice(-6_000)}`);
    await sleep(50);
  }
}

function example(file: string): NewObject<Rollout> {
  const object = parse(readFileSync(`examples/canary/${file}`, 'utf8')) as NewObject<Rollout>;
  return { ...object, metadata: { ...object.metadata, namespace: 'canary' } };
}

/** As the guidelines have it, with minutes as seconds, and a second template that is asked through the API server. */
function canary(): NewObject<Rollout> {
  const rollout = example('rollout.yaml');
  const plan = rollout.spec.strategy?.canary;
  for (const step of plan?.steps ?? []) if (step.pause !== undefined) step.pause = { duration: '5s' };
  plan?.analysis?.templates?.push({ templateName: 'latency' });
  return rollout;
}

function template(file: string, address?: string): NewObject<Rollout> {
  const object = example(file) as unknown as {
    spec: { metrics: { interval: string; provider: { prometheus: { address: string } } }[] };
  };
  for (const metric of object.spec.metrics) {
    metric.interval = '2s';
    if (address !== undefined) metric.provider.prometheus.address = address;
  }
  return object as unknown as NewObject<Rollout>;
}

async function rollout(): Promise<Rollout> {
  const ref = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: 'canary', name: 'my-app' };
  const found = await world.cluster.get<Rollout>(ref);
  if (found === undefined) throw new Error('the Rollout is gone');
  return found;
}

async function setImage(image: string): Promise<void> {
  const before = await rollout();
  const after = structuredClone(before);
  const [container] = after.spec.template?.spec?.containers ?? [];
  if (container !== undefined) container.image = image;
  await world.cluster.patch(refOf(before), diffMerge(before, after));
}

const phase = async (wanted: string) => ((await rollout()).status?.phase === wanted ? true : undefined);

async function api(path: string): Promise<unknown> {
  const answer = await fetch(`${address.url}/api${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  return answer.json();
}

async function newestRelease() {
  const { releases } = (await api('/history/test/canary/my-app?limit=1')) as {
    releases: readonly { readonly release: ReleaseSummary; readonly transitions: readonly RecordedTransition[] }[];
  };
  return releases[0];
}

/** When each pause should have ended, and how much later the next step began. */
async function lagOfPauses(): Promise<readonly Millis[]> {
  const lags: Millis[] = [];
  let pausedUntil: number | undefined;
  await until(
    'the release to end',
    async () => {
      const { status } = await rollout();
      const started = status?.pauseConditions?.[0]?.startTime;
      if (started !== undefined) pausedUntil ??= Date.parse(started) + PAUSE;
      else if (pausedUntil !== undefined) {
        lags.push(Date.now() - pausedUntil);
        pausedUntil = undefined;
      }
      return status?.phase === 'Healthy' && status.stableRS === status.currentPodHash && lags.length > 0
        ? true
        : undefined;
    },
    4 * MINUTE,
  );
  return lags;
}

describe('given the stack, deployed', () => {
  it(
    'when a Rollout is applied, then the schedule finds it within a minute, and its first version is there',
    async () => {
      const objects = [example('service.yaml'), template('success-rate.yaml'), canary()];
      objects.splice(2, 0, template('latency.yaml', 'http://prometheus.monitoring:9090'));
      for (const object of objects) await world.cluster.create(object);
      await until('the first version', () => phase('Healthy'), 4 * MINUTE);
    },
    SLOW,
  );

  it(
    'when a new image is set, then it is released step by step, measured both ways, and each step is at most 5 s late',
    async () => {
      await sleep(3 * SECOND);
      await setImage('my-app:v2.1');
      const lags = await lagOfPauses();
      process.stdout.write(`lag of each pause, ms: ${lags.join(', ')}\n`);
      expect(lags).toHaveLength(4);
      expect(Math.max(...lags)).toBeLessThanOrEqual(MOST_LAG);
      const newest = await newestRelease();
      expect(newest?.release).toMatchObject({ revision: 2, outcome: 'promoted', weights: [20, 40, 60, 80, 100] });
      const measured = newest?.transitions.filter(({ type }) => type === 'measured') ?? [];
      expect(
        new Set(measured.map(({ details }) => `${String(details['metric'])} ${String(details['phase'])}`)),
      ).toEqual(new Set(['success-rate Successful', 'p95-latency Successful']));
      expect(world.proxied).toContain('monitoring/prometheus:9090');
    },
    SLOW,
  );

  it('when transitions were published, then the notifier has had each of them from its queue', async () => {
    const client = new DynamoDBClient(clients());
    const scan = new ScanCommand({
      TableName: outputs['TableName'],
      FilterExpression: 'begins_with(pk, :sent)',
      ExpressionAttributeValues: { ':sent': { S: 'cursor#sent/' } },
    });
    await until('what was told', async () => ((await client.send(scan)).Count ? true : undefined), 2 * MINUTE);
  });

  it('when one cluster is down, then it is named, and the other goes on', async () => {
    const { rollouts, silent } = (await api('/rollouts')) as {
      rollouts: readonly unknown[];
      silent: readonly string[];
    };
    expect(rollouts).toHaveLength(1);
    expect(silent).toEqual(['down']);
  });

  it(
    'when a critical alert names the canary in the middle of its release, then it is aborted',
    async () => {
      await setImage('my-app:v3');
      await until('the first pause', () => phase('Paused'), 4 * MINUTE);
      const { status } = await rollout();
      const labels = {
        alertname: 'HighErrorRate',
        severity: 'critical',
        cluster: 'test',
        namespace: 'canary',
        rollout: 'my-app',
        rollouts_pod_template_hash: status?.currentPodHash,
      };
      const alert = {
        status: 'firing',
        labels,
        annotations: {},
        startsAt: new Date().toISOString(),
        fingerprint: 'f1',
      };
      const body = JSON.stringify({ version: '4', groupKey: 'g', receiver: 'weir', alerts: [alert] });
      const post = (bearer: string) =>
        fetch(`${address.url}/alertmanager`, { method: 'POST', headers: { authorization: `Bearer ${bearer}` }, body });
      expect((await post('guess')).status).toBe(401);
      const answer = await post(await secretOf('AlertmanagerSecretArn'));
      expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: { stored: 1 } });
      await until('the abort', async () => ((await rollout()).status?.abort === true ? true : undefined), 2 * MINUTE);
    },
    SLOW,
  );

  it(
    'when a signed Slack command asks for another try, then it is answered and done; a forged one is refused',
    async () => {
      const body = new URLSearchParams({
        command: '/weir',
        text: 'retry canary/my-app',
        team_id: 'T1',
        user_id: 'U1',
      }).toString();
      const timestamp = String(Math.floor(Date.now() / SECOND));
      const send = (secret: string) => {
        const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
        const headers = {
          'content-type': 'application/x-www-form-urlencoded',
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signature,
        };
        return fetch(`${address.url}/slack`, { method: 'POST', headers, body });
      };
      expect((await send('guess')).status).toBe(401);
      const answer = await send(await secretOf('SlackSigningSecretArn'));
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('Accepted: retry');
      await until('the retry', async () => ((await rollout()).status?.abort === true ? undefined : true), 2 * MINUTE);
    },
    SLOW,
  );

  it('when a manifest is applied through the admission webhook, then it is judged, and only with the key of the cluster', async () => {
    const key = admissionKey(await secretOf('AdmissionSecretArn'), 'test');
    const object = await rollout();
    const { name, namespace } = object.metadata;
    const request = { uid: 'u1', name, namespace, operation: 'UPDATE', dryRun: false, object };
    const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request };
    const post = (path: string) =>
      fetch(`${address.url}/admission/${path}`, { method: 'POST', body: JSON.stringify(review) });
    expect((await post('test/guess')).status).toBe(404);
    expect(await (await post(`test/${key}`)).json()).toMatchObject({ response: { uid: 'u1', allowed: true } });
  });

  it(
    'when a message is poison, then it is a dead letter after five deliveries, and weir redrive delivers it again',
    async () => {
      const client = new SQSClient(clients());
      const { WorkQueueUrl: QueueUrl, WorkDeadLettersUrl: deadLetters } = outputs;
      // Not to wait for eight minutes: nothing is under way that needs the queue's real patience.
      await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } }));
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
      const count = async () => {
        const AttributeNames = ['ApproximateNumberOfMessages'] as const;
        const asked = new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: [...AttributeNames] });
        return (await client.send(asked)).Attributes?.['ApproximateNumberOfMessages'];
      };
      const isDead = async () => ((await count()) === '1' ? true : undefined);
      await until('the dead letter', isDead, 4 * MINUTE);
      const printed: string[] = [];
      const io = {
        print: (text: string) => void printed.push(text),
        error: (text: string) => void printed.push(text),
        paint: (_colour: unknown, text: string) => text,
        isTerminal: false,
        environment: { WEIR_TOKEN: token },
      };
      expect({ code: await redrive.run(['--server', address.url], io), printed }).toEqual({
        code: 0,
        printed: ['0 object(s) looked at again, 1 message(s) delivered again'],
      });
      await until('it to fail again', isDead, 4 * MINUTE);
    },
    SLOW,
  );

  it(
    'when weir.yaml changes, then a deployment brings it to the functions; when it is destroyed, then nothing is left',
    async () => {
      const { ConfigVersion: before, TableName } = outputs;
      writeFileSync(join(folder, 'weir.yaml'), weirYaml({ aws: { logLevel: 'debug', maximumConcurrency: 5 } }));
      await deploy();
      expect(outputs['ConfigVersion']).not.toBe(before);
      expect(outputs['TableName']).toBe(TableName);
      expect(await api('/rollouts')).toMatchObject({ silent: ['down'] });
      await run('cdk', ['destroy', '--force', '--app', 'cdk.out', 'Weir'], cloud.environment);
      await expect(new DynamoDBClient(clients()).send(new ScanCommand({ TableName }))).rejects.toThrow();
    },
    SLOW,
  );
});
