/** Freezes as people order them: stored, seen by the one door, gone by themselves or when they are lifted. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseWords } from '#core/commands/parse.ts';
import { NO_POLICY, type Policy } from '#core/commands/policy.ts';
import { HOUR, MINUTE, SECOND } from '#core/time.ts';
import { allFreezes } from '#shared/controllers/freezes.ts';
import { createLoadGauge } from '#shared/controllers/load.ts';
import { placeOrder } from '#shared/controllers/place-order.ts';
import { createOrdersHandler } from '../../functions/orders/handler.ts';
import { World } from '../support/world.ts';

let world: World;
let orders: number;

/** A canary that stands at a pause without an end. */
beforeEach(async () => {
  orders = 0;
  world = new World();
  await world.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app', annotations: { 'weir.dev/bake': '2h', 'weir.dev/approvals': '1' } },
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

async function type(words: string, policy: Policy = NO_POLICY): Promise<string> {
  const asked = parseWords(words);
  if (asked.kind !== 'order') throw new Error(JSON.stringify(asked));
  const orderId = `test/${(orders += 1)}`;
  const { ports } = world.engine;
  const apply = createOrdersHandler(ports, { policy });
  const sender = { send: async (id: string) => apply({ body: JSON.stringify({ orderId: id }) }) };
  const asker = { orderId, actor: { id: 'slack:T1/ANA', name: 'ana', kind: 'person' as const } };
  const result = await placeOrder(asked, asker, { ...ports, sender, load: createLoadGauge(ports) });
  if ('problem' in result) return result.problem;
  await world.passes(2 * SECOND);
  const { state, verdict } = (await ports.orders.get(orderId)) ?? {};
  return `${state}: ${verdict}`;
}

const step = async () => (await world.rollout()).status?.currentStepIndex;

describe('given a freeze that somebody ordered', () => {
  it('when it is promoted, then that is refused with the reason and by whom; aborted it may be', async () => {
    expect(await type('freeze local/default/* --for 1h the bank is closed')).toMatch(
      /^applied: frozen: local\/default\/\* until \S+Z: the bank is closed; rollbacks are not$/,
    );
    expect(await type('promote my-app')).toMatch(/^refused: .*the bank is closed \(by slack:T1\/ANA\)$/);
    expect(await step()).toBe(1);
    expect(await type('abort my-app')).toContain('applied: aborted');
  });

  it('when its time is over, or it is lifted, then it is promoted', async () => {
    await type('freeze my-app --for 1h the bank is closed');
    await world.passes(HOUR);
    expect(await type('promote my-app')).toContain('applied: promoted');
    await world.passes(MINUTE);
    await type('freeze my-app the bank is closed');
    await world.passes(48 * HOUR);
    expect(await type('promote my-app')).toMatch(/^refused: .*frozen since \S+Z: the bank is closed/);
    expect(await type('unfreeze my-app')).toBe('applied: local/default/my-app is not frozen any more');
    expect(await type('promote my-app')).toContain('applied: promoted');
  });

  it('when it is for another scope, then it is no matter', async () => {
    await type('freeze local/other/* the bank is closed');
    expect(await type('promote my-app')).toContain('applied: promoted');
  });

  it('when what was never frozen is lifted, then the freezes that are there are told', async () => {
    await type('freeze local/other/* the bank is closed');
    expect(await type('unfreeze my-app')).toContain('refused: no freeze of local/default/my-app was ordered');
    expect(await type('unfreeze my-app')).toContain('there are: local/other/*');
  });

  it('when two are ordered at the same moment, then both are there; the same scope again is one', async () => {
    await Promise.all([type('freeze local/a/* one'), type('freeze local/b/* two'), type('freeze local/b/* three')]);
    const { ordered } = await allFreezes(world.engine.ports);
    expect(ordered.map(({ scope }) => scope).toSorted()).toEqual(['local/a/*', 'local/b/*']);
  });

  it('when its end is over already, or a rule denies it, then nothing is frozen, and the denial is kept', async () => {
    expect(await type('freeze my-app --until 2000-01-01T00:00:00Z late')).toContain('refused: the end');
    const rules = [{ effect: 'deny', verbs: ['freeze'] }, { effect: 'allow' }] as const;
    expect(await type('freeze * mine', { ...NO_POLICY, rules })).toContain('refused: ana may not freeze */*');
    expect((await allFreezes(world.engine.ports)).ordered).toEqual([]);
    const kept = await world.engine.ports.orders.ofPerson('slack:T1/ANA');
    expect(kept.map(({ state }) => state)).toEqual(['refused', 'refused']);
  });

  it('when a release must be taken back meanwhile, then the rollback goes out at once, through every pause', async () => {
    await type('promote my-app --full');
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
    await type('freeze * the bank is closed');
    const alert = { status: 'firing', labels: { alertname: 'Errors', severity: 'critical', rollout: 'my-app' } };
    const stored = { ...alert, annotations: {}, startsAt: world.clock.now(), fingerprint: 'f' } as const;
    const rollout = { cluster: '*', namespace: '*', name: 'alerts' };
    const order = { kind: 'alert', alert: stored } as const;
    const receivedAt = world.clock.now();
    await world.engine.ports.orders.accept({
      id: 'a',
      receivedAt,
      person: 'alertmanager:f',
      rollout,
      order,
      state: 'accepted',
    });
    await world.engine.orderSender.send('a');
    await world.passes(MINUTE);
    const { spec, status } = await world.rollout();
    expect(spec.template?.spec?.containers[0]?.image).toBe('my-app:v1');
    expect(status?.stableRS).toBe(status?.currentPodHash);
  });
});
