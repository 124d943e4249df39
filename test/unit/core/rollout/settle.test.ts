import { describe, expect, it } from '@jest/globals';
import type { CanaryStep, RolloutStatus } from '#core/resources/argo.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { decideAndSettle } from '#core/rollout/settle.ts';
import { aRollout, pause, setWeight } from '../../../support/builders.ts';
import { RolloutWorld } from '../../../support/rollout-world.ts';

/** v1 is healthy, v2 has been deployed and has come as far as a canary whose pods are all there. */
function atTheEndOfAStep(steps = [setWeight(50), pause()]): RolloutWorld {
  const world = new RolloutWorld(aRollout().replicas(2).canary(steps).build());
  world.settle();
  world.deploy('v2');
  for (let passes = 0; passes < 100; passes += 1) {
    const { actions, status } = decideRollout(world.snapshot);
    if (actions.length === 0 && status?.currentStepIndex === 1) return world;
    world.pass();
  }
  throw new Error('the step never ended');
}

/** What each part of the status was, one after the other, in a first release, an update and one that is aborted. */
function statesOfRelease(steps: readonly CanaryStep[], decide: typeof decideRollout): Record<string, string[]> {
  const rollout = aRollout().replicas(4).canary(steps).build();
  const world = new RolloutWorld(rollout, { podsPerPass: 1, decide });
  const seen: Record<string, string[]> = {};
  const watch = () => {
    while (world.pass()) note(world.status, seen);
  };
  watch();
  for (const version of ['v2', 'v3']) {
    world.deploy(version);
    watch();
    for (const _ of steps) {
      world.now += 10_000;
      if (version === 'v3') world.abort();
      watch();
    }
  }
  return seen;
}

function note(
  { phase, currentStepIndex, conditions = [], abort }: RolloutStatus,
  seen: Record<string, string[]>,
): void {
  const states = { phase, currentStepIndex, abort, ...Object.fromEntries(conditions.map((one) => [one.type, one])) };
  for (const [part, state] of Object.entries(states)) {
    const { status, reason, message } = Object(state) as { status?: string; reason?: string; message?: string };
    const text = reason === undefined ? String(state) : `${status} ${reason} ${message}`;
    const before = (seen[part] ??= []);
    if (before.at(-1) !== text) before.push(text);
  }
}

describe('a pass and those right after it', () => {
  it('given the end of a step before a pause, then one status has the step, the pause and its condition', () => {
    const { actions, status, events } = decideAndSettle(atTheEndOfAStep().snapshot);
    expect(actions).toEqual([]);
    expect(status).toMatchObject({ currentStepIndex: 1, phase: 'Paused' });
    expect(status?.pauseConditions).toMatchObject([{ reason: 'CanaryPauseStep' }]);
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Paused', status: 'True' }));
    expect(events.map(({ reason }) => reason)).toEqual(['RolloutStepCompleted', 'RolloutPaused']);
  });

  it('given that, then it is the status to which single passes come', () => {
    const world = atTheEndOfAStep();
    const settled = decideAndSettle(world.snapshot);
    const { now } = world;
    for (let passes = 0; passes < 3; passes += 1) {
      world.now = now;
      world.pass();
    }
    expect(settled.status).toEqual(world.status);
  });

  it('given steps that are done as soon as they begin, then a pass ends one and leaves the next', () => {
    const world = atTheEndOfAStep([setWeight(50), setWeight(50), setWeight(50), pause()]);
    expect(decideAndSettle(world.snapshot).status?.currentStepIndex).toBe(1);
  });

  it.each([
    { given: 'pauses between weights', steps: [setWeight(25), pause(10), setWeight(50), pause(10)] },
    { given: 'weights that do not wait', steps: [setWeight(20), setWeight(40), setWeight(60)] },
    { given: 'a pause at once', steps: [pause(10), setWeight(50)] },
    { given: 'no steps', steps: [] },
  ])('given a release with $given, then whoever watches sees the same states in the same order', ({ steps }) => {
    const [single, settled] = [decideRollout, decideAndSettle].map((decide) => statesOfRelease(steps, decide));
    expect(settled).toEqual(single);
  });

  it('given a pass that acts, then nothing is added to it: its effects are seen by the next', () => {
    const world = new RolloutWorld(
      aRollout()
        .replicas(2)
        .canary([setWeight(50)])
        .build(),
    );
    expect(decideAndSettle(world.snapshot)).toEqual(decideRollout(world.snapshot));
  });
});
