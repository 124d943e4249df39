import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConflictError, TransientError } from '#core/errors.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { handleMessage } from '#shared/controllers/pass.ts';
import type { ObjectKey, Ports, WorkMessage } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createTicketQueue } from '#shared/queue/ticket-queue.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const REQUEST: ObjectKey = { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'checkout' };

describe('given an object whose passes meet an error', () => {
  let clock: VirtualClock;
  let message: WorkMessage;
  let waits: number[];
  let ports: Ports;
  let answer: () => Error;

  beforeEach(async () => {
    clock = new VirtualClock();
    waits = [];
    const sender = {
      send: async (sent: WorkMessage, delay: number) => {
        message = sent;
        waits.push(delay);
      },
    };
    const queue = createTicketQueue({ store: createMemoryTicketStore(), sender, clock, hold: MINUTE });
    const history = { latest: async () => Promise.reject(answer()) };
    ports = { queue, history, clock, log: aLog(), sites: new Map([['prod', {}]]) } as unknown as Ports;
    await queue.add(REQUEST, clock.now());
  });

  /** @returns how long the queue waits after each pass, in seconds */
  async function waitsAfter(...errors: readonly Error[]): Promise<readonly number[]> {
    waits = [];
    for (const error of errors) {
      answer = () => error;
      expect(await handleMessage(message, ports)).toBe('done');
      await clock.advance(waits.at(-1) ?? 0);
    }
    return waits.map((wait) => wait / SECOND);
  }

  const silence = new TransientError('no answer');

  it('when nothing answers, then each wait is twice as long as the one before, up to a minute', async () => {
    expect(await waitsAfter(...Array.from({ length: 9 }, () => silence))).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('when who did not answer says how long to wait, then so long', async () => {
    const busy = new TransientError('too many requests', { retryAfter: 7 * SECOND });
    expect(await waitsAfter(busy, busy, silence)).toEqual([7, 7, 4]);
  });

  it('when something answered in between, then the waits begin anew', async () => {
    const conflict = new ConflictError('somebody wrote first');
    expect(await waitsAfter(silence, silence, conflict, silence)).toEqual([1, 2, 1, 1]);
  });
});
