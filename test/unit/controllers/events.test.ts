import { describe, expect, it } from '@jest/globals';
import type { EventNote } from '#core/decision.ts';
import { HOUR, MINUTE, SECOND, type Millis } from '#core/time.ts';
import { emitEvents, type KubernetesEvent } from '#shared/controllers/events.ts';
import type { Ports } from '#shared/ports.ts';
import { createDirectCluster } from '../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../infra/local/kubernetes/store.ts';
import { aRollout } from '../../support/builders.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const FAILED: EventNote = { type: 'Warning', reason: 'TrafficRoutingError', message: 'ingress "shop" not found' };
const OTHER: EventNote = { ...FAILED, message: 'ingress "shop" has no rules' };

/** A pass each so often, in each of which the same is told. */
async function told({ every, times, notes }: { every: Millis; times: number; notes: readonly EventNote[] }) {
  const clock = new VirtualClock();
  const cluster = createDirectCluster('local', new Store({ clock }));
  const rollout = aRollout().build();
  for (let time = 0; time < times; time += 1) {
    const version = { ...rollout, metadata: { ...rollout.metadata, resourceVersion: String(time) } };
    await emitEvents(notes, version, cluster, { clock, log: aLog() } as unknown as Ports);
    await clock.advance(every);
  }
  const { items } = await cluster.list<KubernetesEvent>({ apiVersion: 'v1', kind: 'Event', namespace: 'shop' });
  return items.map(({ message, count }) => ({ message, count }));
}

describe('Kubernetes Events of the functions, which remember nothing', () => {
  it('given the same error in each pass, then one Event counts it', async () => {
    expect(await told({ every: 10 * SECOND, times: 4, notes: [FAILED] })).toEqual([
      { message: FAILED.message, count: 4 },
    ]);
  });

  it('given another text, then it is an Event of its own', async () => {
    expect(await told({ every: 10 * SECOND, times: 2, notes: [FAILED, OTHER] })).toEqual([
      { message: FAILED.message, count: 2 },
      { message: OTHER.message, count: 2 },
    ]);
  });

  it('given that it lasts, then it is counted 25 times, and every five minutes from then on', async () => {
    const [event] = await told({ every: 10 * SECOND, times: (30 * MINUTE) / (10 * SECOND), notes: [FAILED] });
    expect(event?.count).toBe(25 + 5);
  });

  it('given the same after hours, then it is an Event of its own: the first one is gone from the cluster by then', async () => {
    expect(await told({ every: 2 * HOUR, times: 2, notes: [FAILED] })).toMatchObject([{ count: 1 }, { count: 1 }]);
  });
});
