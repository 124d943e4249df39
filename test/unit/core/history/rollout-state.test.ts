import { describe, expect, it } from '@jest/globals';
import { observeRollout, type RolloutRecord } from '#core/history/rollout.ts';
import { rolloutState, sameState, sinceOf } from '#core/history/rollout-state.ts';
import type { Rollout, RolloutStatus } from '#core/resources/argo.ts';

function rolloutWith(status: RolloutStatus): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'shop', uid: 'u', annotations: {} },
    spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } },
    status: { stableRS: 'old', currentPodHash: 'new', currentStepIndex: 0, ...status },
  };
}

describe('given a record of a Rollout, when it is looked at again', () => {
  const before = { ...rolloutState(rolloutWith({}), 100), updateSince: 10, stepSince: 50 };

  it.each<{ given: string; status: RolloutStatus; aborted?: boolean; then: { update: number; step: number } }>([
    { given: 'nothing new', status: {}, then: { update: 10, step: 50 } },
    { given: 'another phase', status: { phase: 'Paused' }, then: { update: 10, step: 50 } },
    { given: 'the next step', status: { currentStepIndex: 1 }, then: { update: 10, step: 900 } },
    { given: 'another version', status: { currentPodHash: 'newer' }, then: { update: 900, step: 900 } },
    { given: 'an abort', status: { abort: true }, then: { update: 10, step: 50 } },
    { given: 'a retry', status: {}, aborted: true, then: { update: 900, step: 900 } },
  ])('given $given, then update and step began at $then', ({ status, aborted = false, then }) => {
    expect(sinceOf(rolloutState(rolloutWith(status), 900, { ...before, aborted }))).toEqual(then);
  });

  it('given a record from before these times were kept, then it does not know, and that is no change', () => {
    const { updateSince: _u, stepSince: _s, ...old } = before;
    expect(sinceOf(old)).toBeUndefined();
    expect(sameState(old, rolloutState(rolloutWith({}), 900, old))).toBe(true);
  });
});

describe('given a template that was edited', () => {
  const showing = (image: string, generation: number, status: RolloutStatus): Rollout => {
    const rollout = rolloutWith({ stableRS: 'old', ...status });
    const template = { spec: { containers: [{ name: 'app', image }] } };
    return {
      ...rollout,
      metadata: { ...rollout.metadata, generation },
      spec: { ...rollout.spec, template },
    };
  };
  const stable = rolloutState(showing('app:v1', 1, { currentPodHash: 'old', observedGeneration: '1' }), 100);

  it('when the controller has not seen it yet, then the stable images are those from before, also once it has', () => {
    const unseen = rolloutState(showing('app:v2', 2, { currentPodHash: 'old', observedGeneration: '1' }), 200, stable);
    const seen = rolloutState(showing('app:v2', 2, { currentPodHash: 'new', observedGeneration: '2' }), 300, unseen);
    expect([stable, unseen, seen].map(({ stableImages }) => stableImages)).toEqual(
      Array.from({ length: 3 }, () => ({ app: 'app:v1' })),
    );
  });

  it('when it is the stable version again, or has become it, then its images are the stable ones', () => {
    const promoted = showing('app:v2', 2, { stableRS: 'new', currentPodHash: 'new', observedGeneration: '2' });
    expect(rolloutState(promoted, 200, stable).stableImages).toEqual({ app: 'app:v2' });
  });
});

describe('given a Rollout that is held', () => {
  const held = { type: 'Held', status: 'True', reason: 'MetricsDoNotAnswer', message: 'metric "m" does not answer' };
  const condition = { ...held, lastUpdateTime: '', lastTransitionTime: '' };
  const look = (last: RolloutRecord | undefined, status: RolloutStatus) =>
    observeRollout(last, rolloutWith(status), 'local', 5);
  const types = (last: RolloutRecord | undefined, status: RolloutStatus) =>
    look(last, status).transitions.map(({ type, message }) => `${type}: ${message}`);

  it.each<{ given: string; before: RolloutStatus; after: RolloutStatus; then: string[] }>([
    {
      given: 'it becomes held',
      before: {},
      after: { conditions: [condition] },
      then: ['held: Held: metric "m" does not answer'],
    },
    { given: 'it stays held', before: { conditions: [condition] }, after: { conditions: [condition] }, then: [] },
    {
      given: 'metrics answer again',
      before: { conditions: [condition] },
      after: {},
      then: ['resumed: Resumed: metrics answer again'],
    },
  ])('when $given, then $then', ({ before, after, then }) => {
    expect(types(look(undefined, before), after)).toEqual(then);
  });

  it('when it is aborted meanwhile, then only the abort is told', () => {
    const last = look(undefined, { conditions: [condition] });
    expect(look(last, { abort: true }).transitions.map(({ type }) => type)).toEqual(['aborted']);
  });
});
