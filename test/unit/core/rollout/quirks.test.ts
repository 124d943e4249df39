/** Small habits of Argo's controller that people or tools may depend on, one by one. */
import { describe, expect, it } from '@jest/globals';
import { decideRollout } from '#core/rollout/decide.ts';
import { formatTimestamp } from '#core/time.ts';
import { aReplicaSet, aRollout, aService, pause, setWeight } from '../../../support/builders.ts';
import { RolloutWorld } from '../../../support/rollout-world.ts';
import { snapshotOf } from '../../../support/rollout-snapshot.ts';

describe('given a Rollout that finds the ReplicaSet of its template', () => {
  // Argo writes FoundNewReplicaSet at once and what else there is to say in the next pass; here the last word is written.
  it('when it has no conditions yet, then the clock of its progress starts with the first pass', () => {
    const rollout = aRollout().revision(1).blueGreen().build();
    const snapshot = snapshotOf(rollout, { replicaSets: [aReplicaSet()], services: [aService('active')] });
    expect(decideRollout(snapshot).status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Progressing',
        status: 'True',
        reason: 'ReplicaSetUpdated',
        lastUpdateTime: formatTimestamp(snapshot.now),
      }),
    );
  });
});

describe('given a restart that is pending', () => {
  it('when a new template comes, then the restart is not marked as done by it', () => {
    const world = new RolloutWorld(
      aRollout()
        .replicas(2)
        .canary([setWeight(50), pause()])
        .build(),
    );
    world.settle();
    world.edit({ restartAt: '2030-01-01T00:00:00Z' });
    world.deploy('v2');
    world.settle();
    expect(world.status.restartedAt).toBeUndefined();
    expect(world.status.currentStepIndex).toBe(1);
  });
});

describe('given a step of several kinds', () => {
  const refusal = (step: object) => decideRollout(snapshotOf(aRollout().canary([step]).build())).status?.message ?? '';

  it('when they are setWeight and pause, then it is refused for having both', () => {
    expect(refusal({ setWeight: 10, pause: {} })).toContain('Step must have one of the following set');
  });

  it('when one of them is setCanaryScale, then that one does not count', () => {
    expect(refusal({ setWeight: 10, setCanaryScale: { replicas: 1 } })).toContain(
      'SetCanaryScale requires TrafficRouting to be set',
    );
  });
});

describe('given a blue-green Rollout through an update, an abort and a retry', () => {
  it('when each pass is looked at, then no object is written twice in one', () => {
    const services = [aService('active'), aService('preview')];
    const world = new RolloutWorld(aRollout().replicas(3).blueGreen({ previewService: 'preview' }).build(), {
      services,
    });
    world.settle();
    world.broken.add('v2');
    world.deploy('v2');
    world.settle();
    world.abort();
    world.settle();
    world.retry();
    world.broken.clear();
    world.wait(60_000);
    const written = world.decisions.map(({ actions }) =>
      actions.flatMap((action) =>
        action.type === 'patch' ? [`${action.after.kind}/${action.after.metadata.name}`] : [],
      ),
    );
    expect(written.flat()).toContain('Service/active');
    expect(written.filter((names) => new Set(names).size < names.length)).toEqual([]);
  });
});
