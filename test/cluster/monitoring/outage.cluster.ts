/**
 * Weir's store is down in the middle of an abort, and Alertmanager is killed and starts again meanwhile: a real Prometheus and a real
 * Alertmanager, `weir run` with its history in a DynamoDB behind a door, and the moment at which the door falls shut.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { startDynalite, type LocalDynamodb } from '../../../infra/local/dynalite.ts';
import { kubectl } from '../support/control-plane.ts';
import { startWeir, type RunningWeir } from '../support/controllers.ts';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.ts';
import { eventually, freePorts } from '../support/processes.ts';
import { newestRelease, Scene } from '../support/scene.ts';
import { sharedControlPlane } from '../support/shared-control-plane.ts';
import { startStoreDoor, type StoreDoor } from '../support/store-door.ts';
import { weirAccount, type WeirAccount } from '../support/weir-account.ts';
import { startAlertmanager, startPrometheus, type Monitoring } from './monitoring.ts';

type KubernetesEvent = KubernetesObject & {
  readonly reason: string;
  readonly involvedObject: { readonly kind: string };
};

const facts = sharedControlPlane();
let folder: string;
let scene: Scene;
let dynamodb: LocalDynamodb;
let door: StoreDoor;
let apiServer: FaultyProxy;
let weir: RunningWeir;
let alertmanager: Monitoring;
const running: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-outage-'));
  scene = await Scene.open(facts, 'outage');
  dynamodb = await startDynalite();
  door = await startStoreDoor(dynamodb.endpoint);
  apiServer = await startFaultyProxy(facts);
  running.push({ stop: () => apiServer.close() });
  const account = await weirAccount(facts, 'rollouts', 'outage');
  weir = await startWeir(facts, {
    controllers: 'analysis,rollouts',
    namespaces: [scene.namespace],
    kubeconfig: await throughTheProxy(account),
    leaseNamespace: account.namespace,
    dynamodb: door.endpoint,
    config: { clusters: [{ name: 'shop' }] },
  });
  running.push(weir);
});

afterEach(async () => {
  door.open();
  for (const part of running.splice(0).toReversed()) await part.stop();
  await door.close();
  await dynamodb.stop();
  await scene.close();
  rmSync(folder, { recursive: true });
});

async function throughTheProxy({ namespace, name }: WeirAccount): Promise<string> {
  const token = await kubectl(facts, 'create', 'token', name, '-n', namespace);
  return apiServer.kubeconfig({ token: token.trim() });
}

async function givenCanaryInItsPause(): Promise<Rollout> {
  await scene.givenCanary('web');
  await scene.untilPhase('web', 'Healthy');
  await scene.release('web', 'v2');
  return scene.untilPhase('web', 'Paused');
}

const toWeir = () => ({ url: weir.url, token: weir.tokens.alertmanagerToken });

/** Prometheus sees the canary fail from now on. */
async function whenTheAlertFires({ status }: Rollout): Promise<void> {
  alertmanager = await startAlertmanager(folder, toWeir());
  running.push({ stop: () => alertmanager.stop() });
  const rules = join(folder, 'rules.json');
  const labels = {
    namespace: scene.namespace,
    rollouts_pod_template_hash: status?.currentPodHash,
    severity: 'critical',
  };
  const alert = { alert: 'VersionErrorRate', expr: 'vector(1)', labels };
  writeFileSync(rules, JSON.stringify({ groups: [{ name: 'outage', interval: '1s', rules: [alert] }] }));
  const targetsFile = join(folder, 'targets.json');
  writeFileSync(targetsFile, '[]');
  const [port = 0] = await freePorts(1);
  const { host } = new URL(alertmanager.url);
  running.push(await startPrometheus(folder, { targetsFile, port, alertmanager: host, rules }));
}

async function whenAlertmanagerIsKilledAndStartsAgain(): Promise<void> {
  const port = Number(new URL(alertmanager.url).port);
  await alertmanager.stop({ signal: 'SIGKILL' });
  alertmanager = await startAlertmanager(folder, toWeir(), port);
}

/** Of the webhook, since this Alertmanager started. */
async function deliveries(): Promise<{ readonly tried: number; readonly failed: number }> {
  const metrics = await (await fetch(`${alertmanager.url}/metrics`)).text();
  const valueOf = (name: string) => {
    const line = metrics.split('\n').find((text) => text.startsWith(`${name}{integration="webhook"}`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return {
    tried: valueOf('alertmanager_notification_requests_total'),
    failed: valueOf('alertmanager_notification_requests_failed_total'),
  };
}

const refusedBefore = () => readFileSync(weir.logFile, 'utf8').split('"Alerts not stored"').length - 1;

const timesAborted = () => {
  const flags = scene.recording.of<Rollout>('Rollout', 'web').map(({ status }) => status?.abort === true);
  return flags.filter((isAborted, index) => isAborted && flags[index - 1] !== true).length;
};

async function thenItIsAbortedOnceAndAllIsKnown(): Promise<void> {
  const aborted = await scene.until('web', 'aborted', ({ status }) => {
    return status?.phase === 'Degraded' && status.abort === true && status.availableReplicas === 3;
  });
  expect(aborted.status?.stableRS).not.toBe(aborted.status?.currentPodHash);
  await eventually('Alertmanager has got rid of it', async () => {
    const { tried, failed } = await deliveries();
    return tried > failed ? true : undefined;
  });
  const told = await eventually('the history says so', async () => {
    const newest = await newestRelease(weir, 'shop', scene.namespace, 'web');
    const isTold = newest.release.outcome === 'aborted' && newest.orders.some(({ state }) => state === 'applied');
    return isTold ? newest : undefined;
  });
  expect(told.orders.map(({ state, person }) => `${person} ${state}`)).toEqual([
    expect.stringMatching(/^alertmanager.* applied$/),
  ]);
  expect(told.transitions.filter(({ type }) => type === 'aborted')).toHaveLength(1);
  expect(timesAborted()).toBe(1);
  const events = scene.recording
    .all<KubernetesEvent>('Event')
    .filter(({ reason, involvedObject }) => reason === 'RolloutAborted' && involvedObject.kind === 'Rollout');
  expect(new Set(events.map(({ metadata }) => metadata.name)).size).toBe(1);
}

describe("given an alert on the canary, Weir's store down and Alertmanager killed meanwhile", () => {
  it('when nothing of the alert had been stored, then it comes again, and the abort is carried out once', async () => {
    const paused = await givenCanaryInItsPause();
    door.shut();
    await whenTheAlertFires(paused);
    await eventually('Weir refuses it', () => (refusedBefore() > 0 ? true : undefined));
    await whenAlertmanagerIsKilledAndStartsAgain();
    const before = refusedBefore();
    await eventually('Weir refuses it again', () => (refusedBefore() > before ? true : undefined));
    expect(timesAborted()).toBe(0);
    door.open();
    await thenItIsAbortedOnceAndAllIsKnown();
  });

  it('when the alert had just been stored, then the abort is carried out once', async () => {
    const paused = await givenCanaryInItsPause();
    door.afterwards = (operation, body) => {
      if (operation.endsWith('.PutItem') && body.includes('"order#')) door.shut();
    };
    await whenTheAlertFires(paused);
    await eventually('the store is down', () => (door.refused() > 0 ? true : undefined));
    door.afterwards = () => undefined;
    await whenAlertmanagerIsKilledAndStartsAgain();
    const before = refusedBefore();
    await eventually('Weir refuses it', () => (refusedBefore() > before ? true : undefined));
    door.open();
    await thenItIsAbortedOnceAndAllIsKnown();
  });

  it('when the abort had just been carried out, then it is not carried out again, and the history tells it', async () => {
    const paused = await givenCanaryInItsPause();
    apiServer.fault = ({ method, url }) => {
      if (method === 'PATCH' && url.pathname.endsWith('/rollouts/web/status')) door.shut();
      return undefined;
    };
    await whenTheAlertFires(paused);
    await eventually('the store is down', () => (door.refused() > 0 ? true : undefined));
    apiServer.fault = () => undefined;
    await whenAlertmanagerIsKilledAndStartsAgain();
    const before = refusedBefore();
    await eventually('Weir refuses it', () => (refusedBefore() > before ? true : undefined));
    expect(timesAborted()).toBe(1);
    door.open();
    await thenItIsAbortedOnceAndAllIsKnown();
  });
});
