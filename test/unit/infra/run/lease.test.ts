import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SECOND } from '#core/time.ts';
import { createDirectCluster } from '../../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { Lease, type LeaseObject } from '../../../../infra/run/lease.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const REF = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'weir', name: 'weir-run' };

let clock: VirtualClock;
let cluster: ReturnType<typeof createDirectCluster>;

beforeEach(() => {
  clock = new VirtualClock();
  const store = new Store({ clock });
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'weir' } });
  cluster = createDirectCluster('c', store);
});

const leases: Lease[] = [];
afterEach(async () => {
  for (const lease of leases.splice(0)) await lease.release();
});

function aLease(identity: string) {
  const told: string[] = [];
  const lease = new Lease({
    cluster,
    namespace: 'weir',
    name: 'weir-run',
    identity,
    timers: clock,
    log: aLog(),
    onWait: (holder) => told.push(`waits for ${holder}`),
    onLost: () => told.push('lost'),
  });
  leases.push(lease);
  let isHeld = false;
  const acquired = lease.acquire().then(() => (isHeld = true));
  return { lease, told, acquired, isHeld: () => isHeld };
}

async function holder(): Promise<string | undefined> {
  return (await cluster.get<LeaseObject>(REF))?.spec?.holderIdentity;
}

/** Seconds pass, and what they bring is done. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(SECOND);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }
}

describe('the Lease of weir run', () => {
  it('given nobody, then it is taken at once', async () => {
    await aLease('a').acquired;
    expect(await holder()).toBe('a');
  });

  it('given somebody who renews it, then the second waits and says for whom', async () => {
    await aLease('a').acquired;
    const second = aLease('b');
    await pass(300);
    expect(second.isHeld()).toBe(false);
    expect(second.told).toContain('waits for a');
    expect(await holder()).toBe('a');
  });

  it('given somebody who gives it back, then the second has it within seconds', async () => {
    const first = aLease('a');
    await first.acquired;
    const second = aLease('b');
    await pass(3);
    await first.lease.release();
    await pass(3);
    expect(second.isHeld()).toBe(true);
  });

  it('given somebody who fell silent, then the second has it when its time is over, not before', async () => {
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 60, renewTime: '2000-01-01T00:00:00.000000Z' };
    await cluster.create<LeaseObject>({ ...REF, metadata: { name: 'weir-run', namespace: 'weir' }, spec });
    const second = aLease('b');
    await pass(55);
    expect(second.isHeld()).toBe(false);
    await pass(10);
    expect(second.isHeld()).toBe(true);
  });

  it('given its own name on it, then it is taken up at once: whoever had it under that name is dead', async () => {
    const spec = { holderIdentity: 'a', leaseDurationSeconds: 60 };
    await cluster.create<LeaseObject>({ ...REF, metadata: { name: 'weir-run', namespace: 'weir' }, spec });
    await aLease('a').acquired;
    expect(await holder()).toBe('a');
  });

  it('given that somebody else took it, then it is lost', async () => {
    const first = aLease('a');
    await first.acquired;
    await cluster.patch(REF, { spec: { holderIdentity: 'thief' } });
    await pass(30);
    expect(first.told).toEqual(['lost']);
  });

  it('given that it was edited and is still its own, then it is renewed', async () => {
    const first = aLease('a');
    await first.acquired;
    await cluster.patch(REF, { metadata: { labels: { seen: 'yes' } } });
    await pass(120);
    expect(first.told).toEqual([]);
    expect(await holder()).toBe('a');
  });
});
