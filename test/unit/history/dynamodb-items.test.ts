import { describe, expect, it } from '@jest/globals';
import type { Transition } from '#core/history/record.ts';
import { DAY, SECOND } from '#core/time.ts';
import { createDynamodbCursorStore } from '#shared/history/dynamodb-cursor-store.ts';
import { createDynamodbOrderStore } from '#shared/history/dynamodb-order-store.ts';
import { createDynamodbRunHistory } from '#shared/history/dynamodb-run-history.ts';
import type { ObjectKey } from '#shared/ports.ts';
import { createDynamodbTicketStore } from '#shared/queue/dynamodb-ticket-store.ts';
import { useDynamodb } from '../../support/dynamodb.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const table = useDynamodb();
const clock = new VirtualClock();
const days = (count: number) => clock.now() / SECOND + (count * DAY) / SECOND;

function keyOf(kind: ObjectKey['kind'], name: string): ObjectKey {
  return { cluster: 'prod', kind, namespace: 'shop', name };
}

describe('how long items are kept', () => {
  it.each([
    { kind: 'Rollout', latest: undefined, ticket: undefined },
    { kind: 'AnalysisRun', latest: days(400), ticket: days(430) },
    { kind: 'Experiment', latest: days(400), ticket: days(430) },
  ] as const)('given a $kind, then its record and its ticket expire at $latest and $ticket', async (row) => {
    const key = keyOf(row.kind, 'kept');
    await createDynamodbRunHistory(table(), clock).record(key, {
      expectedVersion: 0,
      fence: 1,
      state: {},
      transitions: [],
    });
    await createDynamodbTicketStore(table(), clock).write(key, undefined, { seq: 1, failures: 0 });
    const pk = `object#prod/${row.kind}/shop/kept`;
    expect((await table().get({ pk, sk: 'latest' }))?.['expires']).toBe(row.latest);
    expect((await table().get({ pk, sk: 'ticket' }))?.['expires']).toBe(row.ticket);
  });

  it.each([
    { name: 'slack/v0=abc', expires: days(1) },
    { name: 'sent/e1', expires: days(30) },
    { name: 'slack/#releases/card/r1', expires: days(400) },
    { name: 'approvals/u/h/1/', expires: days(400) },
    { name: 'reminded/approvals/u/h/1/', expires: days(400) },
    { name: 'prod/watch/Rollout', expires: undefined },
    { name: 'freezes', expires: undefined },
  ])('given the cursor $name, then it expires at $expires', async ({ name, expires }) => {
    await createDynamodbCursorStore(table(), clock).set(name, 'x', undefined);
    expect((await table().get({ pk: `cursor#${name}`, sk: 'cursor' }))?.['expires']).toBe(expires);
  });

  it('given transitions, a summary and an order, then they expire after 400 days, and say their schema', async () => {
    const history = createDynamodbRunHistory(table(), clock);
    const release = {
      id: 'kept.1.abc',
      cluster: 'prod',
      namespace: 'shop',
      rollout: 'kept',
      revision: 1,
      podHash: 'abc',
      strategy: 'canary' as const,
      startedAt: clock.now(),
      outcome: 'running' as const,
      reason: '',
      weights: [],
    };
    const latest = { version: 1, fence: 1, state: {}, releaseId: release.id, release, pending: [aTransition('x')] };
    await history.file(keyOf('Rollout', 'kept'), latest);
    await createDynamodbOrderStore(table()).accept({
      id: 'kept',
      receivedAt: clock.now(),
      person: 'cli:ana',
      rollout: keyOf('Rollout', 'kept'),
      order: {},
      state: 'accepted',
    });
    const items = [...(await table().query('release#kept.1.abc')), ...(await table().query('order#kept'))];
    expect(items.map(({ schema, expires }) => ({ schema, expires }))).toEqual(
      Array.from({ length: 3 }, () => ({ schema: 1, expires: days(400) })),
    );
  });
});

describe('an object whose transitions are never told', () => {
  it('given the item is nearly full, then the next record is a conflict until they are', async () => {
    const history = createDynamodbRunHistory(table(), clock);
    const key = keyOf('Rollout', 'untold');
    const transitions = Array.from({ length: 50 }, () => aTransition('x'.repeat(5_000)));
    const record = (expectedVersion: number) =>
      history.record(key, { expectedVersion, fence: 1, state: {}, transitions: transitions.map((each) => each) });
    const results: string[] = [];
    for (let version = 0; version < 12 && results.at(-1) !== 'conflict'; version++) results.push(await record(version));
    expect(results.length).toBeGreaterThan(1);
    expect(results.at(-1)).toBe('conflict');
    await history.told(key, results.length - 1);
    expect(await record(results.length - 1)).toBe('recorded');
  });
});

function aTransition(text: string): Transition {
  return { type: 'measured', at: clock.now(), message: text, details: { text } };
}
