import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import { HOUR, SECOND } from '#core/time.ts';
import type { ReleaseEvent } from '#shared/ports.ts';
import { createPersistentAnnouncer } from '../../../../infra/run/announcements.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const event = (id: string) => ({ id }) as ReleaseEvent;

describe('given a channel that cannot be reached for a while', () => {
  it('when it is back, then all is told, in order', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    let down = true;
    const announce = async ({ id }: ReleaseEvent) => {
      if (down) throw new TransientError('down');
      told.push(id);
    };
    const announcer = createPersistentAnnouncer({ announce }, clock, aLog());
    for (const id of ['a', 'b', 'c']) await announcer.announce(event(id));
    await clock.advance(HOUR);
    expect(told).toEqual([]);
    down = false;
    await clock.advance(HOUR);
    await announcer.announce(event('d'));
    await clock.advance(SECOND);
    expect(told).toEqual(['a', 'b', 'c', 'd']);
  });

  it('when it says how long to wait, then not before that is it asked again', async () => {
    const clock = new VirtualClock();
    let asked = 0;
    const announce = async () => {
      asked += 1;
      if (asked === 1) throw new TransientError('slowly', { retryAfter: 30 * SECOND });
    };
    await createPersistentAnnouncer({ announce }, clock, aLog()).announce(event('a'));
    await clock.advance(29 * SECOND);
    expect(asked).toBe(1);
    await clock.advance(2 * SECOND);
    expect(asked).toBe(2);
  });

  it('when it never comes back, then after a day the rest is not kept from being told', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const announce = async ({ id }: ReleaseEvent) => {
      if (id === 'poison') throw new Error('never');
      told.push(id);
    };
    const announcer = createPersistentAnnouncer({ announce }, clock, aLog());
    await announcer.announce(event('poison'));
    await announcer.announce(event('b'));
    await clock.advance(25 * HOUR);
    expect(told).toEqual(['b']);
  });
});
