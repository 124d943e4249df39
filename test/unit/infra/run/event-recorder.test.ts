import { describe, expect, it } from '@jest/globals';
import { ConflictError, DeniedError, TransientError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { KubernetesObject, NewObject, ObjectRef } from '#core/resources/kubernetes.ts';
import { MINUTE } from '#core/time.ts';
import { EventRecorder } from '../../../../infra/run/event-recorder.ts';
import type { KubernetesEvent } from '#shared/controllers/events.ts';
import { aLog } from '../../../support/quiet-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

let names = 0;

function anEvent(message: string, uid = 'rollout', reason = 'RolloutPaused'): NewObject<KubernetesEvent> {
  names += 1;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `event-${names}`, namespace: 'shop' },
    involvedObject: { uid, name: uid },
    type: 'Normal',
    reason,
    message,
    lastTimestamp: '2026-11-24T12:00:00Z',
    count: 1,
  };
}

interface RecordingOptions {
  readonly forgets?: boolean;
  /** How often another process has told the same already. */
  readonly inTheWay?: number;
  /** What the API server answers first. */
  readonly refusals?: Error[];
}

function recording({ forgets = false, inTheWay, refusals = [] }: RecordingOptions = {}) {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const attempts: number[] = [];
  const created: string[] = [];
  const patched: JsonObject[] = [];
  const cluster = {
    async create<T extends KubernetesObject>(object: NewObject<T>) {
      attempts.push(clock.now());
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
      if (inTheWay !== undefined) throw new ConflictError('already exists');
      created.push((object as unknown as KubernetesEvent).message);
      return object as unknown as T;
    },
    async get<T extends KubernetesObject>() {
      return (inTheWay === undefined ? undefined : { count: inTheWay, lastTimestamp: '2026-11-24T11:00:00Z' }) as
        | T
        | undefined;
    },
    async patch<T extends KubernetesObject>(_ref: ObjectRef, patch: JsonObject) {
      if (forgets) throw new ConflictError('gone');
      patched.push(patch);
      return {} as T;
    },
  };
  const recorder = new EventRecorder(cluster, { timers: clock, log: aLog() });
  const seconds = () => attempts.map((at) => (at - startedAt) / 1_000);
  return { clock, created, patched, recorder, seconds };
}

describe('Kubernetes Events of weir run', () => {
  it('given the same event again, then it is counted up', async () => {
    const { created, patched, recorder } = recording();
    for (let time = 0; time < 3; time += 1) {
      recorder.record(anEvent('paused'));
      await recorder.flush();
    }
    expect(created).toEqual(['paused']);
    expect(patched).toMatchObject([{ count: 2 }, { count: 3 }]);
  });

  it('given that the first one is gone, then it is written anew', async () => {
    const { created, recorder } = recording({ forgets: true });
    for (let time = 0; time < 2; time += 1) {
      recorder.record(anEvent('paused'));
      await recorder.flush();
    }
    expect(created).toEqual(['paused', 'paused']);
  });

  it('given the same event after ten minutes, then it is a new one', async () => {
    const { clock, created, recorder } = recording();
    recorder.record(anEvent('paused'));
    await recorder.flush();
    await clock.advance(11 * MINUTE);
    recorder.record(anEvent('paused'));
    await recorder.flush();
    expect(created).toEqual(['paused', 'paused']);
  });

  it('given that a process before told the same, then its count goes on', async () => {
    const { patched, recorder } = recording({ inTheWay: 4 });
    for (let time = 0; time < 2; time += 1) {
      recorder.record(anEvent('paused'));
      await recorder.flush();
    }
    expect(patched).toMatchObject([{ count: 5 }, { count: 6 }]);
  });

  it('given many texts of one reason, then those after the tenth are combined', async () => {
    const { created, patched, recorder } = recording();
    for (let text = 1; text <= 12; text += 1) {
      recorder.record(anEvent(`scaled to ${text}`));
      await recorder.flush();
    }
    expect(created).toHaveLength(11);
    expect(created.at(-1)).toBe('(combined from similar events): scaled to 11');
    expect(patched).toMatchObject([{ count: 2, message: '(combined from similar events): scaled to 12' }]);
  });

  it('given a flood from one object, then it is cut after 25 and others are heard', async () => {
    const { created, recorder } = recording();
    for (let text = 0; text < 100; text += 1) recorder.record(anEvent('x', 'flood', `Reason${text}`));
    recorder.record(anEvent('quiet', 'other'));
    await recorder.flush();
    expect(created).toHaveLength(26);
    expect(created).toContain('quiet');
  });

  it.each([
    { given: '500 twice', refusals: [busy(), busy()], seconds: [0, 1, 3], written: true },
    { given: '429 with Retry-After: 7', refusals: [busy(7_000)], seconds: [0, 7], written: true },
    {
      given: 'nothing but 500',
      refusals: Array.from({ length: 9 }, () => busy()),
      seconds: [0, 1, 3, 7, 15, 31],
      written: false,
    },
    { given: '403', refusals: [new DeniedError('events')], seconds: [0], written: false },
  ])('given $given, then it is tried after $seconds s', async ({ refusals, seconds, written }) => {
    const recorded = recording({ refusals });
    recorded.recorder.record(anEvent('paused'));
    for (let second = 0; second < 120; second += 1) {
      await new Promise(setImmediate);
      await recorded.clock.advance(1_000);
    }
    expect(recorded.seconds()).toEqual(seconds);
    expect(recorded.created).toEqual(written ? ['paused'] : []);
  });

  it('given one that waits for another attempt, when the process stops, then it has that attempt at once', async () => {
    const { created, recorder } = recording({ refusals: [busy(60_000)] });
    recorder.record(anEvent('paused'));
    await new Promise(setImmediate);
    await recorder.flush();
    expect(created).toEqual(['paused']);
  });
});

function busy(retryAfter?: number): TransientError {
  return new TransientError('the API server is busy', retryAfter === undefined ? {} : { retryAfter });
}
