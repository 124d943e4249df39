import { describe, expect, it } from '@jest/globals';
import type { AnalysisRun } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { ownerFacts } from '#shared/controllers/owner-record.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { ObjectKey, RunHistory } from '#shared/ports.ts';

const KEY: ObjectKey = { cluster: 'local', kind: 'AnalysisRun', namespace: 'shop', name: 'run' };
const STATE = { uid: 'rollout-uid', podHash: 'new', stableHash: 'old', stepSince: 50, updateSince: 10 };

function runWith(
  query: string,
  more: { uid?: string; kind?: string; phase?: string; hash?: string } = {},
): AnalysisRun {
  const { uid = 'rollout-uid', kind = 'Rollout', phase = 'Running', hash = 'new' } = more;
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind, name: 'my-app', uid, controller: true };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      name: 'run',
      namespace: 'shop',
      uid: 'u',
      labels: { [POD_TEMPLATE_HASH]: hash },
      ownerReferences: [owner],
    },
    spec: { metrics: [{ name: 'm', provider: { prometheus: { address: 'http://p', query } } }] },
    status: { phase },
  };
}

async function historyWith(state: object): Promise<RunHistory> {
  const history = createMemoryRunHistory();
  const key = { ...KEY, kind: 'Rollout', name: 'my-app' } as const;
  await history.record(key, { expectedVersion: 0, fence: 1, state: { ...STATE, ...state }, transitions: [] });
  return history;
}

describe('given a run of a Rollout that history knows', () => {
  it.each([
    { given: 'a variable', query: 'x[{{weir.sinceUpdate}}]' },
    { given: 'the canary’s hash', query: 'x{hash="new"}' },
  ])('when its query holds $given, then times and stable hash come from the Rollout’s record', async ({ query }) => {
    const facts = await ownerFacts(runWith(query), KEY, { history: await historyWith({}) });
    expect(facts).toEqual({ stableHash: 'old', since: { step: 50, update: 10 } });
  });

  it.each([
    { given: 'another version', run: {}, state: { podHash: 'newer' } },
    { given: 'a Rollout of the same name', run: {}, state: { uid: 'other' } },
    { given: 'an Experiment', run: { kind: 'Experiment' }, state: {} },
    { given: 'a run that is over', run: { phase: 'Failed' }, state: {} },
  ])('when it belongs to $given, then nothing is known', async ({ run, state }) => {
    const facts = await ownerFacts(runWith('x[{{weir.sinceUpdate}}]', run), KEY, { history: await historyWith(state) });
    expect(facts).toEqual({});
  });

  it('when nothing of it is needed, then history is not asked', async () => {
    const history = { latest: () => Promise.reject(new Error('asked')) } as unknown as RunHistory;
    expect(await ownerFacts(runWith('up'), KEY, { history })).toEqual({});
  });

  it('when the record is from before times were kept, then only the stable hash is known', async () => {
    const history = createMemoryRunHistory();
    const { stepSince: _step, updateSince: _update, ...old } = STATE;
    const key = { ...KEY, kind: 'Rollout', name: 'my-app' } as const;
    await history.record(key, { expectedVersion: 0, fence: 1, state: old, transitions: [] });
    expect(await ownerFacts(runWith('x{hash="new"}'), KEY, { history })).toEqual({ stableHash: 'old' });
  });
});
