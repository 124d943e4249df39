import { describe, expect, it } from '@jest/globals';
import { aRollout, pause, setWeight } from '../../../support/builders.ts';
import { RolloutWorld } from '../../../support/rollout-world.ts';

function running(): RolloutWorld {
  const world = new RolloutWorld(
    aRollout()
      .replicas(2)
      .canary([setWeight(50), pause()])
      .build(),
  );
  world.settle();
  return world;
}

function between(from: string | undefined, to: string | undefined): number {
  return (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1_000;
}

describe('the duration of an update', () => {
  it('given the first deploy, then it begins with it and ends when its pods are there', () => {
    const { duration } = running().status;
    expect(duration).toMatchObject({ completionStatus: 'Promoted' });
    expect(between(duration?.rolloutStartedAt, duration?.finishedAt)).toBeGreaterThan(0);
  });

  it('given a pause that waits for a person, then its time is counted apart', () => {
    const world = running();
    world.deploy('v2');
    world.settle();
    expect(world.status.duration).toEqual({
      rolloutStartedAt: expect.any(String),
      manualPauseStartedAt: expect.any(String),
    });
    world.now += 600_000;
    world.promote();
    world.settle();
    const { duration } = world.status;
    expect(duration?.manualPauseStartedAt).toBeUndefined();
    expect(duration?.totalManualPauseDurationSeconds).toBeGreaterThanOrEqual(600);
    expect(duration?.totalManualPauseDurationSeconds).toBeLessThan(620);
    expect(duration).toMatchObject({ completionStatus: 'Promoted' });
  });

  it('given a pause with a duration, then no person is waited for', () => {
    const world = running();
    world.edit({ strategy: { canary: { steps: [setWeight(50), pause(300)] } } });
    world.settle();
    world.deploy('v2');
    world.settle();
    expect(world.status.duration?.manualPauseStartedAt).toBeUndefined();
  });

  it('given an abort, then it ends there; a retry begins another', () => {
    const world = running();
    world.deploy('v2');
    world.settle();
    world.now += 60_000;
    world.abort();
    world.settle();
    const aborted = world.status.duration;
    expect(aborted).toMatchObject({ completionStatus: 'Aborted' });
    expect(aborted?.totalManualPauseDurationSeconds).toBeGreaterThanOrEqual(60);
    world.now += 60_000;
    world.retry();
    world.settle();
    expect(world.status.duration?.finishedAt).toBeUndefined();
    expect(between(aborted?.finishedAt, world.status.duration?.rolloutStartedAt)).toBeGreaterThanOrEqual(60);
  });

  it('given a newer template, then the old update ends and another begins', () => {
    const world = running();
    world.deploy('v2');
    world.settle();
    const first = world.status.duration;
    world.now += 60_000;
    world.deploy('v3');
    world.settle();
    expect(world.status.duration).toEqual({
      rolloutStartedAt: expect.any(String),
      manualPauseStartedAt: expect.any(String),
    });
    expect(between(first?.rolloutStartedAt, world.status.duration?.rolloutStartedAt)).toBeGreaterThanOrEqual(60);
  });

  it.each([
    { given: 'promote --full', act: (world: RolloutWorld) => world.promoteFull(), then: 'FastPromoted' },
    { given: 'the stable template again', act: (world: RolloutWorld) => world.deploy('v1'), then: 'FastRolledBack' },
  ])('given $given, then it ends as $then', ({ act, then }) => {
    const world = running();
    world.deploy('v2');
    world.settle();
    const begun = world.status.duration?.rolloutStartedAt;
    act(world);
    world.settle();
    expect(world.status.duration).toMatchObject({ completionStatus: then, rolloutStartedAt: begun });
    expect(world.status.duration?.finishedAt).toBeDefined();
  });
});
