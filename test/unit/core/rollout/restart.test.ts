import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY } from '#core/resources/keys.ts';
import type { Pod } from '#core/resources/kubernetes.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { formatTimestamp, MINUTE, SECOND, type Instant } from '#core/time.ts';
import {
  aPod,
  aReplicaSet,
  aRollout,
  aService,
  hashOfVersion,
  pause,
  setWeight,
  T0,
} from '../../../support/builders.ts';
import { snapshotOf } from '../../../support/rollout-snapshot.ts';

const AT = T0 + 10 * MINUTE;
const stable = aReplicaSet({ version: 'v1', size: 4, revision: 1 });
const promoted = aRollout()
  .replicas(4)
  .canary([setWeight(50), pause()])
  .promoted()
  .revision(1)
  .spec({ restartAt: formatTimestamp(AT) });

function pods(count: number, createdAt: Instant, prefix = 'old'): Pod[] {
  return Array.from({ length: count }, (_, index) => aPod(stable, `${prefix}-${index}`, createdAt));
}

function decide(seen: { pods: readonly Pod[]; now?: Instant }, rollout = promoted) {
  return decideRollout(snapshotOf(rollout.build(), { replicaSets: [stable], now: AT + MINUTE, ...seen }));
}

function evicted(decision: ReturnType<typeof decide>): readonly string[] {
  return decision.actions.flatMap((action) =>
    action.type === 'create' && action.object.kind === 'Eviction' ? [action.object.metadata.name] : [],
  );
}

describe('restarting pods', () => {
  it('given all pods are older and available, then as many go as may be unavailable, and the pass ends', () => {
    const decision = decide({ pods: pods(4, T0) });
    expect(evicted(decision)).toEqual(['old-0']);
    expect(decision.actions).toMatchObject([
      { type: 'create', object: { apiVersion: 'policy/v1', metadata: { namespace: 'shop' } } },
    ]);
    expect(decision.status).toBeUndefined();
    expect(decision.requeueAfter).toBe(30 * SECOND);
  });

  it('given one is missing already, then nobody else goes, and it is looked at again', () => {
    const decision = decide({ pods: pods(3, T0) });
    expect(evicted(decision)).toEqual([]);
    expect(decision.requeueAfter).toBe(30 * SECOND);
  });

  it('given two replicas of which none may be missing, then one goes all the same', () => {
    const pair = aRollout()
      .replicas(2)
      .canary([])
      .promoted()
      .revision(1)
      .spec({ restartAt: formatTimestamp(AT) });
    const two = aReplicaSet({ version: 'v1', size: 2, revision: 1 });
    const seen = { replicaSets: [two], pods: [aPod(two, 'a', T0), aPod(two, 'b', T0)], now: AT + MINUTE };
    expect(evicted(decideRollout(snapshotOf(pair.build(), seen)))).toEqual(['a']);
  });

  it('given the last old pod can go, then the restart is done with it', () => {
    const mixed = [...pods(1, T0), ...pods(3, AT + SECOND, 'new')];
    expect(evicted(decide({ pods: mixed }))).toEqual(['old-0']);
    const after = decide({ pods: pods(4, AT + SECOND, 'new') });
    expect(evicted(after)).toEqual([]);
    expect(after.status?.restartedAt).toBe(formatTimestamp(AT));
    expect(after.status?.phase).not.toBe('Progressing');
  });

  it('given a blue-green Rollout evicts its last old pods, then it is done only when they are gone', () => {
    const active = aService('active', hashOfVersion('v1'), { [MANAGED_BY]: 'checkout' });
    const rollout = aRollout().replicas(4).blueGreen({ maxUnavailable: 4 }).promoted().revision(1);
    const asked = rollout.spec({ restartAt: formatTimestamp(AT) }).build();
    const seen = { replicaSets: [stable], services: [active], now: AT + MINUTE };
    const first = decideRollout(snapshotOf(asked, { ...seen, pods: pods(4, T0) }));
    expect(evicted(first)).toHaveLength(4);
    expect(first.status?.restartedAt).toBeUndefined();
    const later = decideRollout(snapshotOf(asked, { ...seen, pods: pods(4, AT + SECOND, 'new') }));
    expect(later.status?.restartedAt).toBe(formatTimestamp(AT));
  });

  it('given a pod made at that very second, then it counts as new', () => {
    expect(evicted(decide({ pods: pods(4, AT) }))).toEqual([]);
  });

  it('given pods that are on their way out, then they are waited for', () => {
    const going = pods(1, T0).map((pod) => ({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: formatTimestamp(AT) },
    }));
    const decision = decide({ pods: [...going, ...pods(4, AT + SECOND, 'new')] });
    expect(evicted(decision)).toEqual([]);
    expect(decision.status?.restartedAt).toBeUndefined();
  });

  it('given pods that are ready for too short a time, then they do not count as available', () => {
    const young = pods(4, AT + 50 * SECOND, 'new').map((pod) => ({
      ...pod,
      metadata: { ...pod.metadata, creationTimestamp: formatTimestamp(T0) },
    }));
    const slow = promoted.spec({ minReadySeconds: 30 });
    const replicaSets = [{ ...stable, spec: { ...stable.spec!, minReadySeconds: 30 } }];
    const decision = decideRollout(snapshotOf(slow.build(), { replicaSets, pods: young, now: AT + MINUTE }));
    expect(evicted(decision)).toEqual([]);
  });

  it('given it is to come, then it is waited for, and the phase says so', () => {
    const decision = decide({ pods: [], now: AT - MINUTE });
    expect(decision.requeueAfter).toBe(MINUTE);
    expect(decision.status).toMatchObject({ phase: 'Progressing', message: 'rollout is restarting' });
  });

  it('given it is done, then nothing happens', () => {
    expect(evicted(decide({ pods: pods(4, T0) }, promoted.status({ restartedAt: formatTimestamp(AT) })))).toEqual([]);
  });

  it('given an update, then stable pods come first', () => {
    const newest = aReplicaSet({ version: 'v2', size: 2, revision: 2, desired: 4 });
    const half = aReplicaSet({ version: 'v1', size: 2, revision: 1, desired: 4 });
    const rollout = aRollout()
      .replicas(4)
      .canary([setWeight(50), pause()])
      .updating('v1', 'v2', 1)
      .revision(2)
      .spec({ restartAt: formatTimestamp(AT) });
    const seen = {
      replicaSets: [newest, half],
      pods: [
        aPod(newest, 'canary-0', T0),
        aPod(newest, 'canary-1', T0),
        aPod(half, 'stable-0', T0),
        aPod(half, 'stable-1', T0),
      ],
      now: AT + MINUTE,
    };
    expect(evicted(decideRollout(snapshotOf(rollout.build(), seen)))).toEqual(['stable-0']);
    expect(hashOfVersion('v2')).not.toBe(hashOfVersion('v1'));
  });
});
