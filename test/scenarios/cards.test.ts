import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bindTo, type Binding } from '#core/commands/command.ts';
import { ABORT_ACTION, PROMOTE_ACTION } from '#core/messages/card/buttons.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { createSlackHandler } from '../../functions/slack/handler.ts';
import { sign } from '../../functions/slack/signature.ts';
import { World } from '../support/world.ts';

let world: World;
let clicks: number;

/** A canary that stands at a pause without an end. */
beforeEach(async () => {
  clicks = 0;
  world = new World();
  await world.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'my-app' } },
      template: {
        metadata: { labels: { app: 'my-app' } },
        spec: { containers: [{ name: 'app', image: 'my-app:v1' }] },
      },
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }, { setWeight: 80 }, { pause: {} }] } },
    },
  });
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v2');
  await world.until('the pause', async () => ((await world.rollout()).status?.pauseConditions ?? []).length > 0);
});
afterEach(() => world.stop());

/** A click as Slack delivers it. */
async function click(action: string, binding: Binding, value?: string) {
  clicks += 1;
  const handler = createSlackHandler({
    ...world.engine.ports,
    sender: world.engine.orderSender,
    wallClock: world.clock,
    seen: world.engine.ports.cursors,
    signingSecrets: async () => ['secret'],
  });
  const shown = { cluster: 'local', namespace: 'default', name: 'my-app', binding };
  const payload = {
    type: 'block_actions',
    team: { id: 'T1' },
    user: { id: `U${clicks}` },
    channel: { id: 'C1' },
    actions: [{ action_id: action, value: value ?? JSON.stringify(shown) }],
  };
  const rawBody = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(world.clock.now() / SECOND));
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': sign('secret', timestamp, rawBody) };
  const answer = await handler({ method: 'POST', path: '/slack', headers, query: {}, rawBody });
  await world.passes(10 * SECOND);
  return answer;
}

const verdictOf = async (user: string) => (await world.engine.ports.orders.ofPerson(`slack:T1/${user}`))[0];
const step = async () => (await world.rollout()).status?.currentStepIndex;

describe('given a card that shows a pause', () => {
  it('when Promote is clicked, then the pause ends, and who did it is kept', async () => {
    expect(await click(PROMOTE_ACTION, bindTo(await world.rollout()))).toEqual({ status: 200, body: {} });
    await world.passes(MINUTE);
    expect(await step()).toBe(3);
    expect(await verdictOf('U1')).toMatchObject({ state: 'applied', verdict: expect.stringContaining('step 2 → 3') });
  });

  it('when two people click at once, then one step is passed, and both are told so', async () => {
    const shown = bindTo(await world.rollout());
    await click(PROMOTE_ACTION, shown);
    await click(PROMOTE_ACTION, shown);
    await world.passes(MINUTE);
    expect(await step()).toBe(3);
    expect(await verdictOf('U2')).toMatchObject({ state: 'applied', verdict: 'that step is passed' });
  });

  it('when an old card is clicked after the next pause has come, then that pause is not ended', async () => {
    const shown = bindTo(await world.rollout());
    await click(PROMOTE_ACTION, shown);
    await world.passes(MINUTE);
    await click(PROMOTE_ACTION, shown);
    await world.passes(MINUTE);
    expect(await step()).toBe(3);
  });

  it('when it is clicked after another version has come, then it is stale, and nothing is done', async () => {
    const shown = bindTo(await world.rollout());
    await world.setImage('my-app:v3');
    await world.until('the new version', async () => bindTo(await world.rollout()).podHash !== shown.podHash);
    await click(ABORT_ACTION, shown);
    expect(await verdictOf('U1')).toMatchObject({ state: 'stale' });
    expect((await world.rollout()).status?.abort).toBeUndefined();
  });

  it('when Promote and Abort are clicked, then the abort wins', async () => {
    const shown = bindTo(await world.rollout());
    await click(ABORT_ACTION, shown);
    await click(PROMOTE_ACTION, shown);
    expect((await world.rollout()).status?.abort).toBe(true);
    expect(await verdictOf('U2')).toMatchObject({ state: 'refused' });
  });

  it.each([
    ['weir_destroy', undefined],
    [PROMOTE_ACTION, '{"cluster":"local"}'],
    [PROMOTE_ACTION, 'no json'],
  ])('when a button %s that Weir did not make is clicked (%s), then nothing is done', async (action, value) => {
    const answer = await click(action, bindTo(await world.rollout()), value);
    expect(answer.status).toBe(200);
    expect(await verdictOf('U1')).toBeUndefined();
  });
});
