import { describe, expect, it } from '@jest/globals';
import { SECOND } from '#core/time.ts';
import type { Cluster, WatchEvent } from '#shared/ports.ts';
import type { LeaseObject } from '../../../../infra/run/lease.ts';
import { watchOtherControllers } from '../../../../infra/run/other-controllers.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const START = Date.UTC(2026, 0, 1);
const iso = (secondsFromStart: number): string => new Date(START + secondsFromStart * SECOND).toISOString();

function aLease(spec: NonNullable<LeaseObject['spec']>): LeaseObject {
  const metadata = { name: 'argo-rollouts-controller-lock', namespace: 'argo', uid: 'lease', resourceVersion: '1' };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
}

/** A cluster that lists these leases and then tells what `tell` is given; and what became of it. */
function watching(lists: readonly (readonly LeaseObject[] | Error)[]) {
  const clock = new VirtualClock(START);
  const told: string[] = [];
  const heard: WatchEvent[] = [];
  const asked: string[] = [];
  const waiting = [...lists];
  let wakeUp: () => void = () => undefined;
  const cluster = {
    name: 'test',
    async list({ fieldSelector = '' }) {
      asked.push(fieldSelector);
      const answer = waiting.length > 1 ? waiting.shift() : waiting[0];
      if (answer instanceof Error) throw answer;
      return { items: answer ?? [], resourceVersion: '1' };
    },
    async *watch({ signal }) {
      signal?.addEventListener('abort', () => wakeUp());
      const isOver = () => signal?.aborted === true;
      while (!isOver()) {
        yield* heard.splice(0);
        await new Promise<void>((resolve) => (wakeUp = resolve));
      }
    },
  } as Pick<Cluster, 'list' | 'watch' | 'name'>;
  const start = (instanceId?: string) => {
    const others = watchOtherControllers({
      cluster,
      namespaces: [],
      instanceId,
      timers: clock,
      log: aLog(),
      onWait: (who, length) => told.push(`wait ${length / SECOND} s for ${who}`),
      onAlive: (who) => told.push(`alive: ${who}`),
    });
    void others.looked.then(() => told.push('none alive'));
    return others;
  };
  const tell = async (lease: LeaseObject) => {
    heard.push({ type: 'MODIFIED', object: lease });
    wakeUp();
    await quiet();
  };
  return { clock, told, asked, start, tell };
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

const WHO = 'argo-1 (Lease argo/argo-rollouts-controller-lock)';

describe('whether another Rollout controller is at work', () => {
  it.each([
    { given: 'no Lease', leases: [], then: ['none alive'] },
    {
      given: 'one that nobody holds',
      leases: [aLease({ holderIdentity: '', renewTime: iso(-1) })],
      then: ['none alive'],
    },
    {
      given: 'one that ran out',
      leases: [aLease({ holderIdentity: 'argo-1', renewTime: iso(-16) })],
      then: ['none alive'],
    },
    { given: 'one that was never renewed', leases: [aLease({ holderIdentity: 'argo-1' })], then: ['none alive'] },
    {
      given: 'one renewed 5 s ago',
      leases: [aLease({ holderIdentity: 'argo-1', renewTime: iso(-5) })],
      then: [`wait 10 s for ${WHO}`],
    },
    {
      given: 'one renewed in an hour, by a clock that is wrong',
      leases: [aLease({ holderIdentity: 'argo-1', renewTime: iso(3_600) })],
      then: [`wait 15 s for ${WHO}`],
    },
  ])('given $given, then $then', async ({ leases, then }) => {
    const { told, start } = watching([leases]);
    const others = start();
    await quiet();
    expect(told).toEqual(then);
    await others.stop();
  });

  it('given one renewed a moment ago, when it is silent until it runs out, then none is alive', async () => {
    const { clock, told, start } = watching([[aLease({ holderIdentity: 'argo-1', renewTime: iso(-5) })]]);
    const others = start();
    await quiet();
    await clock.advance(10 * SECOND);
    await quiet();
    expect(told).toEqual([`wait 10 s for ${WHO}`, 'none alive']);
    await others.stop();
  });

  it.each([
    { given: 'one renewed a moment ago', before: [aLease({ holderIdentity: 'argo-1', renewTime: iso(-5) })] },
    { given: 'one that ran out', before: [aLease({ holderIdentity: 'argo-1', renewTime: iso(-60) })] },
    { given: 'none', before: [] },
  ])('given $given, when one is renewed, then it is alive', async ({ before }) => {
    const { told, start, tell } = watching([before]);
    const others = start();
    await quiet();
    await tell(aLease({ holderIdentity: 'argo-1', renewTime: iso(1) }));
    expect(told).toContain(`alive: ${WHO}`);
    await others.stop();
  });

  it('given that the Leases could not be listed at the start, when one then was renewed lately, then it counts as alive', async () => {
    const fresh = [aLease({ holderIdentity: 'argo-1', renewTime: iso(0) })];
    const { clock, told, start } = watching([new Error('no answer'), fresh]);
    const others = start();
    await quiet();
    await clock.advance(SECOND);
    await quiet();
    expect(told).toEqual(['none alive', `alive: ${WHO}`]);
    await others.stop();
  });

  it("given an instance id, then the Lease of that instance of Argo's is looked for", async () => {
    const { asked, start } = watching([[]]);
    await start('blue').stop();
    expect(asked).toEqual(['metadata.name=argo-rollouts-controller-lock-blue']);
  });
});
