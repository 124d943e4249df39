import { expect, it } from '@jest/globals';
import type { ObjectKey, WorkMessage } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

it('given tickets that begin after a number, then claims are above it, so that an older history accepts them', async () => {
  const clock = new VirtualClock();
  const store = createMemoryTicketStore({ firstSeq: clock.now() });
  const sent: WorkMessage[] = [];
  const send = async (message: WorkMessage) => void sent.push(message);
  const queue = createTicketQueue({ store, clock, hold: 60_000, sender: { send } });
  const request: ObjectKey = { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'checkout' };
  await Promise.all([queue.add(request, clock.now()), queue.add(request, clock.now())]);
  expect(sent).toEqual([{ request, seq: clock.now() + 1 }]);
  expect(await queue.claim(sent[0]!)).toMatchObject({ state: 'claimed', claim: { seq: clock.now() + 1 } });
});
