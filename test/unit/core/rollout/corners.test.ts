import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { isFastRollback, isRollback, isWithinRollbackWindow } from '#core/rollout/rollback.ts';
import { formatTimestamp, MINUTE } from '#core/time.ts';
import {
  aCondition,
  aMetric,
  analysis,
  anAnalysisRun,
  anAnalysisTemplate,
  aReplicaSet,
  aRollout,
  aService,
  hashOfVersion,
  NAMESPACE,
  pause,
  setWeight,
  T0,
} from '../../../support/builders.ts';
import { passOf, snapshotOf } from '../../../support/rollout-snapshot.ts';
import { RolloutWorld } from '../../../support/rollout-world.ts';

const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');
const TEMPLATES = [anAnalysisTemplate('latency', [{ ...aMetric(), count: 1 }])];

describe('which way an update goes', () => {
  const versions = (newest: number, stable: number, ...between: number[]): ReplicaSet[] => [
    aReplicaSet({ version: 'v2', createdAt: T0 + newest * MINUTE }),
    aReplicaSet({ version: 'v1', createdAt: T0 + stable * MINUTE }),
    ...between.map((at) => aReplicaSet({ version: `b${at}`, createdAt: T0 + at * MINUTE })),
  ];

  it.each<{ given: string; replicaSets: ReplicaSet[]; window?: number; then: [boolean, boolean, boolean] }>([
    { given: 'a newer version', replicaSets: versions(9, 1), window: 9, then: [false, false, false] },
    { given: 'an older version', replicaSets: versions(1, 9), then: [true, false, false] },
    { given: 'an older one, none between, window 1', replicaSets: versions(1, 9), window: 1, then: [true, true, true] },
    {
      given: 'an older one, one between, window 1',
      replicaSets: versions(1, 9, 5),
      window: 1,
      then: [true, false, false],
    },
    {
      given: 'an older one, one between, window 2',
      replicaSets: versions(1, 9, 5),
      window: 2,
      then: [true, true, true],
    },
    {
      given: 'others of the same age as either',
      replicaSets: versions(1, 9, 1, 9),
      window: 1,
      then: [true, true, true],
    },
  ])('given $given, then rollback, within window, fast: $then', ({ replicaSets, window = 0, then }) => {
    const rollout = aRollout()
      .updating('v1', 'v2')
      .spec({ rollbackWindow: { revisions: window } })
      .build();
    const pass = passOf(rollout, { replicaSets });
    expect([isRollback(pass), isWithinRollbackWindow(pass), isFastRollback(pass)]).toEqual(then);
  });

  it('given an older blue-green version that is still up, then it is fast, and a canary is not', () => {
    const old = aReplicaSet({ version: 'v2', createdAt: T0, deadline: T0 + 120 * MINUTE });
    const replicaSets = [old, aReplicaSet({ version: 'v1', createdAt: T0 + MINUTE })];
    expect(isFastRollback(passOf(aRollout().blueGreen().updating('v1', 'v2').build(), { replicaSets }))).toBe(true);
    expect(isFastRollback(passOf(aRollout().updating('v1', 'v2').build(), { replicaSets }))).toBe(false);
  });
});

describe('the Services of a canary', () => {
  const strategy = { stableService: 'stable', canaryService: 'canary' };
  const rollout = aRollout()
    .replicas(4)
    .canary([setWeight(50), pause()], strategy)
    .updating('v1', 'v2', 1)
    .revision(2);
  const replicaSets = [
    aReplicaSet({ version: 'v1', size: 2, desired: 4, revision: 1 }),
    aReplicaSet({ version: 'v2', size: 2, available: 1, desired: 4, revision: 2 }),
  ];
  const managed = { [MANAGED_BY]: 'checkout' };

  it.each([
    { given: 'ours already', annotations: managed, then: true },
    { given: 'not ours yet', annotations: undefined, then: false },
  ])('given a Service that is $given and one of two pods available, then switched: $then', ({ annotations, then }) => {
    const services = [aService('stable', V1, managed), aService('canary', V1, annotations)];
    const { actions } = decideRollout(snapshotOf(rollout.build(), { replicaSets, services }));
    const patched = actions.some((action) => action.type === 'patch' && action.after.metadata.name === 'canary');
    expect(patched).toBe(then);
  });

  it('given a Service that is taken over, then it says by whom', () => {
    const services = [aService('stable', V2), aService('canary', V2)];
    const { actions } = decideRollout(snapshotOf(rollout.build(), { replicaSets, services }));
    expect(actions).toMatchObject([
      {
        type: 'patch',
        after: {
          metadata: { name: 'stable', annotations: { [MANAGED_BY]: 'checkout' } },
          spec: { selector: { app: 'checkout', [POD_TEMPLATE_HASH]: V1 } },
        },
      },
    ]);
  });
});

describe('steps that end while something else happens', () => {
  const steps = [setWeight(25), pause(), setWeight(50), pause()];
  const short = [
    aReplicaSet({ version: 'v1', size: 2, desired: 4, revision: 1 }),
    aReplicaSet({ version: 'v2', size: 1, desired: 4, revision: 2 }),
  ];
  const atPause = (duration?: number) =>
    aRollout()
      .replicas(4)
      .canary([setWeight(25), pause(duration), ...steps.slice(2)])
      .updating('v1', 'v2', 1)
      .revision(2);

  it('given a pause has passed, but a size changes, then the step waits for the next pass', () => {
    const pauseConditions = [{ reason: 'CanaryPauseStep' as const, startTime: formatTimestamp(T0) }];
    const conditions = [
      aCondition('Progressing', 'Unknown', 'RolloutPaused'),
      aCondition('Paused', 'True', 'RolloutPaused'),
    ];
    const rollout = atPause(60).status({ pauseConditions, controllerPause: true, conditions }).build();
    const { status, actions } = decideRollout(snapshotOf(rollout, { replicaSets: short }));
    expect(actions).toMatchObject([{ after: { spec: { replicas: 3 } } }]);
    expect(status).toMatchObject({ currentStepIndex: 1, pauseConditions });
  });

  it('given a person resumed, and a size changes, then that is not lost', () => {
    const rollout = atPause().status({ controllerPause: true }).build();
    const { status } = decideRollout(snapshotOf(rollout, { replicaSets: short }));
    expect(status).toMatchObject({ currentStepIndex: 2 });
    expect(status?.controllerPause).toBeUndefined();
  });

  it('given a pause has passed, then its condition is gone, and the next pause begins its own', () => {
    const world = new RolloutWorld(
      aRollout()
        .replicas(4)
        .canary([pause(60), setWeight(25), pause(600)])
        .build(),
    );
    world.settle();
    world.deploy('v2');
    world.wait(300_000);
    const [condition, ...others] = world.status.pauseConditions ?? [];
    expect(others).toEqual([]);
    expect(world.status).toMatchObject({ currentStepIndex: 2, phase: 'Paused' });
    expect(Date.parse(condition?.startTime ?? '')).toBeGreaterThan(world.now - 250_000);
  });

  it('given two steps of analysis, when a person skips the first, then the second has a run of its own', () => {
    const rollout = aRollout()
      .replicas(4)
      .canary([setWeight(25), analysis('latency'), analysis('latency')])
      .build();
    const world = new RolloutWorld(rollout, { templates: TEMPLATES });
    world.settle();
    world.deploy('v2');
    world.settle();
    world.patchStatus({ currentStepIndex: 2 });
    world.settle();
    expect(world.runs.map(({ metadata, spec }) => [metadata.name, spec.terminate === true])).toEqual([
      [`checkout-${V2}-2-1`, true],
      [`checkout-${V2}-2-2`, false],
    ]);
    expect(world.runs[1]?.metadata.labels).toMatchObject({ 'step-index': '2', 'rollout-type': 'Step' });
  });
});

describe('background analysis', () => {
  it('given a starting step, then no run is made before it', () => {
    const strategy = { analysis: { templates: [{ templateName: 'latency' }], startingStep: 2 } };
    const rollout = aRollout()
      .replicas(4)
      .canary([setWeight(25), pause(), setWeight(50), pause()], strategy)
      .build();
    const world = new RolloutWorld(rollout, { templates: TEMPLATES });
    world.settle();
    world.deploy('v2');
    world.settle();
    expect(world.runs).toEqual([]);
    world.promote();
    world.settle();
    expect(world.runs).toHaveLength(1);
  });

  it('given it fails while a person has paused and resized the Rollout, then it aborts all the same', () => {
    const strategy = { analysis: { templates: [{ templateName: 'latency' }] } };
    const rollout = aRollout()
      .replicas(4)
      .canary([setWeight(25), pause()], strategy)
      .build();
    const world = new RolloutWorld(rollout, { templates: TEMPLATES });
    world.settle();
    world.deploy('v2');
    world.settle();
    world.edit({ paused: true, replicas: 8 });
    world.settle();
    world.finishRun(`checkout-${V2}-2`, 'Failed');
    world.settle();
    expect(world.status.abort).toBe(true);
    expect(world.sizes()).toEqual({ v1: '3/3', v2: '1/1' });
    world.edit({ paused: false });
    world.settle();
    expect(world.sizes()).toEqual({ v1: '8/8' });
  });
});

describe('a run whose time has passed', () => {
  it('given active was moved to the new version by hand, then the pre-promotion run stops but stays named', () => {
    const pre = { prePromotionAnalysis: { templates: [{ templateName: 'latency' }] } };
    const run = anAnalysisRun('pre', 'Running', { [POD_TEMPLATE_HASH]: V2 });
    const blueGreen = {
      activeSelector: V2,
      prePromotionAnalysisRunStatus: { name: 'pre', status: 'Running' as const },
    };
    const rollout = aRollout()
      .replicas(2)
      .blueGreen({ ...pre, autoPromotionEnabled: false, postPromotionAnalysis: pre.prePromotionAnalysis });
    const { actions, status } = decideRollout(
      snapshotOf(rollout.updating('v1', 'v2').revision(2).status({ blueGreen }).build(), {
        replicaSets: [aReplicaSet({ version: 'v1', size: 2 }), aReplicaSet({ version: 'v2', size: 2, revision: 2 })],
        services: [aService('active', V2, { [MANAGED_BY]: 'checkout' })],
        analysisRuns: [run],
        analysisTemplates: TEMPLATES,
      }),
    );
    expect(actions).toContainEqual(
      expect.objectContaining({ type: 'patch', after: { ...run, spec: { ...run.spec, terminate: true } } }),
    );
    expect(status?.blueGreen?.prePromotionAnalysisRunStatus?.name).toBe('pre');
    expect(status?.blueGreen?.postPromotionAnalysisRunStatus?.name).toBe(`checkout-${V2}-2-post`);
  });

  it('given more finished runs than the limits, then the oldest are deleted, and those of unknown versions', () => {
    const runs = [1, 2, 3].map((minute) => ({
      ...anAnalysisRun(`r${minute}`, 'Successful', { [POD_TEMPLATE_HASH]: V1 }),
      metadata: {
        ...anAnalysisRun(`r${minute}`, 'Successful', { [POD_TEMPLATE_HASH]: V1 }).metadata,
        creationTimestamp: formatTimestamp(T0 + minute * MINUTE),
      },
    }));
    const stray = anAnalysisRun('stray', 'Successful', { [POD_TEMPLATE_HASH]: 'gone' });
    const rollout = aRollout()
      .canary([])
      .promoted()
      .revision(1)
      .spec({ analysis: { successfulRunHistoryLimit: 1 } })
      .build();
    const { actions } = decideRollout(
      snapshotOf(rollout, { replicaSets: [aReplicaSet()], analysisRuns: [...runs, stray] }),
    );
    const deleted = actions.flatMap((action) => (action.type === 'delete' ? [action.object.name] : []));
    expect(deleted.toSorted()).toEqual(['r1', 'r2', 'stray']);
  });
});

describe('a full promotion and an abort', () => {
  const stuck = aRollout().replicas(2).canary([pause()]).updating('v1', 'v2').revision(2).status({ promoteFull: true });
  const replicaSets = [
    aReplicaSet({ size: 2 }),
    aReplicaSet({ version: 'v2', size: 1, available: 0, desired: 2, revision: 2 }),
  ];
  const decided = (status: object) =>
    decideRollout(snapshotOf(stuck.status({ abort: true, ...status }).build(), { replicaSets })).status;

  it('given the abort came last, then it wins', () => {
    const status = decided({});
    expect(status).toMatchObject({ abort: true, phase: 'Degraded' });
    expect(status?.promoteFull).toBeUndefined();
  });

  it('given the update goes back within the rollback window, then an abort stops it too', () => {
    const back = stuck.status({ promoteFull: false }).spec({ rollbackWindow: { revisions: 3 } });
    const older = aReplicaSet({ version: 'v2', size: 1, available: 0, desired: 2, revision: 3, createdAt: T0 });
    const seen = { replicaSets: [aReplicaSet({ size: 2 }), older] };
    const { status } = decideRollout(snapshotOf(back.revision(3).status({ abort: true }).build(), seen));
    expect(status).toMatchObject({ abort: true, phase: 'Degraded' });
  });

  it('given the promotion came last, then it leaves the abort', () => {
    const status = decided({ abortedAt: formatTimestamp(T0) });
    expect(status).toMatchObject({ promoteFull: true });
    expect(status?.abort).toBeUndefined();
  });
});

describe('a run that cannot be made yet', () => {
  it('given an argument that the Rollout does not hold, then nothing moves without its analysis, and it is tried again', () => {
    const args = [{ name: 'host', valueFrom: { fieldRef: { fieldPath: 'status.nothing' } } }];
    const template = anAnalysisTemplate('errors');
    const rollout = aRollout()
      .replicas(4)
      .canary([setWeight(50), pause()], { analysis: { templates: [{ templateName: 'errors' }], args } })
      .updating('v1', 'v2')
      .revision(2)
      .build();
    const decision = decideRollout(
      snapshotOf(rollout, {
        replicaSets: [aReplicaSet({ size: 4 }), aReplicaSet({ version: 'v2', size: 0, desired: 4, revision: 2 })],
        analysisTemplates: [{ ...template, spec: { ...template.spec, args: [{ name: 'host' }] } }],
      }),
    );
    expect(decision.actions).toEqual([]);
    expect(decision.status).toBeUndefined();
    expect(decision.requeueAfter).toBe(10_000);
    expect(decision.events).toMatchObject([{ reason: 'ReconciliationError', type: 'Warning' }]);
  });
});

describe('a run of somebody else', () => {
  const rollout = aRollout()
    .replicas(2)
    .canary([analysis('latency')])
    .updating('v1', 'v2')
    .revision(2);
  const replicaSets = [aReplicaSet({ size: 2 }), aReplicaSet({ version: 'v2', size: 0, desired: 2, revision: 2 })];
  const name = `checkout-${V2}-2-0`;
  const foreign = { ...anAnalysisRun(name, 'Failed'), metadata: { name, namespace: NAMESPACE, uid: 'theirs' } };

  it('given it has the name that the new one would take, then that one takes the next', () => {
    const seen = { replicaSets, analysisRuns: [foreign], analysisTemplates: TEMPLATES };
    const { actions, status } = decideRollout(snapshotOf(rollout.build(), seen));
    expect(actions).toContainEqual(
      expect.objectContaining({
        type: 'create',
        object: expect.objectContaining({ metadata: expect.objectContaining({ name: `${name}.1` }) }),
      }),
    );
    expect(status?.canary?.currentStepAnalysisRunStatus).toEqual({ name: `${name}.1`, status: '' });
  });

  it('given the status names it, then what it found aborts nothing', () => {
    const named = rollout.status({ canary: { currentStepAnalysisRunStatus: { name, status: '' } } });
    const seen = { replicaSets, analysisRuns: [foreign], analysisTemplates: TEMPLATES };
    expect(decideRollout(snapshotOf(named.build(), seen)).status?.abort).toBeUndefined();
  });
});

describe('past runs while an update is given up', () => {
  it('given more of them than the limit, then an abort forgets none', () => {
    const past = [1, 2, 3].map((index) => anAnalysisRun(`r${index}`, 'Failed', { [POD_TEMPLATE_HASH]: V1 }));
    const rollout = aRollout()
      .replicas(2)
      .canary([setWeight(50), pause()])
      .updating('v1', 'v2', 1)
      .revision(2)
      .spec({ analysis: { unsuccessfulRunHistoryLimit: 1 } })
      .status({ abort: true });
    const replicaSets = [aReplicaSet({ size: 2 }), aReplicaSet({ version: 'v2', size: 0, desired: 2, revision: 2 })];
    const deleted = (build: typeof rollout) =>
      decideRollout(snapshotOf(build.build(), { replicaSets, analysisRuns: past })).actions.filter(
        ({ type }) => type === 'delete',
      );
    expect(deleted(rollout)).toHaveLength(0);
    expect(deleted(rollout.status({ abort: false }))).toHaveLength(2);
  });
});

describe('anti-affinity that names a version no longer stable', () => {
  it('given an update goes on under another stable version, then the term is made anew', () => {
    const antiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: {} };
    const term = {
      labelSelector: { matchExpressions: [{ key: POD_TEMPLATE_HASH, operator: 'In', values: ['before'] }] },
      namespaces: ['shop'],
      topologyKey: 'kubernetes.io/hostname',
    };
    const newest = aReplicaSet({ version: 'v2', size: 1, desired: 4, revision: 2 });
    const spec = newest.spec!;
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const template = { ...spec.template, spec: { ...spec.template!.spec!, affinity } };
    const rollout = aRollout()
      .replicas(4)
      .canary([setWeight(25), pause()], { antiAffinity })
      .updating('v1', 'v2', 1)
      .revision(2)
      .build();
    const { actions } = decideRollout(
      snapshotOf(rollout, {
        replicaSets: [aReplicaSet({ version: 'v1', size: 3, desired: 4 }), { ...newest, spec: { ...spec, template } }],
      }),
    );
    const [patch] = actions;
    const after = patch?.type === 'patch' ? (patch.after as ReplicaSet) : undefined;
    const terms =
      after?.spec?.template?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    expect(terms).toMatchObject([{ labelSelector: { matchExpressions: [{ values: [V1] }] } }]);
  });
});

describe('a change of strategy', () => {
  const steps = [setWeight(25), pause()];

  it('given nothing else changes, then the stable version stays, and the status follows the strategy', () => {
    const rollout = aRollout().replicas(3).canary(steps).build();
    const world = new RolloutWorld(rollout, { services: [aService('active'), aService('preview')] });
    world.settle();
    world.edit({ strategy: { blueGreen: { activeService: 'active', previewService: 'preview' } } });
    world.settle();
    expect(world.status).toMatchObject({
      phase: 'Healthy',
      stableRS: V1,
      blueGreen: { activeSelector: V1, previewSelector: V1 },
    });
    expect(world.status.currentStepIndex).toBeUndefined();
    expect(world.status.currentStepHash).toBeUndefined();
    world.edit({ strategy: { canary: { steps } } });
    world.settle();
    expect(world.status).toMatchObject({ phase: 'Healthy', stableRS: V1, currentStepIndex: 2 });
    expect(world.status.blueGreen).toBeUndefined();
    expect(world.sizes()).toEqual({ v1: '3/3' });
    expect(world.replicaSets).toHaveLength(1);
  });

  it('given it comes in the middle of an update, then the update goes on under the new strategy', () => {
    const rollout = aRollout().replicas(4).canary(steps).build();
    const world = new RolloutWorld(rollout, { services: [aService('active')] });
    world.settle();
    world.deploy('v2');
    world.settle();
    world.edit({
      strategy: { blueGreen: { activeService: 'active', autoPromotionEnabled: false, scaleDownDelaySeconds: 0 } },
    });
    world.wait(5 * MINUTE);
    expect(world.status).toMatchObject({ stableRS: V2, phase: 'Healthy', blueGreen: { activeSelector: V2 } });
    expect(world.sizes()).toEqual({ v2: '4/4' });
  });
});
