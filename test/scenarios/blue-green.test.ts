import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { Service } from '#core/resources/kubernetes.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { createSlackHandler } from '../../functions/slack/handler.ts';
import { sign } from '../../functions/slack/signature.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { BLUE_GREEN, SERVICES } from '../support/manifests.ts';
import { World } from '../support/world.ts';

let world: World;

beforeEach(async () => {
  world = new World();
  await world.apply(...SERVICES, BLUE_GREEN);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
});
afterEach(() => world.stop());

async function hashBehind(name: string): Promise<string> {
  const service = await world.cluster.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name });
  return service?.spec?.selector?.[POD_TEMPLATE_HASH] ?? '';
}

const hashes = async () => ({ active: await hashBehind('my-app-active'), preview: await hashBehind('my-app-preview') });
const isWaiting = async () => (await world.rollout()).status?.pauseConditions?.[0]?.reason === 'BlueGreenPause';

describe('given the guidelines’ blue-green', () => {
  it('when a version is released, then the preview shows it, users keep the old one, and it waits for a person', async () => {
    const before = await hashes();
    await world.setImage('my-app:v3');
    await world.until('the pause', isWaiting);
    const after = await hashes();
    expect(after.active).toBe(before.active);
    expect(after.preview).not.toBe(before.active);
    await world.passes(60 * MINUTE);
    expect(await hashes()).toEqual(after);
    expect(await world.phase()).toBe('Paused');
  });

  it('when a person promotes it, then users get it at once and the old version goes after 30 s', async () => {
    await world.setImage('my-app:v3');
    await world.until('the pause', isWaiting);
    await world.order('promote');
    await world.passes(5 * SECOND);
    const { active, preview } = await hashes();
    expect(active).toBe(preview);
    expect((await world.releases())[0]).toMatchObject({
      outcome: 'promoted',
      strategy: 'blueGreen',
      reason: 'Completed blue-green update',
    });
    expect((await world.replicaSets()).map(({ spec }) => spec?.replicas)).toEqual([3, 3]);
    await world.passes(40 * SECOND);
    expect((await world.replicaSets()).map(({ spec }) => spec?.replicas)).toEqual([0, 3]);
  });

  it('when a signed slash command promotes it, then it is applied and nobody waits for the minute', async () => {
    const secret = 'secret';
    const slack = createSlackHandler({
      ...world.engine.ports,
      wallClock: world.clock,
      sender: world.engine.orderSender,
      seen: createMemoryCursorStore(),
      signingSecrets: async () => [secret],
    });
    await world.setImage('my-app:v3');
    await world.until('the pause', isWaiting);
    const rawBody = new URLSearchParams({
      command: '/weir',
      text: 'promote my-app',
      team_id: 'T1',
      user_id: 'U1',
    }).toString();
    const timestamp = String(Math.floor(world.clock.now() / SECOND));
    const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': sign(secret, timestamp, rawBody) };
    const answer = await slack({ method: 'POST', path: '/', headers, query: {}, rawBody });
    expect(answer.status).toBe(200);
    await world.passes(3 * SECOND);
    expect((await world.releases())[0]).toMatchObject({ outcome: 'promoted' });
    const [order] = await world.engine.ports.orders.ofPerson('slack:T1/U1');
    expect(order).toMatchObject({ state: 'applied', verdict: 'promoted: the pause is ended' });
  });

  it('when it is aborted before the switch, then users never saw it and the new pods go after their delay', async () => {
    const before = await hashes();
    await world.setImage('my-app:v3');
    await world.until('the pause', isWaiting);
    await world.order('abort');
    await world.passes(2 * MINUTE);
    expect((await hashes()).active).toBe(before.active);
    expect(await world.podCounts()).toEqual({ canary: 0, stable: 3 });
    expect(await world.phase()).toBe('Degraded');
  });

  it('when the old version is applied again right after the switch, then users get it back at once (fast rollback)', async () => {
    const before = await hashes();
    await world.setImage('my-app:v3');
    await world.until('the pause', isWaiting);
    await world.order('promote');
    await world.passes(5 * SECOND);
    await world.setImage('my-app:v2');
    // As the admission webhook does: the next minute would be later than the old version's delay.
    await world.engine.tick();
    await world.until('the switch back', async () => (await hashes()).active === before.active, 2 * MINUTE);
    expect(await isWaiting()).toBe(false);
  });
});
