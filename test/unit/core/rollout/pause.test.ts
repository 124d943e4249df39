import { describe, expect, it } from '@jest/globals';
import type { RolloutStatus } from '#core/resources/argo.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { PauseDraft } from '#core/rollout/pause.ts';
import { formatTimestamp } from '#core/time.ts';
import { aCondition, aReplicaSet, aRollout, pause, setWeight, T0 } from '../../../support/builders.ts';
import { snapshotOf } from '../../../support/rollout-snapshot.ts';

const NOW = T0 + 90_000;
const STEP = { reason: 'CanaryPauseStep' as const, startTime: formatTimestamp(T0) };
const INCONCLUSIVE = { reason: 'InconclusiveAnalysisRun' as const, startTime: formatTimestamp(T0) };
const NOTHING = { abort: undefined, abortedAt: undefined, pauseConditions: undefined, controllerPause: undefined };

describe('the pause fields of a full status', () => {
  it.each<{ given: string; stored: RolloutStatus; ask: (draft: PauseDraft) => void; then: object }>([
    { given: 'nothing', stored: {}, ask: () => {}, then: NOTHING },
    {
      given: 'a new reason',
      stored: {},
      ask: (draft) => draft.add('CanaryPauseStep'),
      then: { pauseConditions: [{ ...STEP, startTime: formatTimestamp(NOW) }], controllerPause: true },
    },
    {
      given: 'a reason that is there already',
      stored: { pauseConditions: [STEP], controllerPause: true },
      ask: (draft) => draft.add('CanaryPauseStep'),
      then: { pauseConditions: [STEP], controllerPause: true },
    },
    {
      given: 'one of two reasons removed',
      stored: { pauseConditions: [STEP, INCONCLUSIVE], controllerPause: true },
      ask: (draft) => draft.remove('CanaryPauseStep'),
      then: { pauseConditions: [INCONCLUSIVE], controllerPause: true },
    },
    {
      given: 'the last reason removed',
      stored: { pauseConditions: [STEP], controllerPause: true },
      ask: (draft) => draft.remove('CanaryPauseStep'),
      then: NOTHING,
    },
    { given: 'a person resumed', stored: { controllerPause: true }, ask: () => {}, then: NOTHING },
    {
      given: 'everything cleared',
      stored: { pauseConditions: [STEP], controllerPause: true },
      ask: (draft) => draft.clear(),
      then: NOTHING,
    },
    {
      given: 'an abort of this pass, while paused',
      stored: { pauseConditions: [STEP], controllerPause: true },
      ask: (draft) => draft.abort('bad'),
      then: { ...NOTHING, abort: true, abortedAt: formatTimestamp(NOW) },
    },
    {
      given: 'an abort that was recorded before',
      stored: { abort: true, abortedAt: formatTimestamp(T0) },
      ask: () => {},
      then: { ...NOTHING, abort: true, abortedAt: formatTimestamp(T0) },
    },
    {
      given: 'an abort that is removed',
      stored: { abort: true, abortedAt: formatTimestamp(T0) },
      ask: (draft) => draft.removeAbort(),
      then: NOTHING,
    },
    {
      given: 'a retry',
      stored: { abortedAt: formatTimestamp(T0) },
      ask: () => {},
      then: NOTHING,
    },
  ])('given $given, then $then', ({ stored, ask, then }) => {
    const draft = new PauseDraft(stored);
    ask(draft);
    expect(draft.fields(NOW)).toMatchObject(then);
  });

  it('given two aborts in one pass, then the first message is kept', () => {
    const draft = new PauseDraft({});
    draft.abort('first');
    draft.abort('second');
    expect(draft.abortMessage).toBe('first');
  });
});

describe('what the conditions say before anything else', () => {
  const updating = aRollout()
    .replicas(4)
    .canary([setWeight(25), pause()])
    .updating('v1', 'v2', 1);
  const replicaSets = [
    aReplicaSet({ version: 'v1', size: 3, desired: 4, revision: 1 }),
    aReplicaSet({ version: 'v2', size: 1, desired: 4, revision: 2 }),
  ];

  it.each<{ given: string; status: Partial<RolloutStatus>; paused?: boolean; then: object[] }>([
    {
      given: 'a pause that nobody has told of',
      status: { pauseConditions: [STEP], controllerPause: true },
      then: [
        { type: 'Progressing', status: 'Unknown', reason: 'RolloutPaused', message: 'Rollout is paused' },
        { type: 'Paused', status: 'True', reason: 'RolloutPaused', message: 'Rollout is paused' },
      ],
    },
    {
      given: 'spec.paused',
      status: {},
      paused: true,
      then: [
        { type: 'Progressing', reason: 'RolloutPaused' },
        { type: 'Paused', status: 'True' },
      ],
    },
    {
      given: 'a resume',
      status: {
        controllerPause: true,
        conditions: [
          aCondition('Progressing', 'Unknown', 'RolloutPaused'),
          aCondition('Paused', 'True', 'RolloutPaused'),
        ],
      },
      then: [
        { type: 'Progressing', status: 'Unknown', reason: 'RolloutResumed', message: 'Rollout is resumed' },
        { type: 'Paused', status: 'False', reason: 'RolloutPaused', message: 'Rollout is paused' },
      ],
    },
    {
      given: 'that a person ends it with a new generation',
      status: {
        observedGeneration: '0',
        conditions: [
          aCondition('Progressing', 'Unknown', 'RolloutPaused'),
          aCondition('Paused', 'True', 'RolloutPaused'),
        ],
      },
      then: [
        { type: 'Progressing', status: 'Unknown', reason: 'RolloutResumed' },
        { type: 'Paused', status: 'False', reason: 'RolloutPaused' },
      ],
    },
    {
      given: 'a retry',
      status: { abortedAt: STEP.startTime, conditions: [aCondition('Progressing', 'False', 'RolloutAborted')] },
      then: [
        { type: 'Progressing', status: 'Unknown', reason: 'RolloutRetry', message: 'Retrying Rollout after abort' },
      ],
    },
  ])('given $given, then the pass says so and ends', ({ status, paused = false, then }) => {
    const rollout = updating.status(status).spec({ paused }).build();
    const decision = decideRollout(snapshotOf(rollout, { replicaSets }));
    expect(decision.status?.conditions).toMatchObject(then);
    expect(decision.actions).toEqual([]);
    // The resume protocol survives: only a full pass may consume it (strategies, hazard 4).
    expect(decision.status?.controllerPause).toBe(status.controllerPause);
    expect(decision.status?.abortedAt).toBe(status.abortedAt);
  });

  it.each<{ given: string; status: Partial<RolloutStatus> }>([
    { given: 'nothing to tell', status: {} },
    {
      given: 'an abort',
      status: {
        abort: true,
        abortedAt: STEP.startTime,
        conditions: [aCondition('Progressing', 'False', 'RolloutAborted')],
      },
    },
  ])('given $given, then the pass goes on', ({ status }) => {
    const rollout = updating.revision(2).status(status).build();
    const decision = decideRollout(snapshotOf(rollout, { replicaSets }));
    const reasons = decision.status?.conditions?.map(({ reason }) => reason) ?? [];
    expect(reasons).not.toContain('RolloutRetry');
    expect(decision.status?.conditions?.map(({ type }) => type) ?? ['Available']).toContain('Available');
  });

  it('given a finished Rollout that a person pauses, then only the Paused condition changes', () => {
    const rollout = aRollout().canary([]).promoted().spec({ paused: true }).build();
    const decision = decideRollout(snapshotOf(rollout, { replicaSets: [aReplicaSet()] }));
    expect(decision.status?.conditions).toMatchObject([
      { type: 'Progressing', reason: 'NewReplicaSetAvailable' },
      { type: 'Paused', status: 'True' },
    ]);
    expect(decision.status).toMatchObject({ phase: 'Paused', message: 'manually paused' });
  });
});
