/** Analysis after promotion: while the bake lasts, and no longer. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ControllerName } from '#shared/ports.ts';
import { refOf } from '#core/resources/kubernetes.ts';
import { HOUR, MINUTE } from '#core/time.ts';
import { World } from '../support/world.ts';

const TEMPLATE = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'after' },
  spec: {
    args: [{ name: 'service-name' }, { name: 'hash' }],
    metrics: [
      {
        name: 'errors',
        interval: '1m',
        failureLimit: 2,
        successCondition: 'result[0] < 0.01',
        provider: {
          prometheus: { address: 'http://prometheus:9090', query: 'e{s="{{args.service-name}}",h="{{args.hash}}"}' },
        },
      },
    ],
  },
};

interface Given {
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly controllers?: readonly ControllerName[];
  readonly templates?: readonly object[];
}

let world: World;
let errors = 0;
afterEach(() => world.stop());

/** v1 is stable, v2 has just been promoted and bakes for 30 minutes. */
async function givenAPromotedRelease({ annotations, labels, controllers, templates = [TEMPLATE] }: Given = {}) {
  errors = 0;
  world = new World({ answers: () => errors, ...(controllers !== undefined && { controllers }) });
  await world.apply(...templates);
  await world.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name: 'my-app',
      annotations: { 'weir.dev/bake': '30m', 'weir.dev/bake-analysis': 'after', ...annotations },
      ...(labels !== undefined && { labels }),
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'my-app' } },
      template: {
        metadata: { labels: { app: 'my-app' } },
        spec: { containers: [{ name: 'app', image: 'my-app:v1' }] },
      },
      strategy: {
        canary: {
          steps: [{ setWeight: 50 }, { pause: { duration: '1m' } }],
          analysis: {
            startingStep: 9,
            templates: [{ templateName: 'after' }],
            args: [
              { name: 'service-name', value: 'my-app' },
              { name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' } },
              { name: 'other', value: 'not asked for' },
            ],
          },
        },
      },
    },
  });
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v2');
  await world.passes(MINUTE);
  await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
  await world.passes(MINUTE);
}

const image = async () => (await world.rollout()).spec.template?.spec?.containers[0]?.image;
const bakeRuns = async () =>
  (await world.analysisRuns()).filter(({ metadata }) => metadata.labels?.['rollout-type'] === 'Bake');
const orders = async () =>
  world.engine.ports.orders.ofRollout({ cluster: 'local', namespace: 'default', name: 'my-app' });

describe('given a release that was promoted, with a bake analysis', () => {
  it('then one run asks while it bakes, with the arguments of the Rollout that fit, and ends with the bake', async () => {
    await givenAPromotedRelease();
    const { status, metadata } = await world.rollout();
    const hash = status?.currentPodHash ?? '';
    const [run, ...others] = await bakeRuns();
    expect(others).toEqual([]);
    expect(run?.metadata.name).toBe(`my-app-${hash}-2-bake`);
    expect(run?.metadata.ownerReferences).toEqual([
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'my-app', uid: metadata.uid },
    ]);
    expect(run?.spec.args).toEqual([
      { name: 'service-name', value: 'my-app' },
      { name: 'hash', value: hash },
    ]);
    await world.passes(20 * MINUTE);
    expect((await bakeRuns())[0]?.status?.phase).toBe('Running');
    await world.passes(10 * MINUTE);
    const [ended] = await bakeRuns();
    expect(ended?.status?.phase).toBe('Successful');
    const { count = 0 } = ended?.status?.metricResults?.[0] ?? {};
    expect(count).toBeGreaterThan(25);
    expect(count).toBeLessThan(32);
    expect(await image()).toBe('my-app:v2');
    const [release] = await world.releases();
    expect((await world.transitions(release)).filter(({ type }) => type === 'measured').length).toBe(count);
  });

  it('when it fails, then the version before is back, and cause and seconds are kept', async () => {
    await givenAPromotedRelease();
    errors = 1;
    await world.passes(5 * MINUTE);
    expect(await image()).toBe('my-app:v1');
    const { status } = await world.rollout();
    expect(status?.stableRS).toBe(status?.currentPodHash);
    const [order] = (await orders()).filter(({ person }) => person === 'weir:bake-analysis');
    expect(order).toMatchObject({ state: 'applied', order: { action: 'rollback' } });
    expect(order?.verdict).toMatch(/^rolled back to revision 1 \(\w+\) \d+ s after promotion \(Failed: .*errors/);
    expect(world.toldTypes()).toContain('ordered');
  });

  it('when the rollback is out and the metrics are still bad, then it is not taken back in turn', async () => {
    await givenAPromotedRelease();
    errors = 1;
    await world.passes(2 * HOUR);
    expect(await image()).toBe('my-app:v1');
    expect((await orders()).filter(({ order }) => order['action'] === 'rollback')).toHaveLength(1);
    expect(await bakeRuns()).toHaveLength(1);
  });

  it('when another version comes, then the run ends, and what it finds says nothing about that version', async () => {
    await givenAPromotedRelease();
    errors = 1;
    await world.passes(MINUTE);
    await world.setImage('my-app:v3');
    await world.until('the end of the run', async () => (await bakeRuns())[0]?.spec.terminate === true, 2 * MINUTE);
    await world.passes(MINUTE);
    expect(await image()).toBe('my-app:v3');
  });

  it('when the annotation goes meanwhile, then the run still ends with the bake', async () => {
    await givenAPromotedRelease();
    const rollout = await world.rollout();
    await world.cluster.patch(refOf(rollout), { metadata: { annotations: { 'weir.dev/bake-analysis': null } } });
    await world.passes(31 * MINUTE);
    expect((await bakeRuns())[0]?.status?.phase).toBe('Successful');
  });

  it('given that Argo CD keeps the Rollout as Git has it, when it fails, then that is told once and nothing is undone', async () => {
    await givenAPromotedRelease({
      annotations: { 'argocd.argoproj.io/tracking-id': 'shop:argoproj.io/Rollout:default/my-app' },
    });
    errors = 1;
    await world.passes(20 * MINUTE);
    expect(await image()).toBe('my-app:v2');
    const told = (await orders()).filter(({ person }) => person === 'weir:bake-analysis');
    expect(told.map(({ verdict }) => verdict)).toEqual([expect.stringContaining('told: Argo CD keeps it')]);
  });

  it('given a template that is not there, then it is told once, and the run begins when it has come', async () => {
    await givenAPromotedRelease({ annotations: { 'weir.dev/bake-analysis': 'after, cluster/missing' } });
    await world.passes(5 * MINUTE);
    expect(await bakeRuns()).toEqual([]);
    expect((await orders()).map(({ verdict }) => verdict)).toEqual([
      expect.stringMatching(/^the bake analysis cannot run: .*missing.* not found$/),
    ]);
    const { spec } = TEMPLATE;
    const metrics = spec.metrics.map((metric) => ({ ...metric, name: 'others' }));
    const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ClusterAnalysisTemplate' };
    await world.cluster.create({
      ...kind,
      metadata: { name: 'missing', namespace: '' },
      spec: { ...spec, metrics },
    } as never);
    await world.passes(2 * MINUTE);
    expect((await bakeRuns())[0]?.spec.metrics?.map(({ name }) => name)).toEqual(['errors', 'others']);
  });
});

describe('given a release without a bake, or none that replaced anything', () => {
  it('then nothing is asked after promotion', async () => {
    await givenAPromotedRelease({ annotations: { 'weir.dev/bake': 'a while' } });
    await world.passes(MINUTE);
    expect(await bakeRuns()).toEqual([]);
  });
});
