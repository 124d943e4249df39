import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { detailOf } from '#shared/events/detail.ts';
import { eventDetail } from '#shared/events/schema.ts';
import { CANARY, SUCCESS_RATE } from '../../support/manifests.ts';
import { World } from '../../support/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.stop());

async function isAt(revision: number, outcome: string): Promise<boolean> {
  const [newest] = await world.releases();
  return newest?.revision === revision && newest.outcome === outcome;
}

describe('given the events on the bus', () => {
  it('then docs/events.schema.json is their form', () => {
    expect(JSON.parse(readFileSync('docs/events.schema.json', 'utf8'))).toEqual(z.toJSONSchema(eventDetail));
  });

  it('when releases are promoted, ordered about and aborted, then each event has that form, and its type is in docs/events.md', async () => {
    await world.apply(SUCCESS_RATE, CANARY);
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.setImage('my-app:v3');
    await world.until('the end', () => isAt(2, 'promoted'));
    await world.setImage('my-app:v4');
    await world.until('the pause', async () => (await world.phase()) === 'Paused');
    await world.order('abort');
    await world.until('the abort', () => isAt(3, 'aborted'));
    await world.passes(5_000);
    expect(world.told.length).toBeGreaterThan(20);
    const page = readFileSync('docs/events.md', 'utf8');
    for (const event of world.told) {
      const detail: unknown = JSON.parse(JSON.stringify(detailOf(event)));
      expect(eventDetail.safeParse(detail).error?.issues ?? []).toEqual([]);
      expect(page).toContain(`| \`${event.transition.type}\` |`);
    }
  });

  it.each([
    { given: 'another version', change: { version: 2 } },
    { given: 'no id', change: { id: '' } },
    { given: 'an unknown kind', change: { key: { cluster: 'a', kind: 'Pod', namespace: 'b', name: 'c' } } },
    { given: 'no transition', change: { transition: undefined } },
  ])('when a detail has $given, then it does not fit', ({ change }) => {
    const key = { cluster: 'a', kind: 'Rollout', namespace: 'b', name: 'c' };
    const fits = { version: 1, id: 'e', key, transition: { type: 'paused', at: 0, message: '', details: {} } };
    expect(eventDetail.safeParse(fits).success).toBe(true);
    expect(eventDetail.safeParse({ ...fits, ...change }).success).toBe(false);
  });
});
