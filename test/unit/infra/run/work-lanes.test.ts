import { describe, expect, it } from '@jest/globals';
import { SECOND } from '#core/time.ts';
import type { ObjectKey, WorkMessage } from '#shared/ports.ts';
import { WorkLanes } from '../../../../infra/run/work-lanes.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function aMessage(seq: number, name = 'a', kind: ObjectKey['kind'] = 'Rollout'): WorkMessage {
  return { request: { cluster: 'c', kind, namespace: 'shop', name }, seq };
}

function lanes(handle: (message: WorkMessage) => Promise<'done' | 'redeliver'>) {
  const clock = new VirtualClock();
  const log = aLog();
  const late: number[] = [];
  const work = new WorkLanes({ timers: clock, log, handle, late: (_kind, length) => late.push(length) });
  return { clock, log, late, work };
}

/** All that is ready has been handled. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('work within one process', () => {
  it('given a message for later, then its pass begins at that very time', async () => {
    const at: number[] = [];
    const { clock, late, work } = lanes(async () => {
      at.push(clock.now());
      return 'done';
    });
    const start = clock.now();
    await work.send(aMessage(1), 1_234);
    await clock.advance(1_233);
    expect(at).toEqual([]);
    await clock.advance(1);
    expect(at).toEqual([start + 1_234]);
    expect(late).toEqual([0]);
  });

  it('given a newer message of the same object, then the older one that still waits is dropped', async () => {
    const handled: number[] = [];
    const { clock, work } = lanes(async ({ seq }) => {
      handled.push(seq);
      return 'done';
    });
    await work.send(aMessage(1), 10 * SECOND);
    await work.send(aMessage(2), 0);
    await clock.advance(20 * SECOND);
    expect(handled).toEqual([2]);
  });

  it('given many passes that wait for metrics, then a Rollout is not held up by them', async () => {
    const never = new Promise<'done'>(() => undefined);
    const begun: string[] = [];
    const { work } = lanes(({ request }) => {
      begun.push(request.kind);
      return request.kind === 'AnalysisRun' ? never : Promise.resolve('done');
    });
    for (let run = 0; run < 1_000; run += 1) await work.send(aMessage(1, `run-${run}`, 'AnalysisRun'), 0);
    await work.send(aMessage(1), 0);
    expect(begun.at(-1)).toBe('Rollout');
    expect(work.depths()).toContainEqual(expect.objectContaining({ kind: 'AnalysisRun', running: 256, ready: 744 }));
  });

  it('given a pass that fails, then it comes again, later each time, and is given up after five', async () => {
    const at: number[] = [];
    const { clock, log, work } = lanes(async () => {
      at.push(clock.now());
      return 'redeliver';
    });
    const start = clock.now();
    await work.send(aMessage(1), 0);
    await settled();
    for (let second = 0; second < 40; second += 1) {
      await clock.advance(SECOND);
      await settled();
    }
    expect(at.map((instant) => instant - start)).toEqual([0, 1, 3, 7, 15].map((seconds) => seconds * SECOND));
    expect(log.said).toMatchObject([{ level: 'error', message: 'Message given up' }]);
    expect(await work.redrive()).toBe(1);
  });

  it('when it is stopped, then the pass in hand is finished and no other begins', async () => {
    const { promise, resolve } = Promise.withResolvers<'done'>();
    const begun: string[] = [];
    const { clock, work } = lanes(({ request }) => {
      begun.push(request.name);
      return promise;
    });
    await work.send(aMessage(1, 'in-hand'), 0);
    await work.send(aMessage(1, 'later'), SECOND);
    const stopped = work.stop();
    await clock.advance(2 * SECOND);
    resolve('done');
    await stopped;
    expect(begun).toEqual(['in-hand']);
  });
});
