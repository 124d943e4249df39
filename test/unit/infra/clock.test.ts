import { afterEach, describe, expect, it } from '@jest/globals';
import { ScaledClock } from '../../../infra/local/clock.ts';

let clock: ScaledClock;
afterEach(() => clock.stop());

/** The process is held up, as on a machine that has much else to do. */
function heldUp(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function done(): Promise<void> {
  return new Promise((resolve) => {
    clock.after(0, resolve);
  });
}

describe('given the clock of the local stack', () => {
  it('when the process is held up, then tasks run in the order in which they were due, whatever their delays', async () => {
    clock = new ScaledClock(1);
    const ran: string[] = [];
    clock.after(50, () => void ran.push('first pod ready'));
    heldUp(30);
    clock.after(25, () => void ran.push('second pod started'));
    clock.after(50, () => void ran.push('second pod ready'));
    heldUp(100);
    await done();
    expect(ran).toEqual(['first pod ready', 'second pod started', 'second pod ready']);
  });

  it('when tasks are due together, then they run as they were put', async () => {
    clock = new ScaledClock(60);
    const ran: number[] = [];
    for (const each of [1, 2, 3]) clock.after(-each, () => void ran.push(each));
    await done();
    expect(ran).toEqual([1, 2, 3]);
  });

  it('when a task is cancelled by one that is due with it, then it does not run', async () => {
    clock = new ScaledClock(60);
    const ran: string[] = [];
    clock.after(0, () => cancel());
    const cancel = clock.after(0, () => void ran.push('cancelled'));
    await done();
    expect(ran).toEqual([]);
  });

  it('when a task puts itself again and again, then others are heard in between', async () => {
    clock = new ScaledClock(60);
    let turns = 0;
    let heard = false;
    const again = (): void => {
      turns += 1;
      if (!heard) clock.after(0, again);
    };
    again();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    heard = true;
    expect(turns).toBeGreaterThan(0);
  });

  it('when it is stopped, then nothing runs any more', async () => {
    clock = new ScaledClock(600);
    const ran: string[] = [];
    clock.after(0, () => void ran.push('late'));
    clock.stop();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect(ran).toEqual([]);
  });

  it('when it goes on from an earlier start, then it shows that time, as fast as asked', () => {
    clock = new ScaledClock(600, 1_000_000);
    heldUp(5);
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_000 + 5 * 600);
  });
});
