import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE, SECOND } from '#core/time.ts';
import type { RollbackRequest } from '#shared/ports.ts';
import { createAlertmanagerHandler } from '../../functions/alertmanager/handler.ts';
import { createOrdersHandler } from '../../functions/orders/handler.ts';
import { World } from '../support/world.ts';

const ANNOTATIONS = { 'weir.dev/bake': '30m' };

let world: World;

beforeEach(() => {
  world = new World();
});
afterEach(() => world.stop());

/** v1 is stable, v2 was aborted, v3 has just been promoted. */
async function givenAPromotedRelease(annotations: Record<string, string> = ANNOTATIONS, labels = {}): Promise<void> {
  await world.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app', annotations, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'my-app' } },
      template: {
        metadata: { labels: { app: 'my-app' } },
        spec: { containers: [{ name: 'app', image: 'my-app:v1' }] },
      },
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: { duration: '5m' } }] } },
    },
  });
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v2');
  await world.passes(MINUTE);
  await world.order('abort');
  await world.passes(MINUTE);
  await world.setImage('my-app:v3');
  await world.passes(MINUTE);
  await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
}

async function fires(labels: Record<string, string>): Promise<void> {
  const tokens = async () => ['token'];
  const handler = createAlertmanagerHandler({ ...world.engine.ports, sender: world.engine.orderSender, tokens });
  const startsAt = new Date(world.clock.now()).toISOString();
  const alerts = [{ status: 'firing', labels: { alertname: 'Errors', ...labels }, startsAt, fingerprint: 'f1' }];
  const rawBody = JSON.stringify({ version: '4', alerts });
  await handler({ method: 'POST', path: '/', headers: { authorization: 'Bearer token' }, query: {}, rawBody });
  await world.passes(20 * SECOND);
}

const image = async () => (await world.rollout()).spec.template?.spec?.containers[0]?.image;
const verdict = async () => {
  const orders = await world.engine.ports.orders.ofRollout({ cluster: 'local', namespace: 'default', name: 'my-app' });
  return orders.find(({ order }) => order['kind'] === 'reaction')?.verdict;
};

describe('given a release that was promoted and bakes', () => {
  it.each([
    { by: 'its rollout', labels: { rollout: 'my-app' } },
    { by: 'its pods', labels: { pod: 'my-app-?-abcde' } },
  ])(
    'when a critical alert names $by, then the version before is back within seconds, not the one between',
    async ({ labels }) => {
      await givenAPromotedRelease();
      const hash = (await world.rollout()).status?.currentPodHash ?? '';
      const named = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, value.replace('?', hash)]));
      await fires({ severity: 'critical', ...named });
      expect(await image()).toBe('my-app:v1');
      expect(await verdict()).toMatch(/^rolled back to revision 1 \(\w+\) \d+ s after promotion \(critical/);
      await world.passes(MINUTE);
      const { status, metadata } = await world.rollout();
      expect(status?.stableRS).toBe(status?.currentPodHash);
      expect(metadata.annotations?.['weir.dev/rolled-back-to']).toBeUndefined();
    },
  );

  it('when the bake is over, then it is told only', async () => {
    await givenAPromotedRelease();
    await world.passes(31 * MINUTE);
    await fires({ severity: 'critical', rollout: 'my-app' });
    expect(await image()).toBe('my-app:v3');
    expect(await verdict()).toBe('told: no release is going on');
  });

  it.each([
    { given: 'no bake', annotations: {}, severity: 'critical' },
    { given: 'a bake whose length is none', annotations: { 'weir.dev/bake': 'a while' }, severity: 'critical' },
    { given: 'a warning: there is nothing to pause', annotations: ANNOTATIONS, severity: 'warning' },
    {
      given: 'alerts that are told only',
      annotations: { ...ANNOTATIONS, 'weir.dev/alerts': 'notify' },
      severity: 'critical',
    },
  ])('given $given, then nothing is taken back', async ({ annotations, severity }) => {
    await givenAPromotedRelease(annotations);
    await fires({ severity, rollout: 'my-app' });
    expect(await image()).toBe('my-app:v3');
  });

  it('when the same version is released again later, then it takes its steps as ever', async () => {
    await givenAPromotedRelease();
    await fires({ severity: 'critical', rollout: 'my-app' });
    await world.passes(5 * MINUTE);
    await world.setImage('my-app:v4');
    await world.passes(MINUTE);
    await world.setImage('my-app:v4b');
    await world.passes(MINUTE);
    expect((await world.rollout()).status?.currentStepIndex).toBe(1);
  });
});

describe('given that Argo CD keeps the Rollout as Git has it', () => {
  const TRACKED = { ...ANNOTATIONS, 'argocd.argoproj.io/tracking-id': 'shop:argoproj.io/Rollout:default/my-app' };

  async function firesWith(selfHeals: boolean): Promise<readonly RollbackRequest[]> {
    const asked: RollbackRequest[] = [];
    const rollback = { selfHeals, request: async (request: RollbackRequest) => void asked.push(request) };
    const orders = createOrdersHandler(world.engine.ports, { rollback });
    const apply = async (orderId: string) => orders({ body: JSON.stringify({ orderId }) });
    const sender = { send: apply };
    const handler = createAlertmanagerHandler({ ...world.engine.ports, sender, tokens: async () => ['token'] });
    const startsAt = new Date(world.clock.now()).toISOString();
    const labels = { alertname: 'Errors', severity: 'critical', rollout: 'my-app' };
    const rawBody = JSON.stringify({
      version: '4',
      alerts: [{ status: 'firing', labels, startsAt, fingerprint: 'f1' }],
    });
    await handler({ method: 'POST', path: '/', headers: { authorization: 'Bearer token' }, query: {}, rawBody });
    await world.passes(20 * SECOND);
    return asked;
  }

  it('when an alert fires in the bake, then it is told, and the revert is asked of the team’s own automation', async () => {
    await givenAPromotedRelease(TRACKED);
    const asked = await firesWith(true);
    expect(await image()).toBe('my-app:v3');
    expect(asked).toMatchObject([{ type: 'rollback-requested', from: { revision: 3 }, to: { revision: 1 } }]);
    expect(await verdict()).toContain('told: Argo CD keeps it as Git has it');
  });

  it('when the configuration says that self-heal is off, then it is undone', async () => {
    await givenAPromotedRelease(TRACKED);
    expect(await firesWith(false)).toEqual([]);
    expect(await image()).toBe('my-app:v1');
  });
});
