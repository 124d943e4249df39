import { afterEach, describe, expect, it } from '@jest/globals';
import type { Experiment } from '#core/resources/argo.ts';
import { MINUTE } from '#core/time.ts';
import { ROUTER_DEFINITIONS } from '../support/router-crds.ts';
import { World, type Answers } from '../support/world.ts';

let world: World;
afterEach(() => world.stop());

const SERVICE = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'my-app' }, ports: [{ port: 80, targetPort: 8080 }] },
});

const TEMPLATE = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'smoke' },
  spec: {
    args: [{ name: 'hash' }],
    metrics: [
      {
        name: 'smoke',
        count: 2,
        interval: '10s',
        successCondition: 'result[0] > 0.5',
        provider: { prometheus: { address: 'http://prometheus:9090', query: 'up{hash="{{args.hash}}"}' } },
      },
    ],
  },
};

const VIRTUAL_SERVICE = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'VirtualService',
  metadata: { name: 'my-app' },
  spec: {
    hosts: ['my-app'],
    http: [
      {
        name: 'primary',
        route: [
          { destination: { host: 'stable' }, weight: 100 },
          { destination: { host: 'canary' }, weight: 0 },
        ],
      },
    ],
  },
};

const ROLLOUT = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'my-app' },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'my-app' } },
    template: {
      metadata: { labels: { app: 'my-app' } },
      spec: { containers: [{ name: 'my-app', image: 'my-app:v1', ports: [{ containerPort: 8080 }] }] },
    },
    strategy: {
      canary: {
        canaryService: 'canary',
        stableService: 'stable',
        trafficRouting: { istio: { virtualService: { name: 'my-app', routes: ['primary'] } } },
        steps: [
          { setWeight: 25 },
          {
            experiment: {
              duration: '2m',
              templates: [
                { name: 'baseline', specRef: 'stable', weight: 5 },
                { name: 'trial', specRef: 'canary', weight: 5, metadata: { labels: { role: 'trial' } } },
              ],
              analyses: [
                {
                  name: 'smoke',
                  templateName: 'smoke',
                  args: [{ name: 'hash', value: '{{templates.trial.podTemplateHash}}' }],
                },
              ],
            },
          },
          { setWeight: 50 },
          { pause: {} },
        ],
      },
    },
  },
};

async function givenMyApp(answers: Answers = () => 1): Promise<void> {
  world = new World({ answers });
  await world.apply(...ROUTER_DEFINITIONS, SERVICE('canary'), SERVICE('stable'), TEMPLATE, VIRTUAL_SERVICE, ROLLOUT);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
}

async function experiment(): Promise<Experiment | undefined> {
  const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', namespace: 'default' };
  return (await world.cluster.list<Experiment>(kind)).items.at(-1);
}

async function shares(): Promise<Record<string, number>> {
  const ref = {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'VirtualService',
    namespace: 'default',
    name: 'my-app',
  };
  const found = (await world.cluster.get(ref)) as unknown as typeof VIRTUAL_SERVICE;
  const route = found.spec.http[0]?.route ?? [];
  return Object.fromEntries(route.map(({ destination, weight }) => [destination.host, weight]));
}

const step = async () => (await world.rollout()).status?.currentStepIndex;
const phaseIs = (phase: string) => async () => (await experiment())?.status?.phase === phase;

async function eventsOf(kind: string): Promise<readonly string[]> {
  const events = await world.kubernetesEvents();
  return events.filter(({ involvedObject }) => involvedObject.kind === kind).map(({ reason }) => reason);
}

describe('given a canary with an experiment among its steps', () => {
  it('when a version is released, then both versions run beside it with their share, are analysed, and go again', async () => {
    await givenMyApp();
    await world.setImage('my-app:v2');
    await world.until('the experiment', phaseIs('Running'));
    await world.until('its traffic', async () => Object.keys(await shares()).length === 4);
    const running = await experiment();
    const [baseline, trial] = running?.status?.templateStatuses ?? [];
    expect(await shares()).toEqual({
      stable: 65,
      canary: 25,
      [baseline?.serviceName ?? '']: 5,
      [trial?.serviceName ?? '']: 5,
    });
    const { status } = await world.rollout();
    expect(status?.canary).toMatchObject({ currentExperiment: running?.metadata.name });
    expect(status?.canary?.weights?.additional).toHaveLength(2);
    const hashes = [status?.currentPodHash, status?.stableRS];
    expect(hashes).not.toContain(trial?.podTemplateHash);
    expect(hashes).not.toContain(baseline?.podTemplateHash);
    await world.until('the next pause', async () => (await step()) === 3);
    expect(await experiment()).toMatchObject({ status: { phase: 'Successful' } });
    expect(await shares()).toEqual({ stable: 50, canary: 50 });
    const [run] = await world.analysisRuns();
    expect(run).toMatchObject({
      spec: { args: [{ name: 'hash', value: trial?.podTemplateHash }] },
      status: { phase: 'Successful' },
    });
    await world.passes(2 * MINUTE);
    const { items } = await world.cluster.list({ apiVersion: 'v1', kind: 'Service', namespace: 'default' });
    expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual(['canary', 'stable']);
    const sets = (await world.replicaSets()).filter(({ spec }) => (spec?.replicas ?? 0) > 0);
    expect(sets).toHaveLength(2);
  });

  it('when its analysis fails, then the experiment fails, the update is aborted and all traffic is stable’s', async () => {
    await givenMyApp(() => 0.1);
    await world.setImage('my-app:v2');
    await world.until('the abort', async () => (await world.rollout()).status?.abort === true);
    const { conditions } = (await world.rollout()).status ?? {};
    expect(conditions?.find(({ type }) => type === 'Progressing')?.message).toContain(
      'Experiment analysis phase is error/failed',
    );
    await world.passes(MINUTE);
    expect(await shares()).toEqual({ stable: 100, canary: 0 });
    expect(await experiment()).toMatchObject({ status: { phase: 'Failed' } });
    expect(await eventsOf('Experiment')).toEqual(
      expect.arrayContaining([
        'ExperimentPending',
        'ExperimentRunning',
        'ExperimentFailed',
        'TemplateRunning',
        'ScalingReplicaSet',
        'AnalysisRunFailed',
      ]),
    );
    expect(await eventsOf('Rollout')).toEqual(expect.arrayContaining(['ExperimentCreated', 'AnalysisRunFailed']));
  });

  it('when a person pauses the Rollout meanwhile, then it is made once, and counts when the Rollout goes on', async () => {
    await givenMyApp();
    await world.setImage('my-app:v2');
    await world.until('the experiment', phaseIs('Running'));
    await world.order('pause');
    await world.until('its end', phaseIs('Successful'));
    await world.passes(5 * MINUTE);
    expect(await eventsOf('Experiment')).toEqual(expect.arrayContaining(['ExperimentSuccessful']));
    const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', namespace: 'default' };
    expect((await world.cluster.list(kind)).items).toHaveLength(1);
    expect(await step()).toBe(1);
    await world.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, paused: false } }));
    await world.until('the next pause', async () => (await step()) === 3);
    expect((await world.cluster.list(kind)).items).toHaveLength(1);
    expect((await world.rollout()).status?.canary).not.toHaveProperty('currentExperiment');
  });

  it('when a person aborts during the experiment, then it is ended and its pods go', async () => {
    await givenMyApp();
    await world.setImage('my-app:v2');
    await world.until('the experiment', phaseIs('Running'));
    await world.order('abort');
    await world.until('its end', phaseIs('Successful'));
    await world.passes(2 * MINUTE);
    const running = (await world.replicaSets()).filter(({ spec }) => (spec?.replicas ?? 0) > 0);
    expect(running).toHaveLength(1);
    expect(await shares()).toEqual({ stable: 100, canary: 0 });
  });
});
