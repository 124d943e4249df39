import { describe, expect, it } from '@jest/globals';
import { runsToDelete, type RunHistory } from '#core/analysis/history-limits.ts';
import type { AnalysisRun, Phase } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { aRun, stamp } from './builders.ts';

type Fields = { hash?: string; deleting?: boolean };

function aPastRun(
  name: string,
  phase: Phase,
  created: number,
  { hash = 'h', deleting = false }: Fields = {},
): AnalysisRun {
  const run = aRun({}, { phase });
  const labels = hash === '' ? {} : { [POD_TEMPLATE_HASH]: hash };
  const metadata = { ...run.metadata, name, labels, creationTimestamp: stamp(created) };
  return { ...run, metadata: { ...metadata, ...(deleting && { deletionTimestamp: stamp(99) }) } };
}

function aReplicaSet(hash: string, deleting = false): KubernetesObject {
  const metadata = { name: `rs-${hash}`, namespace: 'shop', uid: hash, labels: { [POD_TEMPLATE_HASH]: hash } };
  const deletion = deleting ? { deletionTimestamp: stamp(0) } : {};
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { ...metadata, ...deletion } };
}

function deleted(runs: readonly AnalysisRun[], history: Partial<RunHistory<AnalysisRun>> = {}): readonly string[] {
  return runsToDelete({ runs, replicaSets: [aReplicaSet('h')], ...history }).map(({ metadata }) => metadata.name);
}

const SIX_GOOD = [1, 2, 3, 4, 5, 6].map((created) => aPastRun(`good-${created}`, 'Successful', created));

describe('given past runs, when it is asked which are deleted', () => {
  it('given no limits, then five successful and five others are kept', () => {
    const others = [7, 8, 9, 10, 11, 12].map((created) => aPastRun(`bad-${created}`, 'Error', created));
    expect(deleted([...SIX_GOOD, ...others])).toEqual(['bad-7', 'good-1']);
  });

  it('given limits, then the newest are kept, whatever the order of the list', () => {
    expect(deleted(SIX_GOOD.toReversed(), { successfulLimit: 2 })).toEqual(['good-4', 'good-3', 'good-2', 'good-1']);
  });

  it('given a limit of 0, then none is kept', () => {
    expect(deleted([aPastRun('a', 'Failed', 1)], { unsuccessfulLimit: 0 })).toEqual(['a']);
  });

  it('given Failed, Error and Inconclusive, then they share one limit', () => {
    const runs = [aPastRun('a', 'Failed', 1), aPastRun('b', 'Error', 2), aPastRun('c', 'Inconclusive', 3)];
    expect(deleted(runs, { unsuccessfulLimit: 1 })).toEqual(['b', 'a']);
  });

  it('given unfinished ones, then they are kept', () => {
    expect(deleted([aPastRun('a', 'Running', 1), aPastRun('b', 'Pending', 2)], { successfulLimit: 0 })).toEqual([]);
  });

  it.each([
    { given: 'no hash', run: aPastRun('a', 'Running', 1, { hash: '' }) },
    { given: 'the hash of no ReplicaSet', run: aPastRun('a', 'Successful', 1, { hash: 'other' }) },
    { given: 'the hash of a ReplicaSet that goes', run: aPastRun('a', 'Running', 1, { hash: 'going' }) },
  ])('given $given, then it is deleted in any phase', ({ run }) => {
    expect(deleted([run], { replicaSets: [aReplicaSet('h'), aReplicaSet('going', true)] })).toEqual(['a']);
  });

  it('given one that is being deleted already, then it is not deleted again', () => {
    expect(deleted([aPastRun('a', 'Successful', 1, { deleting: true })], { successfulLimit: 0 })).toEqual([]);
  });

  it('given the same age, then the later name is the newer', () => {
    expect(deleted([aPastRun('a', 'Successful', 1), aPastRun('b', 'Successful', 1)], { successfulLimit: 1 })).toEqual([
      'a',
    ]);
  });
});
