import { describe, expect, it } from '@jest/globals';
import type { EventBridgeClient, PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { TransientError } from '#core/errors.ts';
import { createEventBridgeBus } from '#shared/events/event-bridge-bus.ts';
import type { ReleaseEvent } from '#shared/ports.ts';

function anEvent(id: string, details: ReleaseEvent['transition']['details'] = {}): ReleaseEvent {
  const key = { cluster: 'prod', kind: 'Rollout', namespace: 'shop', name: 'web' } as const;
  return {
    id,
    key,
    releaseId: 'r1',
    release: undefined,
    transition: { type: 'paused', at: 1_700_000_000_000, message: 'Paused', details },
  };
}

function setUp(answer: (input: PutEventsCommandInput) => object = () => ({})) {
  const sent: PutEventsCommandInput[] = [];
  const client = {
    async send({ input }: { input: PutEventsCommandInput }) {
      sent.push(input);
      return answer(input);
    },
  } as unknown as EventBridgeClient;
  return { bus: createEventBridgeBus(client, 'weir-bus'), sent };
}

describe('given the bus in EventBridge', () => {
  it('when a transition is published, then rules can match it by source, type, version and object', async () => {
    const { bus, sent } = setUp();
    await bus.publish([anEvent('e1')]);
    expect(sent[0]?.Entries).toMatchObject([
      {
        EventBusName: 'weir-bus',
        Source: 'weir',
        DetailType: 'Weir Transition',
        Resources: ['weir/prod/Rollout/shop/web'],
      },
    ]);
    expect(JSON.parse(sent[0]?.Entries?.[0]?.Detail ?? '')).toMatchObject({
      version: 1,
      id: 'e1',
      transition: { type: 'paused' },
    });
  });

  it('when there are more than ten, then they go in requests of ten', async () => {
    const { bus, sent } = setUp();
    await bus.publish(Array.from({ length: 23 }, (_, index) => anEvent(`e${index}`)));
    expect(sent.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 3]);
  });

  it('when nothing is published, then nothing is asked', async () => {
    const { bus, sent } = setUp();
    await bus.publish([]);
    expect(sent).toEqual([]);
  });

  it('when some are not taken, then it is tried again later: 200 is not enough', async () => {
    const { bus } = setUp(() => ({
      FailedEntryCount: 1,
      Entries: [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }],
    }));
    const publishing = bus.publish([anEvent('e1'), anEvent('e2')]);
    await expect(publishing).rejects.toThrow(TransientError);
    await expect(publishing).rejects.toThrow('did not take 1 events: ThrottlingException');
  });

  it('when EventBridge does not answer, then it is tried again later', async () => {
    const { bus } = setUp(() => {
      throw new Error('socket hang up');
    });
    await expect(bus.publish([anEvent('e1')])).rejects.toThrow(TransientError);
  });

  it('when the details are larger than an event may be, then the event goes without them and says so', async () => {
    const { bus, sent } = setUp();
    await bus.publish([anEvent('e1', { text: 'ä'.repeat(150_000) })]);
    expect(JSON.parse(sent[0]?.Entries?.[0]?.Detail ?? '')).toMatchObject({
      transition: { message: 'Paused', details: { truncated: true } },
    });
  });
});
