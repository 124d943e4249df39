import { describe, expect, it } from '@jest/globals';
import type { BlueGreenStrategy, RolloutStatus } from '#core/resources/argo.ts';
import { MANAGED_BY, SCALE_DOWN_DEADLINE } from '#core/resources/keys.ts';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { newestSize } from '#core/rollout/blue-green/replica-sets.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { selectedHash } from '#core/rollout/services.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import {
  aCondition,
  aMetric,
  anAnalysisTemplate,
  aReplicaSet,
  aRollout,
  aService,
  hashOfVersion,
  T0,
  type ReplicaSetShape,
  type RolloutBuilder,
} from '../../../../support/builders.ts';
import { passOf, snapshotOf } from '../../../../support/rollout-snapshot.ts';

const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');
const V3 = hashOfVersion('v3');
const NOW = T0 + 3_600_000;
const PAUSE = { reason: 'BlueGreenPause' as const, startTime: formatTimestamp(T0) };

const v1 = (shape: ReplicaSetShape = {}) => aReplicaSet({ version: 'v1', size: 3, revision: 1, ...shape });
const v2 = (shape: ReplicaSetShape = {}) => aReplicaSet({ version: 'v2', size: 3, revision: 2, ...shape });

function updating(strategy: Partial<BlueGreenStrategy> = {}, status: Partial<RolloutStatus> = {}): RolloutBuilder {
  return aRollout().replicas(3).blueGreen(strategy).updating('v1', 'v2').revision(2).status(status);
}

function decide(rollout: RolloutBuilder, replicaSets: readonly ReplicaSet[], active = V1, preview = V2) {
  const managed = { [MANAGED_BY]: 'checkout' };
  const services = [aService('active', active, managed), aService('preview', preview, managed)];
  return decideRollout(snapshotOf(rollout.build(), { replicaSets, services, now: NOW }));
}

function after(decision: ReturnType<typeof decide>, name: string): ReplicaSet | undefined {
  const action = decision.actions.find(
    (candidate) => candidate.type === 'patch' && candidate.after.metadata.name === name,
  );
  return action?.type === 'patch' ? action.after : undefined;
}

describe('the size of the newest version with a preview of 1', () => {
  const preview = { previewReplicaCount: 1 };

  it.each<{ given: string; rollout: RolloutBuilder; replicaSets?: ReplicaSet[]; then: number }>([
    { given: 'no preview count', rollout: updating(), then: 3 },
    { given: 'an update', rollout: updating(preview), then: 1 },
    { given: 'no active version', rollout: updating(preview, { blueGreen: {} }), then: 3 },
    {
      given: 'an active selector of nothing',
      rollout: updating(preview, { blueGreen: { activeSelector: 'x' } }),
      then: 3,
    },
    { given: 'it is the active one', rollout: updating(preview, { blueGreen: { activeSelector: V2 } }), then: 3 },
    { given: 'promote --full', rollout: updating(preview, { promoteFull: true }), then: 3 },
    {
      given: 'a newer template than the status knows, past the check point',
      rollout: updating(preview, {
        currentPodHash: V3,
        blueGreen: { activeSelector: V1, scaleUpPreviewCheckPoint: true },
      }),
      then: 1,
    },
    {
      given: 'the check point',
      rollout: updating(preview, { blueGreen: { activeSelector: V1, scaleUpPreviewCheckPoint: true } }),
      then: 3,
    },
    {
      given: 'the check point while paused',
      rollout: updating(preview, {
        blueGreen: { activeSelector: V1, scaleUpPreviewCheckPoint: true },
        pauseConditions: [PAUSE],
      }),
      then: 1,
    },
  ])('given $given, then $then', ({ rollout, then }) => {
    expect(newestSize(passOf(rollout.build(), { replicaSets: [v1(), v2()] }))).toBe(then);
  });
});

describe('the active Service', () => {
  it.each<{ given: string; rollout: RolloutBuilder; v2?: ReplicaSetShape; then: string }>([
    { given: 'automatic promotion', rollout: updating(), then: V2 },
    { given: 'pods short of R', rollout: updating(), v2: { available: 2 }, then: V1 },
    { given: 'no automatic promotion and no pause yet', rollout: updating({ autoPromotionEnabled: false }), then: V1 },
    {
      given: 'a pause that lasts',
      rollout: updating({ autoPromotionEnabled: false }, { pauseConditions: [PAUSE], controllerPause: true }),
      then: V1,
    },
    {
      given: 'a person who resumed',
      rollout: updating({ autoPromotionEnabled: false }, { controllerPause: true }),
      then: V2,
    },
    {
      given: 'a person who resumed a countdown',
      rollout: updating({ autoPromotionSeconds: 9e6 }, { controllerPause: true }),
      then: V2,
    },
    {
      given: 'a countdown at its end',
      rollout: updating({ autoPromotionSeconds: 60 }, { pauseConditions: [PAUSE], controllerPause: true }),
      then: V2,
    },
    {
      given: 'a countdown with automatic promotion off',
      rollout: updating(
        { autoPromotionSeconds: 60, autoPromotionEnabled: false },
        { pauseConditions: [PAUSE], controllerPause: true },
      ),
      then: V1,
    },
    { given: 'promote --full', rollout: updating({ autoPromotionEnabled: false }, { promoteFull: true }), then: V2 },
    { given: 'spec.paused', rollout: updating().spec({ paused: true }), then: V1 },
  ])('given $given, then $then', ({ rollout, v2: shape, then }) => {
    const known = decide(rollout, [v1(), v2(shape)]);
    const told = known.actions.length === 0 && known.status !== undefined ? rollout.status(known.status) : rollout;
    const decision = known.actions.length === 0 ? decide(told, [v1(), v2(shape)]) : known;
    expect(selectedHash((after(decision, 'active') as never) ?? aService('active', V1))).toBe(then);
  });

  it.each<{ given: string; stable?: ReplicaSetShape; newest?: ReplicaSetShape; paused?: boolean; then: string }>([
    { given: 'the new version is broken', newest: { available: 0 }, then: V1 },
    { given: 'the new version is well', then: V1 },
    { given: 'a person paused it too', paused: true, then: V1 },
    { given: 'the stable version has no pods', stable: { available: 0 }, then: V2 },
  ])('given an abort after the switch and $given, then $then', ({ stable, newest, paused = false, then }) => {
    const aborted = updating(
      {},
      {
        abort: true,
        abortedAt: PAUSE.startTime,
        blueGreen: { activeSelector: V2 },
        conditions: [aCondition('Progressing', 'False', 'RolloutAborted')],
      },
    );
    const decision = decide(aborted.spec({ paused }), [v1(stable), v2(newest)], V2);
    expect(selectedHash((after(decision, 'active') as never) ?? aService('active', V2))).toBe(then);
  });
});

describe('after an abort', () => {
  const aborted = updating({}, { abort: true, abortedAt: PAUSE.startTime });
  const name = `checkout-${V2}`;

  it('given stable is short of pods, then the new version keeps its size and gets no deadline yet', () => {
    const decision = decide(aborted, [v1({ available: 2 }), v2({ desired: 9 })]);
    expect(after(decision, name)?.spec?.replicas).toBe(3);
    expect(after(decision, name)?.metadata.annotations).not.toHaveProperty(SCALE_DOWN_DEADLINE);
  });

  it('given stable is whole, then its deadline is set', () => {
    const decision = decide(aborted, [v1(), v2()]);
    expect(after(decision, name)?.metadata.annotations?.[SCALE_DOWN_DEADLINE]).toBe(formatTimestamp(NOW + 30 * SECOND));
    expect(decision.requeueAfter).toBe(30 * SECOND);
  });

  it('given a deadline to come, then it is waited for, however far', () => {
    const decision = decide(aborted, [v1(), v2({ deadline: NOW + 2_000 * SECOND })]);
    expect(after(decision, name)).toBeUndefined();
    expect(decision.requeueAfter).toBe(2_000 * SECOND);
  });

  it('given its deadline has passed, then it goes, and the deadline stays noted', () => {
    const decision = decide(aborted, [v1(), v2({ deadline: NOW })]);
    expect(after(decision, name)?.spec?.replicas).toBe(0);
    expect(after(decision, name)?.metadata.annotations).toHaveProperty([SCALE_DOWN_DEADLINE]);
  });
});

describe('old versions', () => {
  const v3 = aReplicaSet({ version: 'v3', size: 3, revision: 3 });
  const promoted = aRollout()
    .replicas(3)
    .version('v3')
    .blueGreen({ scaleDownDelaySeconds: 60 })
    .promoted('v3')
    .revision(3);
  const name = `checkout-${V2}`;

  it.each<{ given: string; shape: ReplicaSetShape; size: number | undefined; requeue: number | undefined }>([
    { given: 'no deadline', shape: {}, size: 3, requeue: 60 * SECOND },
    { given: 'a deadline to come', shape: { deadline: NOW + 5 * SECOND }, size: undefined, requeue: 5 * SECOND },
    {
      given: 'a deadline to come and another size',
      shape: { size: 1, desired: 3, deadline: NOW + 5 * SECOND },
      size: 3,
      requeue: 5 * SECOND,
    },
    { given: 'a deadline that has passed', shape: { deadline: NOW }, size: 0, requeue: undefined },
    {
      given: 'a deadline that is none',
      shape: { annotations: { [SCALE_DOWN_DEADLINE]: 'soon' } },
      size: 0,
      requeue: undefined,
    },
  ])('given $given, then size $size and another look after $requeue', ({ shape, size, requeue }) => {
    const decision = decide(promoted, [v2(shape), v3], V3, V3);
    expect(after(decision, name)?.spec?.replicas).toBe(size);
    expect(decision.requeueAfter).toBe(requeue);
  });

  it('given the Service that people switched by hand still selects one, then it is left alone', () => {
    const decision = decide(promoted, [v2(), v3], V2, V3);
    expect(after(decision, name)).toBeUndefined();
    expect(selectedHash(after(decision, 'active') as never)).toBe(V3);
  });

  it('given an inconclusive pause, then they are left alone', () => {
    const pauseConditions = [{ reason: 'InconclusiveAnalysisRun' as const, startTime: PAUSE.startTime }];
    const conditions = [
      aCondition('Progressing', 'Unknown', 'RolloutPaused'),
      aCondition('Paused', 'True', 'RolloutPaused'),
    ];
    const paused = promoted.status({ pauseConditions, controllerPause: true, conditions });
    expect(after(decide(paused, [v2(), v3], V3, V3), name)).toBeUndefined();
  });

  it.each([
    { given: 'no delay of its own', delay: {}, then: undefined },
    { given: 'a delay of its own', delay: { scaleDownDelaySeconds: 60 }, then: formatTimestamp(NOW + 60 * SECOND) },
  ])('given a post-promotion run and $given, then the deadline of a version between is $then', ({ delay, then }) => {
    const post = { postPromotionAnalysis: { templates: [{ templateName: 't' }] } };
    const rollout = aRollout()
      .replicas(3)
      .blueGreen({ ...post, ...delay })
      .updating('v1', 'v3')
      .revision(3);
    const switched = rollout.status({ blueGreen: { activeSelector: V3 } }).build();
    const { actions } = decideRollout(
      snapshotOf(switched, {
        now: NOW,
        replicaSets: [v1(), v2(), v3],
        services: [aService('active', V3, { [MANAGED_BY]: 'checkout' })],
        analysisTemplates: [anAnalysisTemplate('t', [{ ...aMetric(), count: 1 }])],
      }),
    );
    const patched = actions.find((action) => action.type === 'patch' && action.after.metadata.name === name);
    const annotations = patched?.type === 'patch' ? patched.after.metadata.annotations : undefined;
    expect(annotations?.[SCALE_DOWN_DEADLINE]).toBe(then);
  });
});
