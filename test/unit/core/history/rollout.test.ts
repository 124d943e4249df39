import { describe, expect, it } from '@jest/globals';
import { observeRollout, type RolloutRecord } from '#core/history/rollout.ts';
import type { Rollout, RolloutStatus } from '#core/resources/argo.ts';

const STEPS = [{ setWeight: 20 }, { pause: { duration: '5m' } }, { setWeight: 40 }, { pause: {} }];
const NOW = Date.UTC(2024, 0, 1);

function rollout(status: Partial<RolloutStatus>, { revision = 2, paused = false, uid = 'u1' } = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name: 'my-app',
      namespace: 'canary',
      uid,
      annotations: { 'rollout.argoproj.io/revision': String(revision) },
    },
    spec: { paused, strategy: { canary: { steps: STEPS } } },
    status,
  };
}

const STABLE = { currentPodHash: 'aaa', stableRS: 'aaa', currentStepIndex: 4, phase: 'Healthy' } as const;
const RELEASING = { currentPodHash: 'bbb', stableRS: 'aaa', currentStepIndex: 0, phase: 'Progressing' } as const;

/** Look at each status in turn, as passes do; a look that only tells an end is followed by another at the same status. */
function look(...statuses: readonly Rollout[]) {
  let last: RolloutRecord | undefined;
  const told: string[] = [];
  for (const object of statuses) {
    for (let again = true; again;) {
      const seen = observeRollout(last, object, 'local', NOW);
      told.push(...seen.transitions.map(({ type }) => type));
      again = seen.transitions.length > 0;
      last = { state: seen.state, release: seen.release };
    }
  }
  return { told, release: last?.release, last };
}

describe('given a healthy rollout that Weir takes over', () => {
  it('when it is first seen, then no release is told: what was before is not ours to tell', () => {
    expect(look(rollout(STABLE, { revision: 1 }))).toMatchObject({ told: [], release: undefined });
  });

  it('when a new version appears, then a release starts', () => {
    const { told, release } = look(rollout(STABLE, { revision: 1 }), rollout(RELEASING));
    expect(told).toEqual(['release-started', 'phase-changed']);
    expect(release).toMatchObject({ id: 'u1.2.bbb', outcome: 'running', weights: [] });
  });
});

describe('given a release', () => {
  const before = [rollout(STABLE, { revision: 1 }), rollout(RELEASING)];

  it('when steps pass one by one, then each is told with its weight', () => {
    const { told, release } = look(
      ...before,
      rollout({ ...RELEASING, currentStepIndex: 1 }),
      rollout({ ...RELEASING, currentStepIndex: 2 }),
      rollout({ ...RELEASING, currentStepIndex: 3 }),
    );
    const steps = ['weight-changed', 'step-completed', 'step-completed', 'weight-changed', 'step-completed'];
    expect(told.slice(2)).toEqual(steps);
    expect(release?.weights).toEqual([20, 40]);
  });

  it('when several steps passed between two looks, then none is lost', () => {
    const { release } = look(...before, rollout({ ...RELEASING, currentStepIndex: 4 }));
    expect(release?.weights).toEqual([20, 40]);
  });

  it('when it becomes stable, then it is promoted with 100 % as its last weight', () => {
    const { told, release } = look(
      ...before,
      rollout({ ...RELEASING, currentStepIndex: 4 }),
      rollout({ ...STABLE, currentPodHash: 'bbb', stableRS: 'bbb' }),
    );
    expect(told).toContain('promoted');
    expect(release).toMatchObject({
      outcome: 'promoted',
      reason: 'Completed all 4 canary steps',
      weights: [20, 40, 100],
      finishedAt: NOW,
    });
  });

  it('when promotion and the last steps fall between two looks, then it is still promoted', () => {
    const { release } = look(...before, rollout({ ...STABLE, currentPodHash: 'bbb', stableRS: 'bbb' }));
    expect(release).toMatchObject({ outcome: 'promoted', weights: [20, 40, 100] });
  });

  it('when it is aborted, then the weights it reached stay and the reason is the condition’s', () => {
    const message = 'Rollout aborted update to revision 2: Background analysis phase error/failed';
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'RolloutAborted', message }] as never;
    const { told, release } = look(
      ...before,
      rollout({ ...RELEASING, currentStepIndex: 1 }),
      rollout({ ...RELEASING, currentStepIndex: 0, abort: true, phase: 'Degraded', conditions }),
    );
    expect(told.slice(-2)).toEqual(['aborted', 'phase-changed']);
    expect(release).toMatchObject({ outcome: 'aborted', reason: message, weights: [20] });
  });

  it('when the flag is seen before the engine has said why, then the reason follows', () => {
    const message = 'Rollout aborted update to revision 2';
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'RolloutAborted', message }] as never;
    const { release } = look(
      ...before,
      rollout({ ...RELEASING, abort: true }),
      rollout({ ...RELEASING, abort: true, phase: 'Degraded', message: `RolloutAborted: ${message}`, conditions }),
    );
    expect(release).toMatchObject({ outcome: 'aborted', reason: message });
  });

  it('when an aborted release is retried and promoted, then it ends promoted', () => {
    const { told, release } = look(
      ...before,
      rollout({ ...RELEASING, abort: true }),
      rollout({ ...RELEASING, currentStepIndex: 0 }),
      rollout({ ...RELEASING, currentStepIndex: 4 }),
      rollout({ ...STABLE, currentPodHash: 'bbb', stableRS: 'bbb' }),
    );
    expect(told).toContain('retried');
    expect(release).toMatchObject({ outcome: 'promoted', weights: [20, 40, 100] });
  });

  it('when the retry and its first steps are seen at one look, then the retry is told first, and then each step', () => {
    const { told } = look(
      ...before,
      rollout({ ...RELEASING, abort: true }),
      rollout({ ...RELEASING, currentStepIndex: 2 }),
    );
    const since = told.slice(told.indexOf('retried'));
    expect(since.filter((type) => type === 'retried' || type === 'step-completed')).toEqual([
      'retried',
      'step-completed',
      'step-completed',
    ]);
  });

  it('when abort and retry both come between two looks, then that it began again is told before the steps of the new try', () => {
    const { told } = look(
      ...before,
      rollout({ ...RELEASING, currentStepIndex: 3 }),
      rollout({ ...RELEASING, currentStepIndex: 1 }),
      rollout({ ...RELEASING, currentStepIndex: 2 }),
    );
    const since = told.slice(told.indexOf('retried'));
    expect(since).toEqual(['retried', 'weight-changed', 'step-completed', 'step-completed']);
  });

  it('when a third version comes in the middle, then the second is superseded and a release of the third starts', () => {
    const { told, release } = look(...before, rollout({ ...RELEASING, currentPodHash: 'ccc' }, { revision: 3 }));
    expect(told.slice(2, 4)).toEqual(['superseded', 'release-started']);
    expect(release).toMatchObject({ id: 'u1.3.ccc', outcome: 'running' });
  });

  it('when it is promoted and the next version comes between two looks, then it was promoted, not superseded', () => {
    const next = { ...RELEASING, currentPodHash: 'ccc', stableRS: 'bbb' };
    const { told, release } = look(...before, rollout(next, { revision: 3 }));
    expect(told.slice(2, 4)).toEqual(['promoted', 'release-started']);
    expect(release).toMatchObject({ id: 'u1.3.ccc', stableHash: 'bbb' });
  });

  it('when it is released again after another, then it begins once its new revision shows, under a name of its own', () => {
    const third = rollout({ ...RELEASING, currentPodHash: 'ccc' }, { revision: 3 });
    const again = (revision: number) => rollout(RELEASING, { revision });
    expect(look(...before, third, again(3)).release).toMatchObject({ id: 'u1.3.ccc', outcome: 'superseded' });
    expect(look(...before, third, again(3), again(4)).release).toMatchObject({ id: 'u1.4.bbb', outcome: 'running' });
  });

  it('when only its end by the stable version was told, and it is released again, then that is a release of its own', () => {
    const looked = look(...before, rollout({ ...RELEASING, currentStepIndex: 2 })).last;
    const over = observeRollout(looked, rollout(STABLE, { revision: 3 }), 'local', NOW);
    const again = rollout({ ...RELEASING, currentStepIndex: 1 }, { revision: 4 });
    const seen = observeRollout(over, again, 'local', NOW);
    expect(seen.release).toMatchObject({ id: 'u1.4.bbb', outcome: 'running', weights: [20] });
    expect(seen.transitions.map(({ type }) => type)).toContain('release-started');
  });

  it('when it was aborted and the revision of an edit shows before the status tells of it, then none starts', () => {
    const aborted = look(...before, rollout({ ...RELEASING, abort: true })).last;
    const seen = observeRollout(aborted, rollout(RELEASING, { revision: 3 }), 'local', NOW);
    expect(seen.release).toMatchObject({ id: 'u1.2.bbb' });
    expect(seen.transitions.map(({ type }) => type)).not.toContain('release-started');
  });

  it('when only its promotion was told and the version on top is taken back before the next look, then it is told once', () => {
    const next = { ...RELEASING, currentPodHash: 'ccc', stableRS: 'bbb' };
    const known = observeRollout(look(...before).last, rollout(next, { revision: 3 }), 'local', NOW);
    expect(known.transitions.map(({ type }) => type)).toEqual(['promoted']);
    const back = { ...STABLE, currentPodHash: 'bbb', stableRS: 'bbb' };
    const seen = observeRollout(known, rollout(back, { revision: 4 }), 'local', NOW);
    expect(seen.transitions.map(({ type }) => type)).not.toContain('promoted');
  });

  it('when the next revision shows before its version, then what is superseded is called by its own', () => {
    const { last } = look(...before, rollout(RELEASING, { revision: 3 }));
    const seen = observeRollout(last, rollout({ ...RELEASING, currentPodHash: 'ccc' }, { revision: 3 }), 'local', NOW);
    expect(seen.transitions).toMatchObject([{ message: 'Revision 2 (bbb) superseded by revision 3' }]);
  });

  it('when the flag of an abort is set on a rollout that releases nothing, then nothing is told, and its release stays promoted', () => {
    const promoted = { ...RELEASING, stableRS: 'bbb', currentStepIndex: 4, phase: 'Healthy' } as const;
    const { told, release } = look(
      ...before,
      rollout(promoted),
      rollout({ ...promoted, abort: true }),
      rollout(promoted),
    );
    expect(told).not.toContain('aborted');
    expect(release).toMatchObject({ outcome: 'promoted' });
  });

  it('when the template goes back to stable, then the release is superseded and none starts', () => {
    const { told, release } = look(...before, rollout(STABLE, { revision: 3 }));
    expect(told.slice(2)).toEqual(['superseded', 'phase-changed']);
    expect(release).toMatchObject({
      id: 'u1.2.bbb',
      outcome: 'superseded',
      reason: 'superseded by the stable version',
    });
  });

  it('when it pauses and goes on, then both are told', () => {
    const pauseConditions = [{ reason: 'CanaryPauseStep', startTime: '2024-01-01T00:00:00Z' }] as never;
    const { told } = look(
      ...before,
      rollout({ ...RELEASING, currentStepIndex: 1, pauseConditions, phase: 'Paused' }),
      rollout({ ...RELEASING, currentStepIndex: 2 }),
    );
    expect(told).toEqual(expect.arrayContaining(['paused', 'resumed']));
  });

  it('when the Rollout is deleted and created anew, then the old release is closed', () => {
    const { told } = look(...before, rollout(RELEASING, { uid: 'u2' }));
    expect(told.slice(2, 4)).toEqual(['superseded', 'release-started']);
  });
});

describe('given a first deployment', () => {
  it('when the first revision becomes stable, then it is an initial deploy', () => {
    const { told, release } = look(
      rollout({}, { revision: 0 }),
      rollout({ currentPodHash: 'aaa', currentStepIndex: 4, phase: 'Progressing' }, { revision: 1 }),
      rollout({ ...STABLE, phase: 'Progressing' }, { revision: 1 }),
    );
    expect(told).toEqual(['release-started', 'phase-changed', 'promoted']);
    expect(release).toMatchObject({ outcome: 'promoted', reason: 'Initial deploy', weights: [] });
  });
});
