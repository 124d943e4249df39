import { describe, expect, it } from '@jest/globals';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { sizeOf } from '#core/rollout/replica-sets.ts';
import { aReplicaSet, aRollout, pause, setWeight, type ReplicaSetShape } from '../../../../support/builders.ts';
import { snapshotOf } from '../../../../support/rollout-snapshot.ts';

const updating = aRollout()
  .replicas(10)
  .canary([setWeight(20), pause()], { maxSurge: 1, maxUnavailable: 1 })
  .updating('v4', 'v5')
  .revision(5);

function sizesAfter(shapes: readonly ReplicaSetShape[], rollout = updating): Record<string, number> {
  const replicaSets = shapes.map((shape) => aReplicaSet({ desired: 10, ...shape }));
  const { actions } = decideRollout(snapshotOf(rollout.build(), { replicaSets }));
  const scaled = actions.flatMap((action) => (action.type === 'patch' ? [action.after as ReplicaSet] : []));
  return Object.fromEntries(scaled.map((after) => [versionOf(after), sizeOf(after)]));
}

function versionOf(replicaSet: ReplicaSet): string {
  return replicaSet.spec?.template?.spec?.containers[0]?.image?.split(':').at(-1) ?? '';
}

describe('old versions during an update', () => {
  const stable = { version: 'v4', size: 8, revision: 4 };
  const canary = { version: 'v5', size: 2, revision: 5 };

  it('given their pods are available, then they go as fast as availability allows, newest revision first', () => {
    const others = [1, 2, 3].map((revision) => ({ version: `v${revision}`, size: 2, revision }));
    expect(sizesAfter([...others, { ...stable, available: 6 }, { ...canary, available: 0 }])).toEqual({ v3: 0, v2: 1 });
  });

  it('given pods that are not available, then those go first, whatever the budget is', () => {
    const broken = [
      { version: 'v1', size: 3, available: 0, revision: 1 },
      { version: 'v2', size: 3, available: 2, revision: 2 },
    ];
    expect(sizesAfter([...broken, { ...stable, available: 5 }, { ...canary, available: 2 }])).toEqual({ v1: 0, v2: 2 });
  });

  it('given nothing can be spared, then they stay', () => {
    const others = [{ version: 'v3', size: 1, revision: 3 }];
    expect(sizesAfter([...others, { ...stable, available: 7 }, { ...canary, available: 1 }])).toEqual({});
  });

  it('given the stable version is to be scaled too, then only it is, and the others wait for the next pass', () => {
    const rollout = updating.status({ abort: true, abortedAt: '2024-01-01T00:00:00Z' });
    const others = [{ version: 'v3', size: 1, revision: 3 }];
    expect(sizesAfter([...others, { ...stable, size: 5 }, { ...canary, size: 2 }], rollout)).toEqual({ v4: 8 });
  });

  it('given a person pauses the Rollout, then nothing is scaled', () => {
    const others = [{ version: 'v3', size: 5, revision: 3 }];
    expect(sizesAfter([...others, stable, canary], updating.spec({ paused: true }))).toEqual({});
  });
});
