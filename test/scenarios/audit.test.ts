/** Who ordered what, from where, why, and what the object showed before and after. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import { NO_POLICY, type Policy } from '#core/commands/policy.ts';
import { auditTrail } from '#core/messages/audit.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { createLoadGauge } from '#shared/controllers/load.ts';
import { storeCommand } from '#shared/controllers/place-order.ts';
import { createOrdersHandler } from '../../functions/orders/handler.ts';
import { World } from '../support/world.ts';

const ROLLOUT = { cluster: 'local', namespace: 'default', name: 'my-app' };

let world: World;
let orders: number;

/** A canary that stands at 50 %, waiting for two people for at most two hours. */
beforeEach(async () => {
  orders = 0;
  world = new World();
  await world.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app', annotations: { 'weir.dev/approvals': '2', 'weir.dev/approval-timeout': '2h' } },
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

async function order(
  id: string,
  verb: Command['verb'],
  { policy = NO_POLICY, ...more }: Partial<Command> & { policy?: Policy } = {},
) {
  const actor: Actor = { id: `slack:T1/${id}`, name: `@${id}`, kind: 'person', channel: 'C1' };
  const command: Command = { verb, rollout: ROLLOUT, binding: bindTo(await world.rollout()), ...more };
  const { ports } = world.engine;
  const apply = createOrdersHandler(ports, { policy });
  const sender = { send: async (orderId: string) => apply({ body: JSON.stringify({ orderId }) }) };
  await storeCommand(
    command,
    { orderId: `slack:v0=${(orders += 1)}`, actor },
    { ...ports, sender, load: createLoadGauge(ports) },
  );
  await world.passes(SECOND);
  return ports.orders.get(`slack:v0=${orders}`);
}

const reminders = () => world.told.filter(({ transition }) => transition.type === 'reminded');

describe('given orders of several people', () => {
  it('then each is kept with what the object showed before and after, denials too', async () => {
    const policy: Policy = { ...NO_POLICY, rules: [{ effect: 'deny', verbs: ['pause'] }, { effect: 'allow' }] };
    const { status } = await world.rollout();
    const denied = await order('EVE', 'pause', { policy, reason: 'lunch' });
    expect(denied).toMatchObject({ state: 'refused', effect: { before: { phase: 'Paused', step: 1, revision: 2 } } });
    expect(denied?.effect?.after).toBeUndefined();
    const first = await order('LI', 'promote');
    expect(first?.effect).toMatchObject({ approvals: { needed: 2, given: ['slack:T1/LI'] } });
    const second = await order('MO', 'promote', { reason: 'looks good' });
    expect(second?.effect).toMatchObject({
      before: { step: 1, podHash: status?.currentPodHash, stableHash: status?.stableRS, pauses: ['CanaryPauseStep'] },
      after: { step: 1, podHash: status?.currentPodHash },
      approvals: { needed: 2, given: ['slack:T1/LI', 'slack:T1/MO'] },
    });
    const aborted = await order('EVE', 'abort', { reason: 'errors' });
    expect(aborted?.effect?.after).toMatchObject({ aborted: true });
    const lines = auditTrail(await world.engine.ports.orders.ofRollout(ROLLOUT)).split('\n');
    expect(lines[0]).toMatch(/ slack:T1\/EVE: aborted: .* \(errors\)\.$/);
    expect(lines[1]).toContain('abort local/default/my-app, applied, from slack C1');
    expect(lines[2]).toContain('aborted – → true');
  });

  it('when an image is set, then both images are kept', async () => {
    const set = await order('LI', 'set-image', { images: { app: 'my-app:v3' } });
    expect(auditTrail(set === undefined ? [] : [set])).toContain('images {"app":"my-app:v2"} → {"app":"my-app:v3"}');
  });

  it('when the time for approvals is over, then the abort of nobody is kept in the same way', async () => {
    await world.passes(121 * MINUTE);
    const [expired] = await world.engine.ports.orders.ofPerson('weir:approval-timeout');
    expect(expired?.effect).toMatchObject({ before: { phase: 'Paused' }, after: { aborted: true } });
  });
});

describe('given approvals that wait', () => {
  it('when half of their time is over, then that is brought to mind once, with who has approved', async () => {
    await order('LI', 'promote');
    await world.passes(58 * MINUTE);
    expect(reminders()).toEqual([]);
    await world.passes(3 * MINUTE);
    expect(reminders().map(({ transition }) => transition.message)).toEqual([
      'It still waits: 1 of 2 approved (slack:T1/LI)',
    ]);
    await world.passes(30 * MINUTE);
    expect(reminders()).toHaveLength(1);
  });

  it('when they have come in time, then nothing is brought to mind; the next pause has its own time', async () => {
    await order('LI', 'promote');
    await order('MO', 'promote');
    await world.passes(55 * MINUTE);
    expect(reminders()).toEqual([]);
    await world.passes(10 * MINUTE);
    expect(reminders()).toHaveLength(1);
  });
});
