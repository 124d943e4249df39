import { describe, expect, it } from '@jest/globals';
import type { ReleaseSummary } from '#core/history/record.ts';
import { tellOrder } from '#shared/controllers/order-told.ts';
import type { Ports, ReleaseEvent, StoredOrder } from '#shared/ports.ts';
import { RELEASE } from '../../support/a-release.ts';

const ENDED: ReleaseSummary = { ...RELEASE, outcome: 'aborted' };
const LATEST: ReleaseSummary = { ...RELEASE, id: 'u.3.ccc', revision: 3, podHash: 'ccc' };

function anOrder(command: { readonly verb: string; readonly binding?: { readonly podHash?: string } }): StoredOrder {
  const rollout = { cluster: 'eu', namespace: 'shop', name: 'cart' };
  return { id: 'o1', rollout, person: 'slack:T1/UANA', receivedAt: 10, state: 'accepted', order: { command } };
}

async function releaseTold(order: StoredOrder): Promise<string | undefined> {
  const told: ReleaseEvent[] = [];
  const history = { latest: async () => ({ release: LATEST }), releases: async () => [LATEST, ENDED] };
  const bus = { publish: async (events: readonly ReleaseEvent[]) => void told.push(...events) };
  await tellOrder('ordered', order, 'abort: done', { history, bus, clock: { now: () => 20 } } as unknown as Ports);
  return told[0]?.releaseId;
}

describe('given an order that is finished, when a later release has begun by then', () => {
  it.each([
    { given: 'was for the earlier version', binding: { podHash: 'bbb' }, then: 'u.2.bbb' },
    { given: 'was for the later version', binding: { podHash: 'ccc' }, then: 'u.3.ccc' },
    { given: 'was for a version that nobody knows', binding: { podHash: 'ddd' }, then: 'u.3.ccc' },
    { given: 'does not say for which', binding: {}, then: 'u.3.ccc' },
  ])('given it $given, then $then is told', async ({ binding, then }) => {
    expect(await releaseTold(anOrder({ verb: 'abort', binding }))).toBe(then);
  });
});
