import { describe, expect, it } from '@jest/globals';
import type { CanaryStep, CanaryStrategy } from '#core/resources/argo.ts';
import { selectedHash } from '#core/rollout/services.ts';
import {
  aMetric,
  analysis,
  anAnalysisTemplate,
  aRollout,
  aService,
  hashOfVersion,
  pause,
  setWeight,
} from '../../../../support/builders.ts';
import { RolloutWorld, type WorldOptions } from '../../../../support/rollout-world.ts';

const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');
const V3 = hashOfVersion('v3');
const FINITE = { ...aMetric(), count: 1 };
const TEMPLATES = [anAnalysisTemplate('latency', [FINITE]), anAnalysisTemplate('errors')];

/** v1 is deployed and healthy. */
function running(
  replicas: number,
  steps?: readonly CanaryStep[],
  strategy: Partial<CanaryStrategy> = {},
  options: WorldOptions = {},
): RolloutWorld {
  const rollout = aRollout().replicas(replicas).canary(steps, strategy).build();
  const world = new RolloutWorld(rollout, { templates: TEMPLATES, ...options });
  world.settle();
  expect(world.status.phase).toBe('Healthy');
  world.events.length = 0;
  return world;
}

/** `v1:8/8 v2:5/5`, one text per pass that changed a size. */
function told(samples: readonly Readonly<Record<string, string>>[]): readonly string[] {
  return samples.map((sample) =>
    Object.entries(sample)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([version, size]) => `${version}:${size}`)
      .join(' '),
  );
}

describe('the first deploy', () => {
  const world = new RolloutWorld(
    aRollout()
      .replicas(5)
      .canary([setWeight(20), pause()])
      .build(),
  );

  it('given nothing exists, then the ReplicaSet is made without replicas, and the pass ends', () => {
    world.pass();
    const [create, ...others] = world.decisions.at(-1)?.actions ?? [];
    expect(others).toEqual([]);
    expect(create).toMatchObject({
      type: 'create',
      object: { kind: 'ReplicaSet', metadata: { name: `checkout-${V1}` }, spec: { replicas: 0 } },
    });
    expect(world.status.conditions).toMatchObject([{ type: 'Progressing', reason: 'NewReplicaSetCreated' }]);
  });

  it('then the Rollout takes its revision, alone in a pass', () => {
    world.pass();
    expect(world.decisions.at(-1)?.actions).toMatchObject([{ type: 'patch', after: { kind: 'Rollout' } }]);
    expect(world.decisions.at(-1)?.status).toBeUndefined();
    expect(world.eventTexts('RolloutUpdated')).toEqual(['Rollout updated to revision 1']);
  });

  it('then it is stable before its pods are ready, with all steps skipped', () => {
    world.broken.add('v1');
    world.pass();
    world.pass();
    expect(world.status).toMatchObject({ stableRS: V1, currentStepIndex: 2, phase: 'Progressing' });
    expect(world.eventTexts('RolloutCompleted')).toEqual([
      `Rollout completed update to revision 1 (${V1}): Initial deploy`,
    ]);
  });

  it('then it is scaled in one go and becomes healthy', () => {
    world.broken.delete('v1');
    world.settle();
    expect(world.eventTexts('ScalingReplicaSet')).toEqual([
      `Scaled up ReplicaSet checkout-${V1} (revision 1) from 0 to 5`,
    ]);
    expect(world.status).toMatchObject({ phase: 'Healthy', availableReplicas: 5, updatedReplicas: 5 });
    expect(world.status.message).toBeUndefined();
  });

  it('then it rests', () => {
    world.pass();
    expect(world.decisions.at(-1)).toEqual({ actions: [], events: [] });
  });
});

describe('the sizes on the way to a weight, pods starting at once', () => {
  it.each<{ replicas: number; steps: CanaryStep[] | undefined; strategy?: Partial<CanaryStrategy>; then: string[] }>([
    { replicas: 10, steps: [setWeight(50), pause()], then: ['v1:8/8', 'v1:8/8 v2:5/5', 'v1:5/5 v2:5/5'] },
    {
      replicas: 10,
      steps: undefined,
      then: ['v1:8/8', 'v1:8/8 v2:5/5', 'v1:3/3 v2:5/5', 'v1:3/3 v2:10/10', 'v2:10/10'],
    },
    {
      replicas: 5,
      steps: [setWeight(50), pause()],
      strategy: { maxSurge: 1, maxUnavailable: 0 },
      then: ['v1:5/5 v2:1/1', 'v1:4/4 v2:1/1', 'v1:4/4 v2:2/2', 'v1:3/3 v2:2/2', 'v1:3/3 v2:3/3'],
    },
    {
      replicas: 4,
      steps: [setWeight(25), pause()],
      strategy: { maxSurge: 0, maxUnavailable: 1 },
      then: ['v1:3/3', 'v1:3/3 v2:1/1'],
    },
  ])('given $replicas replicas and $steps, then $then', ({ replicas, steps, strategy, then }) => {
    const world = running(replicas, steps, strategy);
    world.deploy('v2');
    expect(told(world.settle())).toEqual(then);
  });

  it('given slow pods, then a step waits until they are available', () => {
    const world = running(4, [setWeight(50), pause()]);
    world.broken.add('v2');
    world.deploy('v2');
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 0, phase: 'Progressing' });
    expect(world.status.message).toBe('more replicas need to be updated');
    world.broken.delete('v2');
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 1, phase: 'Paused', message: 'CanaryPauseStep' });
  });
});

describe('an update through its steps', () => {
  it('given an indefinite pause, when a person promotes, then the next weight is taken and the update completes', () => {
    const world = running(5, [setWeight(20), pause(), setWeight(60), pause(60)]);
    world.deploy('v2');
    world.settle();
    expect(world.sizes()).toEqual({ v1: '4/4', v2: '1/1' });
    expect(world.status.pauseConditions).toMatchObject([{ reason: 'CanaryPauseStep' }]);
    expect(world.status.controllerPause).toBe(true);

    world.promote();
    world.settle();
    expect(world.sizes()).toEqual({ v1: '2/2', v2: '3/3' });
    expect(world.decisions.at(-1)?.requeueAfter).toBeGreaterThan(50_000);

    world.wait(120_000);
    expect(world.sizes()).toEqual({ v2: '5/5' });
    expect(world.status).toMatchObject({ phase: 'Healthy', stableRS: V2, currentStepIndex: 4 });
    expect(world.eventTexts('RolloutStepCompleted')).toEqual([
      'Rollout step 1/4 completed (setWeight: 20)',
      'Rollout step 2/4 completed (pause)',
      'Rollout step 3/4 completed (setWeight: 60)',
      'Rollout step 4/4 completed (pause: 60)',
    ]);
    expect(world.eventTexts('RolloutCompleted')).toEqual([
      `Rollout completed update to revision 2 (${V2}): Completed all 4 canary steps`,
    ]);
    expect(world.status.pauseConditions).toBeUndefined();
    expect(world.status.controllerPause).toBeUndefined();
  });

  it('given steps of the same weight, then at most one step completes a pass', () => {
    const world = running(4, [setWeight(25), setWeight(25), setWeight(25), pause()]);
    world.deploy('v2');
    let before = world.status.currentStepIndex ?? 0;
    for (let pass = 0; pass < 20; pass += 1) {
      world.pass();
      const now = world.status.currentStepIndex ?? 0;
      if (world.status.currentPodHash === V2 && before <= 3) expect(now - before).toBeLessThanOrEqual(1);
      before = now === 4 ? 0 : now;
    }
    expect(world.status.currentStepIndex).toBe(3);
  });

  it('given a pass that changes a size, then no step completes in it', () => {
    const world = running(10, [setWeight(50), pause()]);
    world.deploy('v2');
    for (let pass = 0; pass < 20; pass += 1) {
      world.pass();
      const reasons = world.decisions.at(-1)?.events.map(({ reason }) => reason) ?? [];
      expect(reasons.includes('ScalingReplicaSet') && reasons.includes('RolloutStepCompleted')).toBe(false);
    }
  });

  it('given a person skips a running step by its index, then the next one runs', () => {
    const world = running(4, [setWeight(25), analysis('latency'), setWeight(50), pause()]);
    world.deploy('v2');
    world.settle();
    expect(world.runs).toHaveLength(1);
    world.patchStatus({ currentStepIndex: 2 });
    world.settle();
    expect(world.runs[0]?.spec.terminate).toBe(true);
    expect(world.status).toMatchObject({ currentStepIndex: 3, pauseConditions: [{ reason: 'CanaryPauseStep' }] });
    expect(world.sizes()).toEqual({ v1: '2/2', v2: '2/2' });
  });

  it('given promote --full in the middle, then everything goes at once and pauses are skipped', () => {
    const world = running(5, [setWeight(20), pause(), setWeight(60), pause()]);
    world.deploy('v2');
    world.settle();
    world.promoteFull();
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Healthy', stableRS: V2, currentStepIndex: 4 });
    expect(world.status.promoteFull).toBeUndefined();
    expect(world.eventTexts('RolloutCompleted').at(-1)).toContain('Full promotion requested');
    expect(world.status.duration).toMatchObject({ completionStatus: 'FastPromoted' });
  });

  it('given spec.paused, then nothing is scaled and no step completes until it is lifted', () => {
    const world = running(4, [setWeight(25), setWeight(50)]);
    world.edit({ paused: true });
    world.deploy('v2');
    world.settle();
    expect(world.sizes()).toEqual({ v1: '4/4' });
    expect(world.status).toMatchObject({ phase: 'Paused', message: 'manually paused', currentStepIndex: 0 });
    world.edit({ paused: false });
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Healthy', stableRS: V2 });
  });

  it('given no replicas at all, then the update still completes', () => {
    const world = running(1, [setWeight(50)]);
    world.edit({ replicas: 0 });
    world.settle();
    world.deploy('v2');
    world.settle();
    expect(world.status.stableRS).toBe(V2);
    expect(world.sizes()).toEqual({});
  });
});

describe('plans that change on the way', () => {
  it('given an update during an update, then the steps begin anew and the version between goes', () => {
    const world = running(5, [setWeight(40), pause()]);
    world.deploy('v2');
    world.settle();
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '2/2' });
    world.deploy('v3');
    expect(told(world.settle())).toEqual(['v1:3/3 v2:2/2 v3:2/2', 'v1:3/3 v3:2/2']);
    expect(world.status).toMatchObject({ currentPodHash: V3, stableRS: V1, currentStepIndex: 1 });
    expect(world.status.duration?.completionStatus).toBeUndefined();
  });

  it('given the stable template comes back in the middle, then the steps are skipped and the canary goes', () => {
    const world = running(5, [setWeight(40), pause()]);
    world.deploy('v2');
    world.settle();
    world.deploy('v1');
    world.settle();
    expect(world.eventTexts('SkipSteps')).toEqual(['Rollback to stable ReplicaSets']);
    expect(world.sizes()).toEqual({ v1: '5/5' });
    expect(world.status).toMatchObject({ phase: 'Healthy', currentPodHash: V1, stableRS: V1, currentStepIndex: 2 });
    expect(world.eventTexts('RolloutCompleted')).toEqual([]);
    expect(world.status.duration).toMatchObject({ completionStatus: 'FastRolledBack' });
  });

  it('given an older version that is not stable comes back, then it takes all steps with a new revision', () => {
    const world = running(4, [setWeight(25), pause()]);
    for (const version of ['v2', 'v1']) {
      world.deploy(version);
      world.settle();
      if (version === 'v2') world.promoteFull();
      world.settle();
    }
    expect(world.status).toMatchObject({ stableRS: V2, currentPodHash: V1, currentStepIndex: 1, phase: 'Paused' });
    expect(world.replicaSet('v1')?.metadata.annotations).toMatchObject({
      'rollout.argoproj.io/revision': '3',
      'rollout.argoproj.io/revision-history': '1',
    });
    expect(world.replicaSets).toHaveLength(2);
  });

  it('given that older version is within the rollback window and still runs, then its steps are skipped', () => {
    const world = running(4, [setWeight(25), pause()]);
    world.edit({ rollbackWindow: { revisions: 2 } });
    world.deploy('v2');
    world.settle();
    world.promoteFull();
    world.settle();
    world.deploy('v1');
    world.settle();
    expect(world.status).toMatchObject({ stableRS: V1, currentStepIndex: 2, phase: 'Healthy' });
    expect(world.eventTexts('RolloutCompleted').at(-1)).toContain('Rollback within window');
  });

  it('given the steps are edited in the middle, then they begin anew with the same ReplicaSet', () => {
    const world = running(4, [setWeight(50), pause()]);
    world.deploy('v2');
    world.settle();
    world.edit({ strategy: { canary: { steps: [setWeight(25), pause(), setWeight(75)] } } });
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 1, currentPodHash: V2, phase: 'Paused' });
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '1/1' });
    expect(world.replicaSets).toHaveLength(2);
    expect(world.rollout.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '2' });
  });

  it('given the steps are edited while nothing is going on, then they count as done', () => {
    const world = running(4, [setWeight(50)]);
    world.edit({ strategy: { canary: { steps: [setWeight(10), pause(), pause()] } } });
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, phase: 'Healthy' });
  });

  it('given R changes at a pause, then sizes follow at the same step', () => {
    const world = running(4, [setWeight(50), pause()]);
    world.deploy('v2');
    world.settle();
    const { pauseConditions } = world.status;
    world.edit({ replicas: 10 });
    world.settle();
    expect(world.sizes()).toEqual({ v1: '5/5', v2: '5/5' });
    expect(world.status).toMatchObject({ currentStepIndex: 1, pauseConditions, controllerPause: true });
  });

  it('given R and the template change together, then the new version starts at its first step', () => {
    const world = running(5, [setWeight(10), pause()]);
    world.edit({ replicas: 10 });
    world.deploy('v2');
    const samples = told(world.settle());
    expect(samples.every((sample) => !/v2:([2-9]|1\d)/.test(sample))).toBe(true);
    expect(world.sizes()).toEqual({ v1: '9/9', v2: '1/1' });
  });
});

describe('an abort', () => {
  it('given a person aborts at a pause, then the stable version takes over at once and the Rollout is degraded', () => {
    const world = running(10, [setWeight(50), pause()]);
    world.deploy('v2');
    world.settle();
    world.abort();
    const samples = told(world.settle());
    expect(samples[0]).toBe('v1:8/8 v2:5/5');
    expect(samples.at(-1)).toBe('v1:10/10');
    expect(world.status).toMatchObject({
      abort: true,
      currentStepIndex: 0,
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
      stableRS: V1,
      currentPodHash: V2,
    });
    expect(world.status.abortedAt).toBeDefined();
    expect(world.status.pauseConditions).toBeUndefined();
    expect(world.status.controllerPause).toBeUndefined();
    expect(world.eventTexts('RolloutAborted')).toEqual(['Rollout aborted update to revision 2']);
    expect(world.status.duration).toMatchObject({ completionStatus: 'Aborted' });
  });

  it('given an abort of 5 and 5 of 10, then stable grows first, as far as surge allows', () => {
    const world = running(10, [setWeight(50), pause()]);
    world.deploy('v2');
    world.settle();
    world.abort();
    world.events.length = 0;
    world.settle();
    expect(world.eventTexts('ScalingReplicaSet')).toEqual([
      `Scaled up ReplicaSet checkout-${V1} (revision 1) from 5 to 8`,
      `Scaled down ReplicaSet checkout-${V2} (revision 2) from 5 to 0`,
      `Scaled up ReplicaSet checkout-${V1} (revision 1) from 8 to 10`,
    ]);
  });

  it('given a retry, then the update begins again at step 0 and runs its analysis anew', () => {
    const world = running(4, [setWeight(25), analysis('latency'), pause()]);
    world.deploy('v2');
    world.settle();
    world.finishRun(`checkout-${V2}-2-1`, 'Failed', 'too slow');
    world.settle();
    expect(world.status.message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: too slow',
    );
    expect(world.sizes()).toEqual({ v1: '4/4' });
    world.retry();
    world.pass();
    expect(world.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Progressing', reason: 'RolloutRetry' }),
    );
    world.settle();
    expect(world.runs.map(({ metadata }) => metadata.name)).toEqual([`checkout-${V2}-2-1`, `checkout-${V2}-2-1.1`]);
    expect(world.status.abortedAt).toBeUndefined();
    world.finishRun(`checkout-${V2}-2-1.1`, 'Successful');
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 2, phase: 'Paused' });
  });

  it('given a new template after an abort, then the abort is left behind', () => {
    const world = running(4, [setWeight(25), pause()]);
    world.deploy('v2');
    world.settle();
    world.abort();
    world.settle();
    world.deploy('v3');
    world.settle();
    expect(world.status.abort).toBeUndefined();
    expect(world.status).toMatchObject({ currentPodHash: V3, currentStepIndex: 1, phase: 'Paused' });
  });

  it('given a fully promoted Rollout, then an abort is taken back and nothing is scaled', () => {
    const world = running(4, [setWeight(25), pause()]);
    world.abort();
    world.settle();
    expect(world.status.abort).toBeUndefined();
    expect(world.sizes()).toEqual({ v1: '4/4' });
    expect(world.status.phase).toBe('Healthy');
  });
});

describe('background analysis', () => {
  const BACKGROUND = { analysis: { templates: [{ templateName: 'errors' }], startingStep: 1 } };

  it('given it fails, then the update is aborted with its message', () => {
    const world = running(4, [setWeight(25), pause()], BACKGROUND);
    world.deploy('v2');
    world.settle();
    const name = `checkout-${V2}-2`;
    expect(world.runs.map(({ metadata }) => metadata.name)).toEqual([name]);
    expect(world.status.canary?.currentBackgroundAnalysisRunStatus).toMatchObject({ name });
    world.finishRun(name, 'Failed', 'errors');
    world.settle();
    expect(world.status.phase).toBe('Degraded');
    expect(world.status.message).toContain('Background analysis phase error/failed: errors');
    expect(world.eventTexts('AnalysisRunFailed')).toEqual([
      `Background Analysis Run '${name}' Status New: 'Failed' Previous: ''`,
    ]);
    expect(world.status.canary).toBeUndefined();
  });

  it('given it is inconclusive, then the Rollout pauses without scaling, and a resume starts another run', () => {
    const world = running(4, [setWeight(25), pause('10m'), pause()], BACKGROUND);
    world.deploy('v2');
    world.settle();
    const name = `checkout-${V2}-2`;
    world.finishRun(name, 'Inconclusive');
    world.settle();
    expect(world.status.pauseConditions?.map(({ reason }) => reason)).toEqual([
      'CanaryPauseStep',
      'InconclusiveAnalysisRun',
    ]);
    world.edit({ replicas: 8 });
    world.settle();
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '1/1' });
    world.promote();
    world.settle();
    expect(world.runs.map(({ metadata }) => metadata.name)).toEqual([name, `${name}.1`]);
    expect(world.sizes()).toEqual({ v1: '6/6', v2: '2/2' });
  });

  it('given no steps at all, then startingStep keeps it from nothing', () => {
    const world = running(4, undefined, { analysis: { ...BACKGROUND.analysis, startingStep: 2 } });
    world.broken.add('v2');
    world.deploy('v2');
    world.settle();
    expect(world.runs.map(({ metadata }) => metadata.name)).toEqual([`checkout-${V2}-2`]);
  });

  it('given the update completes while it runs, then it is stopped and the promotion does not wait', () => {
    const world = running(4, [setWeight(25), pause()], BACKGROUND);
    world.deploy('v2');
    world.settle();
    world.promote();
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Healthy', stableRS: V2 });
    expect(world.runs[0]?.spec.terminate).toBe(true);
  });

  it('given a newer update, then the run of the old one is stopped', () => {
    const world = running(4, [setWeight(25), pause()], BACKGROUND);
    world.deploy('v2');
    world.settle();
    world.deploy('v3');
    world.settle();
    expect(world.runs.map(({ metadata, spec }) => [metadata.name, spec.terminate === true])).toEqual([
      [`checkout-${V2}-2`, true],
      [`checkout-${V3}-3`, false],
    ]);
  });
});

describe('a step of analysis', () => {
  it('given it is inconclusive, then a person who promotes past it gets the next step', () => {
    const world = running(4, [setWeight(25), analysis('latency'), setWeight(50), pause()]);
    world.deploy('v2');
    world.settle();
    world.finishRun(`checkout-${V2}-2-1`, 'Inconclusive');
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Paused', message: 'InconclusiveAnalysisRun', currentStepIndex: 1 });
    world.patchStatus({ pauseConditions: undefined, controllerPause: undefined, currentStepIndex: 2 });
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, phase: 'Paused', message: 'CanaryPauseStep' });
  });

  it('given an argument that cannot be read yet, then no run is made and the pass says why', () => {
    const step = {
      analysis: {
        templates: [{ templateName: 'latency' }],
        args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'status.nothing' } } }],
      },
    };
    const templates = [
      { ...anAnalysisTemplate('latency', [FINITE]), spec: { metrics: [FINITE], args: [{ name: 'a' }] } },
    ];
    const world = running(4, [setWeight(25), step], {}, { templates });
    world.deploy('v2');
    for (let pass = 0; pass < 12; pass += 1) world.pass();
    expect(world.runs).toEqual([]);
    expect(world.decisions.at(-1)?.requeueAfter).toBe(10_000);
    expect(world.eventTexts('ReconciliationError').at(-1)).toContain('invalid path status.nothing in rollout');
  });
});

describe('the Services of a canary', () => {
  it('given both, then each follows its version once pods are available, and they meet after the promotion', () => {
    const services = [aService('stable'), aService('canary')];
    const world = running(
      4,
      [setWeight(25), pause()],
      { stableService: 'stable', canaryService: 'canary' },
      { services },
    );
    const hashes = () => ['stable', 'canary'].map((name) => selectedHash(world.service(name)));
    expect(hashes()).toEqual([V1, V1]);
    world.broken.add('v2');
    world.deploy('v2');
    world.settle();
    expect(hashes()).toEqual([V1, V1]);
    world.broken.delete('v2');
    world.settle();
    expect(hashes()).toEqual([V1, V2]);
    world.abort();
    world.settle();
    expect(hashes()).toEqual([V1, V1]);
    world.retry();
    world.settle();
    world.promote();
    world.settle();
    expect(hashes()).toEqual([V2, V2]);
    expect(world.eventTexts('SwitchService')[0]).toBe(`Switched selector for service 'canary' from '${V1}' to '${V2}'`);
  });
});
