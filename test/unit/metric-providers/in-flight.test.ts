import { describe, expect, it } from '@jest/globals';
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { DeniedError, TransientError } from '#core/errors.ts';
import type { KubernetesObject, NewObject } from '#core/resources/kubernetes.ts';
import { SECOND } from '#core/time.ts';
import type { MetricProviderOptions } from '#shared/metric-providers/registry.ts';
import type { Cluster } from '#shared/ports.ts';
import { createDirectCluster } from '../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import {
  answering,
  answeringInTurn,
  aRun,
  inFlight,
  openServer,
  optionsFor,
  providerFor,
  readingOf,
  taskFor,
  NOW,
} from './support.ts';

const NOWHERE = { host: '127.0.0.1:1' };

function aCluster(clock = new VirtualClock(NOW)): Cluster {
  return createDirectCluster('local', new Store({ clock }));
}

function readOn(
  cluster: Cluster,
  task: MeasurementTask,
  change: Partial<MetricProviderOptions> = {},
): Promise<Reading> {
  return readingOf(task, optionsFor(NOWHERE, { cluster, ...change }));
}

describe('given a Job metric', () => {
  const spec = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } } };
  const job = { spec };
  const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop', name: 'run-uid.m.1' };
  const metadata = { 'job-name': 'run-uid.m.1', 'job-namespace': 'shop' };
  const resume = (change: Partial<MeasurementTask> = {}): MeasurementTask =>
    taskFor({ job }, { operation: 'resume', measurement: inFlight(metadata), ...change });

  /** The Job as its controller leaves it. */
  async function withConditions(cluster: Cluster, ...types: readonly string[]): Promise<void> {
    const existing = await cluster.get(ref);
    await cluster.patchStatus(existing!, { conditions: types.map((type) => ({ type, status: 'True' })) });
  }

  async function withPod(cluster: Cluster, labels: Record<string, string>, status: object): Promise<void> {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod-1', namespace: 'shop', labels }, spec: {} };
    const created = await cluster.create(pod);
    await cluster.patchStatus(created, status);
  }

  it('when it is run, then a Job of the run is created and looked at at once', async () => {
    const cluster = aCluster();
    const labelled = { metadata: { labels: { team: 'a' }, annotations: { note: 'b' } }, spec };
    const reading = await readOn(cluster, taskFor({ job: labelled }));
    expect(reading).toEqual({ kind: 'pending', resumeAt: NOW, metadata });
    expect(await cluster.get(ref)).toMatchObject({
      metadata: {
        labels: { team: 'a', 'analysisrun.argoproj.io/uid': 'run-uid' },
        annotations: {
          note: 'b',
          'analysisrun.argoproj.io/name': 'run',
          'analysisrun.argoproj.io/namespace': 'shop',
          'analysisrun.argoproj.io/metric-name': 'm',
        },
        ownerReferences: [
          { kind: 'AnalysisRun', name: 'run', uid: 'run-uid', controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: { template: { ...spec.template, metadata: { labels: { 'analysisrun.argoproj.io/uid': 'run-uid' } } } },
    });
  });

  it.each([
    ['m', { count: 2, error: 3 }, 'run-uid.m.6'],
    ['a-name-'.repeat(9), {}, `run-uid.${'a-name-'.repeat(9).slice(0, 53)}.1`],
  ])('when metric %s has %j behind it, then its Job is %s', async (name, counts, expected) => {
    const cluster = aCluster();
    const result = { name, phase: 'Running', measurements: [], ...counts };
    const task = taskFor({ job }, { run: aRun({ phase: 'Running', metricResults: [result] }) });
    const reading = await readOn(cluster, { ...task, metric: { ...task.metric, name } });
    expect(reading).toMatchObject({ metadata: { 'job-name': expected } });
    expect(expected.length).toBeLessThanOrEqual(63);
  });

  it('when its Job is there already, then it is adopted', async () => {
    const cluster = aCluster();
    await readOn(cluster, taskFor({ job }));
    expect(await readOn(cluster, taskFor({ job }))).toMatchObject({ kind: 'pending', metadata });
  });

  it('when the name belongs to somebody else, then it is an error', async () => {
    const cluster = aCluster();
    const strange = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: ref.name, namespace: 'shop' }, spec };
    await cluster.create(strange);
    expect(await readOn(cluster, taskFor({ job }))).toEqual({
      kind: 'error',
      message: expect.stringContaining('already exists'),
    });
  });

  it('when another namespace is configured, then the Job runs there without an owner', async () => {
    const cluster = aCluster();
    const environment = { ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE: 'jobs' };
    const reading = await readOn(cluster, taskFor({ job }), { environment });
    expect(reading).toMatchObject({ metadata: { 'job-namespace': 'jobs' } });
    expect((await cluster.get({ ...ref, namespace: 'jobs' }))?.metadata.ownerReferences).toBeUndefined();
  });

  it('when another cluster is configured, then it is refused by name', async () => {
    const environment = { ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG: '/etc/kubeconfig' };
    const reading = await readOn(aCluster(), taskFor({ job }), { environment });
    expect(reading).toMatchObject({ message: expect.stringContaining('ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG') });
  });

  it('when Weir may not create Jobs, then the API text is the error; an outage is none', async () => {
    const failing = (error: Error): Cluster => ({
      ...aCluster(),
      create: async () => {
        throw error;
      },
    });
    const denied = new DeniedError('jobs.batch is forbidden: cannot create');
    expect(await readOn(failing(denied), taskFor({ job }))).toEqual({ kind: 'error', message: denied.message });
    await expect(readOn(failing(new TransientError('503')), taskFor({ job }))).rejects.toThrow(TransientError);
  });

  it.each([
    [['Complete'], 'Successful'],
    [['Failed'], 'Failed'],
    [['Suspended', 'Complete'], 'Successful'],
  ])('when its conditions are %j, then the verdict is %s', async (conditions, phase) => {
    const cluster = aCluster();
    await readOn(cluster, taskFor({ job }));
    await withConditions(cluster, ...conditions);
    expect(await readOn(cluster, resume())).toEqual({ kind: 'verdict', phase });
  });

  it('when it still runs, then it is looked at later and later', async () => {
    const cluster = aCluster();
    await readOn(cluster, taskFor({ job }));
    for (const [age, wait] of [
      [4, 2_828],
      [50, 10_000],
      [0, 0],
    ] as const) {
      const reading = await readOn(cluster, resume({ now: NOW + age * SECOND }));
      expect(reading).toMatchObject({ kind: 'pending', metadata });
      const { resumeAt } = reading as Extract<Reading, { kind: 'pending' }>;
      expect(Math.trunc(resumeAt - NOW - age * SECOND)).toBe(wait);
    }
  });

  it.each(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'])(
    'when a pod waits with %s, then it is inconclusive',
    async (reason) => {
      const cluster = aCluster();
      await readOn(cluster, taskFor({ job }));
      const waiting = { name: 'init', state: { waiting: { reason, message: 'detail' } } };
      const selected = (
        await cluster.get<KubernetesObject & { spec?: { selector?: { matchLabels?: Record<string, string> } } }>(ref)
      )?.spec?.selector?.matchLabels;
      await withPod(cluster, selected ?? { 'job-name': ref.name }, { initContainerStatuses: [waiting] });
      const message = `Pod pod-1, container init has terminal error (${reason}): detail\n`;
      expect(await readOn(cluster, resume())).toEqual({ kind: 'verdict', phase: 'Inconclusive', message });
    },
  );

  it('when the Job is gone or unknown, then it is an error', async () => {
    const gone = 'job.batch "run-uid.m.1" not found';
    expect(await readOn(aCluster(), resume())).toEqual({ kind: 'error', message: gone });
    const missing = resume({ measurement: inFlight({}) });
    expect(await readOn(aCluster(), missing)).toEqual({ kind: 'error', message: 'job metadata reference missing' });
  });

  it('when it is terminated, then the Job is deleted; once more changes nothing', async () => {
    const cluster = aCluster();
    await readOn(cluster, taskFor({ job }));
    const terminate = resume({ operation: 'terminate' });
    expect(await readOn(cluster, terminate)).toEqual({ kind: 'verdict', phase: 'Inconclusive' });
    expect(await readOn(cluster, terminate)).toEqual({ kind: 'verdict', phase: 'Inconclusive' });
    const left = await cluster.get(ref);
    expect(left === undefined || left.metadata.deletionTimestamp !== undefined).toBe(true);
  });

  it('when it is cleaned up, then the oldest Jobs of the run beyond the limit go', async () => {
    const clock = new VirtualClock(NOW);
    const cluster = aCluster(clock);
    for (const name of ['old', 'middle', 'new']) {
      const labels = { 'analysisrun.argoproj.io/uid': 'run-uid' };
      await cluster.create({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, namespace: 'shop', labels },
        spec,
      } as NewObject);
      await clock.advance(SECOND);
    }
    const task = taskFor({ job });
    const provider = await providerFor(task, optionsFor(NOWHERE, { cluster }));
    await provider.cleanUp?.(task, 1);
    const left = await cluster.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'shop' });
    const alive = left.items.filter((item) => item.metadata.deletionTimestamp === undefined);
    expect(alive.map(({ metadata: { name } }) => name)).toEqual(['new']);
  });
});

describe('given Kayenta', () => {
  const detail = { scope: 'app', region: 'eu', step: 60 };
  const scopes = [{ name: 'default', controlScope: detail, experimentScope: { ...detail, scope: 'canary' } }];
  const kayenta = (address: string, change: object = {}): object => ({
    kayenta: {
      address,
      application: 'shop',
      canaryConfigName: 'cfg',
      metricsAccountName: 'm',
      configurationAccountName: 'c',
      storageAccountName: 's',
      threshold: { pass: 90, marginal: 75 },
      scopes,
      ...change,
    },
  });
  const configs = answering([
    { id: 'other-id', name: 'other' },
    { id: 'cfg-id', name: 'cfg' },
  ]);
  const started = answeringInTurn(configs, answering({ canaryExecutionId: 'exec-1' }));

  it('when it is run, then its configuration is looked up and an execution is started', async () => {
    const server = await openServer(started);
    const reading = await readingOf(taskFor(kayenta(server.address), { interval: '5m' }), optionsFor(server));
    expect(reading).toEqual({
      kind: 'pending',
      resumeAt: NOW + 15 * SECOND,
      metadata: { canaryExecutionId: 'exec-1' },
    });
    const [lookup, post] = server.requests;
    expect(lookup).toMatchObject({ method: 'GET', path: '/canaryConfig?application=shop&configurationAccountName=s' });
    const accounts = 'application=shop&metricsAccountName=m&configurationAccountName=c&storageAccountName=s';
    expect(post).toMatchObject({ method: 'POST', path: `/canary/cfg-id?${accounts}` });
    const window = { start: '2023-12-31T23:55:00Z', end: '2024-01-01T00:00:00Z' };
    expect(JSON.parse(post?.body ?? '')).toEqual({
      scopes: {
        default: {
          controlScope: { scope: 'app', location: 'eu', step: 60, ...window },
          experimentScope: { scope: 'canary', location: 'eu', step: 60, ...window },
        },
      },
      thresholds: { pass: 90, marginal: 75 },
    });
  });

  it('when it looks back, then from the start of the run', async () => {
    const server = await openServer(answeringInTurn(configs, answering({ canaryExecutionId: 'e' })));
    const run = aRun({ phase: 'Running', startedAt: '2023-12-31T20:00:00Z' });
    await readingOf(taskFor(kayenta(server.address, { lookback: true }), { run }), optionsFor(server));
    expect(server.requests[1]?.body).toContain('"start":"2023-12-31T20:00:00Z"');
  });

  it.each([
    [{ canaryConfigName: 'none' }, configs, 'Canary config not found'],
    [{}, answering('', 500), 'Invalid Response: HTTP 500'],
    [{}, answeringInTurn(configs, answering('', 500)), 'Invalid Response'],
    [{}, answeringInTurn(configs, answering({})), 'Invalid canaryExecutionId'],
    [
      { scopes: [{ name: 'd', controlScope: { ...detail, start: 'x' }, experimentScope: detail }] },
      configs,
      'controlScope.start and experimentScope.start must both be set or be empty',
    ],
    [
      { scopes: [{ name: 'd', controlScope: detail, experimentScope: { ...detail, end: 'x' } }] },
      configs,
      'controlScope.end and experimentScope.end must both be set or be empty',
    ],
    [{}, configs, 'Invalid duration "": time: invalid duration ""'],
  ])('when %j cannot be started (%#), then it is an error', async (change, answer, message) => {
    const server = await openServer(answer);
    const interval = message.startsWith('Invalid duration') ? {} : { interval: '5m' };
    expect(await readingOf(taskFor(kayenta(server.address, change), interval), optionsFor(server))).toEqual({
      kind: 'error',
      message,
    });
  });

  const score = (value: unknown, complete: unknown = true): object => ({
    complete,
    result: { judgeResult: { score: { score: value } } },
  });

  it.each([
    [answering(score(90.9)), { kind: 'verdict', phase: 'Successful', text: '90' }],
    [answering(score(89.9)), { kind: 'verdict', phase: 'Inconclusive', text: '89' }],
    [answering(score(75)), { kind: 'verdict', phase: 'Inconclusive', text: '75' }],
    [answering(score(74.99)), { kind: 'verdict', phase: 'Failed', text: '74' }],
    [
      answering(score(0, false)),
      { kind: 'pending', resumeAt: NOW + 15 * SECOND, metadata: { canaryExecutionId: 'e' } },
    ],
    [answering({}), { kind: 'error', message: 'Missing Complete Status' }],
    [answering(score(0, 'yes')), { kind: 'error', message: 'Missing Complete Status' }],
    [answering({ complete: true }), { kind: 'error', message: 'Missing Score' }],
    [answering('', 404), { kind: 'error', message: 'Invalid Response' }],
  ])('when it is looked at again (%#)', async (answer, expected) => {
    const server = await openServer(answer);
    const measurement = inFlight({ canaryExecutionId: 'e' });
    const task = taskFor(kayenta(server.address), { operation: 'resume', measurement });
    expect(await readingOf(task, optionsFor(server))).toEqual(expected);
    expect(server.requests).toMatchObject([{ method: 'GET', path: '/canary/e' }]);
  });

  it('when it is terminated, then it stays in flight', async () => {
    const measurement = { ...inFlight({ canaryExecutionId: 'e' }), resumeAt: '2024-01-01T00:00:15Z' };
    const task = taskFor(kayenta('http://kayenta'), { operation: 'terminate', measurement });
    const reading = await readingOf(task, optionsFor(NOWHERE));
    expect(reading).toEqual({ kind: 'pending', resumeAt: NOW + 15 * SECOND, metadata: { canaryExecutionId: 'e' } });
  });
});

describe('given a plugin', () => {
  const unknown =
    'failed to create plugin: unable to get metric plugin: unable to start plugin system: unable to find plugin';
  it.each([
    [
      'argoproj-labs/sample',
      `${unknown} (argoproj-labs/sample): plugin argoproj-labs/sample not configured in configmap`,
    ],
    ['constructor', `${unknown} (constructor): plugin constructor not configured in configmap`],
    ['weir/nothing', 'there is no plugin weir/nothing in this version of Weir'],
  ])('when it is %s, then it is refused by name', async (name, message) => {
    const reading = await readingOf(taskFor({ plugin: { [name]: { any: 'json' } } }), optionsFor(NOWHERE));
    expect(reading).toEqual({ kind: 'error', message });
  });

  it('when it is one of ours, then it reads', async () => {
    const verdict = { kind: 'verdict', phase: 'Successful' } as const;
    const plugins = { 'weir/judge': async () => () => ({ type: 'Judge', read: async () => verdict }) };
    const reading = await readingOf(taskFor({ plugin: { 'weir/judge': {} } }), optionsFor(NOWHERE, { plugins }));
    expect(reading).toEqual(verdict);
  });
});
