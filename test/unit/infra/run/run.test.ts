import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TransientError } from '#core/errors.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject, NewObject } from '#core/resources/kubernetes.ts';
import { MINUTE } from '#core/time.ts';
import { createKubernetesCluster, kubeConfigFrom, type KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { startControllers, type Controllers } from '../../../../infra/local/kubernetes/controllers.ts';
import { kubeconfigFor, startServer, type KubernetesServer } from '../../../../infra/local/kubernetes/server.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { parseRunOptions } from '../../../../infra/run/options.ts';
import { processClock } from '../../../../infra/run/process-clock.ts';
import { startRun, type RunningWeir } from '../../../../infra/run/run.ts';
import { aLog } from '../../../support/quiet-log.ts';

let folder: string;
let server: KubernetesServer;
let pods: Controllers;
let cluster: KubernetesCluster;
const running: RunningWeir[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-run-'));
  const store = new Store({ clock: processClock });
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  pods = startControllers(store, processClock, { startDelay: 0, readyDelay: 0 });
  server = await startServer(store);
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor('weir', server));
  cluster = createKubernetesCluster({ name: 'test', kubeConfig: kubeConfigFrom({ file: join(folder, 'kubeconfig') }) });
});

afterEach(async () => {
  for (const weir of running.splice(0)) await weir.stop();
  pods.stop();
  cluster.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function started(controllers: string, ...args: readonly string[]): Promise<RunningWeir> {
  const flags = ['--controllers', controllers, '--kubeconfig', join(folder, 'kubeconfig'), ...args];
  const where = ['--data', join(folder, 'data'), '--port', '0', '--metrics-port', '0'];
  const options = parseRunOptions([...where, ...flags], {});
  const weir = await startRun(options, { environment: {}, log: aLog() });
  running.push(weir);
  return weir;
}

async function stop(weir: RunningWeir): Promise<void> {
  running.splice(running.indexOf(weir), 1);
  await weir.stop();
}

function aRollout(image: string, labels: Record<string, string> = {}): NewObject {
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image }] } };
  const canary = { steps: [{ setWeight: 50 }, { pause: {} }] };
  const spec = { replicas: 2, selector: { matchLabels: { app: 'a' } }, template, strategy: { canary } };
  const metadata = { name: 'a', namespace: 'shop', labels };
  return { apiVersion: ARGO_API_VERSION, kind: 'Rollout', metadata, spec } as NewObject;
}

const REF = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: 'shop', name: 'a' };
const NEW_IMAGE = { spec: { template: { spec: { containers: [{ name: 'c', image: 'app:2' }] } } } };

/** Resolves when the object is so; each change of it is looked at. */
async function seen<T extends KubernetesObject>(kind: string, apiVersion: string, is: (object: T) => boolean) {
  const { items, resourceVersion } = await cluster.list<T>({ apiVersion, kind, namespace: 'shop' });
  if (items.some(is)) return;
  const changes = cluster.watch({ apiVersion, kind, namespace: 'shop', resourceVersion, timeout: MINUTE });
  for await (const event of changes) {
    if (event.type !== 'BOOKMARK' && event.type !== 'EXPIRED' && is(event.object as T)) return;
  }
  throw new Error(`no ${kind} became so`);
}

const rollout = (is: (status: NonNullable<Rollout['status']>) => boolean) =>
  seen<Rollout>('Rollout', ARGO_API_VERSION, ({ status }) => status !== undefined && is(status));
const isHealthy = ({ phase }: NonNullable<Rollout['status']>) => phase === 'Healthy';
const isPaused = ({ pauseConditions = [] }: NonNullable<Rollout['status']>) => pauseConditions.length > 0;

async function readyz(weir: RunningWeir): Promise<{ ready: boolean; reasons: readonly string[] }> {
  return (await fetch(`${weir.url}/readyz`)).json() as Promise<{ ready: boolean; reasons: readonly string[] }>;
}

async function order(weir: RunningWeir, words: string): Promise<void> {
  const { apiToken } = JSON.parse(readFileSync(weir.tokens, 'utf8')) as { apiToken: string };
  const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ id: `order-${words}`, words });
  expect((await fetch(`${weir.url}/api/orders`, { method: 'POST', headers, body })).status).toBe(202);
}

describe('weir run on a cluster', () => {
  it('given a canary, when it is promoted in the middle of a restart, then it goes through and all is counted', async () => {
    const first = await started('analysis,rollouts');
    await cluster.create(aRollout('app:1'));
    await rollout(isHealthy);
    expect(await readyz(first)).toEqual({ ready: true, reasons: [] });
    await cluster.patch(REF, NEW_IMAGE);
    await rollout(isPaused);
    await stop(first);
    const second = await started('analysis,rollouts');
    await order(second, 'promote shop/a');
    await rollout((status) => isHealthy(status) && status.currentStepIndex === 2);
    const metrics = await (await fetch(`${second.metrics}/metrics`)).text();
    expect(metrics).toMatch(/^weir_passes_total\{kind="Rollout",outcome="done"\} [1-9]/m);
    expect(metrics).toMatch(/^weir_api_requests_total\{verb="patch",code="200"\} [1-9]/m);
    expect(metrics).toMatch(/^weir_ready 1$/m);
  });

  it('given that it only observes, then it writes nothing to the cluster', async () => {
    await cluster.create(aRollout('app:1'));
    const weir = await started('observe');
    const metrics = async () => (await fetch(`${weir.metrics}/metrics`)).text();
    while (!/weir_passes_total\{kind="Rollout",outcome="done"\} [1-9]/.test(await metrics()))
      await new Promise(setImmediate);
    expect(await metrics()).not.toMatch(/weir_api_requests_total\{verb="(create|patch|delete)",code="20/);
    expect((await cluster.get<Rollout>(REF))?.status).toBeUndefined();
  });

  it('given an instance id, then only what carries it is released', async () => {
    const id = 'argo-rollouts.argoproj.io/controller-instance-id';
    await started('analysis,rollouts', '--instance-id', 'blue');
    await cluster.create(aRollout('app:1', { [id]: 'blue' }));
    await cluster.create({ ...aRollout('app:1'), metadata: { name: 'other', namespace: 'shop' } });
    await rollout(isHealthy);
    expect((await cluster.get<Rollout>({ ...REF, name: 'other' }))?.status).toBeUndefined();
  });

  it("given Argo's controller alive, then it waits for a sign of that, ends and says whose Lease it saw", async () => {
    const spec = { holderIdentity: 'argo-1', leaseDurationSeconds: 15, renewTime: new Date().toISOString() };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    const metadata = { name: 'argo-rollouts-controller-lock', namespace: 'shop' };
    await cluster.create({ ...lease, metadata, spec } as NewObject);
    const weir = await started('analysis,rollouts');
    while (!(await readyz(weir)).reasons.join().includes('argo-1')) await new Promise(setImmediate);
    await cluster.patch({ ...lease, ...metadata }, { spec: { renewTime: new Date(Date.now() + 1).toISOString() } });
    expect(await weir.ended).toMatch(/argo-1 \(Lease shop\/argo-rollouts-controller-lock\).*Scale it to 0/);
    expect((await readyz(weir)).ready).toBe(false);
  });

  it("given that Argo's controller comes later, then it ends as well", async () => {
    const weir = await started('analysis,rollouts');
    await cluster.create(aRollout('app:1'));
    await rollout(isHealthy);
    const spec = { holderIdentity: 'argo-1', leaseDurationSeconds: 15, renewTime: new Date().toISOString() };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec };
    await cluster.create({ ...lease, metadata: { name: 'argo-rollouts-controller-lock', namespace: 'shop' } });
    expect(await weir.ended).toMatch(/argo-1/);
  });

  it('given an API server that does not answer, then it lives, is not ready and says why', async () => {
    writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor('weir', { ...server, url: 'http://127.0.0.1:1' }));
    const weir = await started('observe');
    expect((await fetch(`${weir.url}/healthz`)).status).toBe(200);
    let answer = await readyz(weir);
    while (!answer.reasons.some((reason) => reason.includes('ECONNREFUSED'))) answer = await readyz(weir);
    expect(answer.ready).toBe(false);
  });

  it('given a data folder in use, then the second start says by what', async () => {
    await started('observe');
    await expect(started('observe')).rejects.toThrow(/stop the other weir run/);
  });
});

it('given an API server that does not answer at the start, then it ends as unanswered, and not as refused', async () => {
  await server.close();
  const weir = await started('observe');
  await expect(weir.ended).rejects.toThrow(TransientError);
});
