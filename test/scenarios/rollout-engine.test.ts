/** What holds for every strategy, on the embedded API. rollout-engine §3–§9. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { controllerOf } from '#core/resources/kubernetes.ts';
import { hashOf } from '#core/rollout/replica-sets.ts';
import { formatTimestamp, MINUTE, SECOND } from '#core/time.ts';
import { pause, setWeight } from '../support/builders.ts';
import { Scenario, templateOf, versionOf, type Given } from '../support/scenario.ts';

let scenario: Scenario;
afterEach(() => scenario.end());

const STEPS = [setWeight(50), pause()];

async function given(more: Given = {}): Promise<void> {
  scenario = await Scenario.healthy({ steps: STEPS, replicas: 2, ...more });
}

async function podIds(): Promise<readonly string[]> {
  return (await scenario.podObjects()).map(({ metadata }) => metadata.uid).toSorted();
}

describe('given a spec', () => {
  it('when it becomes invalid in the middle, then that is told and nothing moves; when it is mended, then it goes on', async () => {
    await given();
    await scenario.updateImage('v2');
    await scenario.waitForStatus('Paused');
    await scenario.updateSpec({ minReadySeconds: 600 });
    await scenario.waitForStatus('Degraded');
    const message =
      'The Rollout "my-app" is invalid: spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds';
    expect(await scenario.condition('InvalidSpec')).toMatchObject({ status: 'True', reason: 'InvalidSpec', message });
    expect(await scenario.status()).toMatchObject({ message: `InvalidSpec: ${message}`, currentStepIndex: 1 });
    expect(await scenario.pods()).toEqual({ v1: '1/1', v2: '1/1' });
    await scenario.updateSpec({ minReadySeconds: 0 });
    await scenario.waitForPauseAt(1);
    expect(await scenario.condition('InvalidSpec')).toBeUndefined();
  });

  it('when it names no replicas, then 1 is written, and it is deployed', async () => {
    scenario = await Scenario.of(
      {},
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name: 'my-app' },
        spec: { selector: { matchLabels: { app: 'my-app' } }, template: templateOf('v1'), strategy: { canary: {} } },
      },
    );
    await scenario.waitForStatus('Healthy');
    expect((await scenario.rollout()).spec.replicas).toBe(1);
    expect(await scenario.pods()).toEqual({ v1: '1/1' });
  });

  it('when template and replicas change in one edit, then the new version gets pods by its steps alone', async () => {
    await given();
    await scenario.updateSpec({ template: templateOf('v2'), replicas: 4 });
    await scenario.waitForPauseAt(1);
    expect(await scenario.pods()).toEqual({ v1: '2/2', v2: '2/2' });
    const told = await scenario.events('ScalingReplicaSet');
    const v2 = (await scenario.replicaSet('v2')).metadata.name;
    expect(told.filter((text) => text.includes(v2) && /to [34]$/.test(text))).toEqual([]);
  });
});

describe('given its ReplicaSet', () => {
  it('when that has lost its owner, then it is adopted, and no pod restarts', async () => {
    await given();
    const pods = await podIds();
    await scenario.patch(await scenario.replicaSet('v1'), { metadata: { ownerReferences: [] } });
    await scenario.updateSpec({ minReadySeconds: 1 });
    await scenario.sleep(MINUTE);
    expect(controllerOf(await scenario.replicaSet('v1'))).toMatchObject({ kind: 'Rollout', name: 'my-app' });
    expect(await podIds()).toEqual(pods);
  });

  it('when it no longer has the labels of the selector, then it is released, and another one takes its place', async () => {
    await given({ steps: [] });
    const [first] = await scenario.replicaSets();
    await scenario.patch(await scenario.replicaSet('v1'), { metadata: { labels: { app: null } } });
    await scenario.updateSpec({ minReadySeconds: 1 });
    await scenario.waitFor('another hash', ({ status }) => status?.collisionCount === 1);
    await scenario.waitForStatus('Healthy');
    const sets = await scenario.replicaSets();
    const released = sets.find(({ metadata }) => metadata.uid === first?.metadata.uid);
    expect(released?.metadata.ownerReferences ?? []).toEqual([]);
    const own = sets.filter((set) => controllerOf(set)?.name === 'my-app');
    expect(own.map(versionOf)).toEqual(['v1']);
    expect((await scenario.status()).stableRS).toBe(hashOf(own[0]));
  });

  it('when its name is taken by somebody else, then the collision is counted, and another hash is taken', async () => {
    await given();
    await scenario.world.apply({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'my-app-58666df8c9' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'other' } },
        template: { ...templateOf('x'), metadata: { labels: { app: 'other' } } },
      },
    });
    await scenario.updateImage('v2');
    await scenario.waitForStatus('Paused');
    expect((await scenario.status()).collisionCount).toBe(1);
    expect((await scenario.replicaSet('v2')).metadata.name).not.toBe('my-app-58666df8c9');
  });

  it('when there are more revisions than the limit, then the oldest go, and stable and newest never do', async () => {
    await given({ steps: [], spec: { revisionHistoryLimit: 1 } });
    for (const version of ['v2', 'v3', 'v4']) {
      await scenario.updateImage(version);
      await scenario.waitForStatus('Healthy');
    }
    await scenario.sleep(MINUTE);
    expect((await scenario.replicaSets()).map(versionOf)).toEqual(['v3', 'v4']);
  });
});

describe('given a person pauses it', () => {
  it('when it is updated and resized meanwhile, then the version is made and nothing is scaled until it is resumed', async () => {
    await given();
    await scenario.updateSpec({ paused: true });
    await scenario.updateImage('v2');
    await scenario.waitForStatus('Paused');
    await scenario.scale(4);
    await scenario.sleep(30 * SECOND);
    expect(await scenario.status()).toMatchObject({ phase: 'Paused', message: 'manually paused' });
    expect(await scenario.pods()).toEqual({ v1: '2/2' });
    expect(await scenario.replicaSets()).toHaveLength(2);
    expect(await scenario.condition('Progressing')).toMatchObject({ status: 'Unknown', reason: 'RolloutPaused' });
    expect(await scenario.condition('Paused')).toMatchObject({ status: 'True', reason: 'RolloutPaused' });
    await scenario.updateSpec({ paused: false });
    await scenario.waitForPauseAt(1);
    expect(await scenario.pods()).toEqual({ v1: '2/2', v2: '2/2' });
  });
});

describe('given pods that do not come up', () => {
  it('when the deadline passes, then it is Degraded and goes on once they do', async () => {
    await given({ spec: { progressDeadlineSeconds: 60 } });
    await scenario.updateImage('bad');
    await scenario.waitForStatus('Degraded');
    const { metadata } = await scenario.replicaSet('bad');
    const message = `ReplicaSet "${metadata.name}" has timed out progressing.`;
    expect(await scenario.condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message,
    });
    expect((await scenario.status()).message).toBe(`ProgressDeadlineExceeded: ${message}`);
    expect((await scenario.status()).abort).toBeUndefined();
    await scenario.updateImage('v2');
    await scenario.waitForPauseAt(1);
  });

  it('when progressDeadlineAbort is set, then it is aborted, and stable carries everything', async () => {
    await given({ spec: { progressDeadlineSeconds: 60, progressDeadlineAbort: true } });
    await scenario.updateImage('bad');
    await scenario.waitFor('the abort', ({ status }) => status?.abort === true);
    const { metadata } = await scenario.replicaSet('bad');
    const late = `ReplicaSet "${metadata.name}" has timed out progressing.`;
    await scenario.waitForPods({ v1: '2/2' });
    expect(await scenario.events('RolloutAborted')).toEqual([late, `Rollout aborted update to revision 2: ${late}`]);
    expect(await scenario.condition('Progressing')).toMatchObject({ reason: 'RolloutAborted' });
    expect((await scenario.status()).duration).toMatchObject({ completionStatus: 'Aborted' });
  });
});

describe('given restartAt', () => {
  const soon = () => formatTimestamp(scenario.world.clock.now() + 10 * SECOND);

  it('when it comes, then every older pod is replaced, one at a time, and the rest of the status stays', async () => {
    await given({ replicas: 3 });
    const before = await podIds();
    const at = soon();
    await scenario.updateSpec({ restartAt: at });
    await scenario.waitForStatus('Progressing');
    expect((await scenario.status()).message).toBe('rollout is restarting');
    let fewest = 3;
    await scenario.world.until('the restart', async () => {
      fewest = Math.min(fewest, (await scenario.status()).availableReplicas ?? 0);
      return (await scenario.status()).restartedAt === at;
    });
    expect(fewest).toBeGreaterThanOrEqual(2);
    const after = await podIds();
    expect(after).toHaveLength(3);
    expect(after.filter((uid) => before.includes(uid))).toEqual([]);
    await scenario.waitForStatus('Healthy');
  });

  it('when a disruption budget allows no eviction, then it waits; when the budget is gone, then it is done', async () => {
    await given();
    const before = await podIds();
    const metadata = { name: 'keep', namespace: 'default' };
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata };
    await scenario.world.apply({ ...budget, spec: { minAvailable: 2, selector: { matchLabels: { app: 'my-app' } } } });
    const at = soon();
    await scenario.updateSpec({ restartAt: at });
    await scenario.sleep(5 * MINUTE);
    expect(await podIds()).toEqual(before);
    expect((await scenario.status()).restartedAt).toBeUndefined();
    await scenario.world.cluster.delete({ ...budget, ...metadata });
    await scenario.waitFor('the restart', ({ status }) => status?.restartedAt === at);
    expect((await podIds()).filter((uid) => before.includes(uid))).toEqual([]);
  });
});

describe('given metadata for the roles of pods', () => {
  it('when a version goes from canary to stable, then its running pods change with it and do not restart', async () => {
    await given({
      canary: {
        canaryMetadata: { labels: { role: 'canary' }, annotations: { who: 'new' } },
        stableMetadata: { labels: { role: 'stable' } },
      },
    });
    const roles = async () =>
      (await scenario.podObjects()).map(({ metadata }) => metadata.labels?.['role'] ?? '').toSorted();
    expect(await roles()).toEqual(['stable', 'stable']);
    await scenario.updateImage('v2');
    await scenario.waitForPauseAt(1);
    expect(await roles()).toEqual(['canary', 'stable']);
    const [canary] = await scenario.podObjects('v2');
    await scenario.promote();
    await scenario.waitForStatus('Healthy');
    await scenario.sleep(10 * SECOND);
    expect(await roles()).toEqual(['stable', 'stable']);
    const kept = (await scenario.podObjects('v2')).find(({ metadata }) => metadata.uid === canary?.metadata.uid);
    expect(kept?.metadata.annotations ?? {}).toEqual({});
  });
});

describe('given anti-affinity', () => {
  it('when a new version comes, then its pods keep away from those of stable, and it is still the same version afterwards', async () => {
    await given({ canary: { antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } } });
    const { stableRS = '' } = await scenario.status();
    await scenario.updateImage('v2');
    await scenario.waitForPauseAt(1);
    const { spec } = await scenario.replicaSet('v2');
    const expression = { key: 'rollouts-pod-template-hash', operator: 'In', values: [stableRS] };
    expect(spec?.template?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual([
      {
        labelSelector: { matchExpressions: [expression] },
        namespaces: ['default'],
        topologyKey: 'kubernetes.io/hostname',
      },
    ]);
    await scenario.promote();
    await scenario.waitForStatus('Healthy');
    expect(await scenario.replicaSets()).toHaveLength(2);
  });
});
