import { describe, expect, it } from '@jest/globals';
import type { Rollout } from '#core/resources/argo.ts';
import { refOf, type NewObject, type ReplicaSet } from '#core/resources/kubernetes.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { readSnapshot } from '#shared/controllers/rollout-reads.ts';
import type { Ports, Site } from '#shared/ports.ts';
import { createDirectCluster } from '../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../infra/local/kubernetes/store.ts';
import { anAnalysisRun, aReplicaSet, aRollout, hashOfVersion } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const CLOCK = new VirtualClock();

async function read(rollout: Rollout, ...others: readonly object[]) {
  const cluster = createDirectCluster('local', new Store({ clock: CLOCK }));
  for (const object of others) {
    const { metadata, ...rest } = object as NewObject & { metadata: { resourceVersion?: string } };
    await cluster.create({ ...rest, metadata });
  }
  const site = { cluster, controllers: ['rollouts'] } as unknown as Site;
  const ports = { clock: CLOCK, cursors: createMemoryCursorStore() } as unknown as Ports;
  return readSnapshot(rollout, site, ports, { onlyTheObject: false });
}

describe('given the AnalysisRuns of a namespace', () => {
  it('when the selector has expressions too, then runs are found by the labels that they carry', async () => {
    const selector = { matchLabels: { app: 'checkout' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] };
    const rollout = aRollout().spec({ selector }).build();
    const { analysisRuns } = await read(rollout, anAnalysisRun('mine', undefined, { app: 'checkout' }));
    expect(analysisRuns.map(({ metadata }) => metadata.name)).toEqual(['mine']);
  });

  it('when somebody else made one with the same labels, then it is seen: its name is taken', async () => {
    const { ownerReferences: _, ...metadata } = anAnalysisRun('theirs', undefined, { app: 'checkout' }).metadata;
    const { analysisRuns } = await read(aRollout().build(), { ...anAnalysisRun('theirs'), metadata });
    expect(analysisRuns.map(({ metadata: { name } }) => name)).toEqual(['theirs']);
  });
});

describe('given the ReplicaSets of a namespace', () => {
  const rollout = aRollout().updating('v1', 'v2').build();

  it('when the stable one has lost the labels of the selector, then it is seen all the same, once', async () => {
    const stable = aReplicaSet({ version: 'v1' });
    const { app: _, ...labels } = stable.metadata.labels ?? {};
    const strayed = { ...stable, metadata: { ...stable.metadata, labels } };
    const { replicaSets } = await read(rollout, strayed, aReplicaSet({ version: 'v2', revision: 2 }));
    expect(names(replicaSets)).toEqual([hashOfVersion('v1'), hashOfVersion('v2')].toSorted());
  });

  it('when nothing is missing, then none of another Rollout is read', async () => {
    const other = aReplicaSet({ version: 'v9' });
    const foreign = { ...other, metadata: { ...other.metadata, labels: { app: 'cart' } } };
    const own = [aReplicaSet({ version: 'v1' }), aReplicaSet({ version: 'v2', revision: 2 })];
    const { replicaSets } = await read(rollout, foreign, ...own);
    expect(replicaSets.map((replicaSet) => refOf(replicaSet).name)).not.toContain(other.metadata.name);
  });
});

function names(replicaSets: readonly ReplicaSet[]): readonly string[] {
  return replicaSets.map(({ metadata }) => metadata.name.replace('checkout-', '')).toSorted();
}
