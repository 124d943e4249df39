/** Alerts that come late, again, or in the wrong order. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '#core/time.ts';
import { createAlertmanagerHandler } from '../../functions/alertmanager/handler.ts';
import { World } from '../support/world.ts';
import { CANARY, SUCCESS_RATE } from '../support/manifests.ts';

let world: World;

beforeEach(async () => {
  world = new World({ answers: () => 0.99 });
  await world.apply(SUCCESS_RATE, CANARY);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
});
afterEach(() => world.stop());

async function release(image: string): Promise<string> {
  await world.setImage(image);
  await world.until('20 %', async () => (await world.rollout()).status?.currentStepIndex === 1);
  return (await world.rollout()).status?.currentPodHash ?? '';
}

/** A payload as Alertmanager sends it; the same text again is a replay. */
function alertOn(podHash: string, status: 'firing' | 'resolved', endsAt = '0001-01-01T00:00:00Z'): string {
  const labels = { alertname: 'Errors', severity: 'critical', rollouts_pod_template_hash: podHash };
  const startsAt = new Date(world.clock.now()).toISOString();
  return JSON.stringify({ version: '4', alerts: [{ status, labels, startsAt, endsAt, fingerprint: 'f1' }] });
}

async function deliver(rawBody: string): Promise<void> {
  const tokens = async () => ['token'];
  const handler = createAlertmanagerHandler({ ...world.engine.ports, sender: world.engine.orderSender, tokens });
  const headers = { authorization: 'Bearer token' };
  expect(await handler({ method: 'POST', path: '/', headers, query: {}, rawBody })).toMatchObject({ status: 200 });
  await world.passes(5 * SECOND);
}

const isAborted = async () => (await world.rollout()).status?.abort === true;

describe('given an alert that aborted a release', () => {
  it.each([{ hours: 1 }, { hours: 30 * 24 }])(
    'when it is replayed $hours h later, to the retried release, then it does nothing',
    async ({ hours }) => {
      const payload = alertOn(await release('my-app:v3'), 'firing');
      await deliver(payload);
      expect(await isAborted()).toBe(true);
      await world.passes(hours * HOUR);
      await world.order('retry');
      await deliver(payload);
      await world.passes(MINUTE);
      expect(await isAborted()).toBe(false);
    },
  );

  it('when it resolves, and fires, and resolves out of order, then the abort stays', async () => {
    const hash = await release('my-app:v3');
    const firing = alertOn(hash, 'firing');
    const resolved = alertOn(hash, 'resolved');
    for (const payload of [firing, resolved, firing, resolved]) await deliver(payload);
    expect(await isAborted()).toBe(true);
  });
});

describe('given an alert on a release that goes on', () => {
  it('when its end comes before its beginning, then the beginning still counts', async () => {
    const hash = await release('my-app:v3');
    const firing = alertOn(hash, 'firing');
    await deliver(alertOn(hash, 'resolved'));
    expect(await isAborted()).toBe(false);
    await deliver(firing);
    expect(await isAborted()).toBe(true);
  });

  it.each(['0001-01-01T00:00:00Z', '2099-01-01T00:00:00Z'])(
    'when it fires and says that it ends at %s, then it is firing',
    async (endsAt) => {
      await deliver(alertOn(await release('my-app:v3'), 'firing', endsAt));
      expect(await isAborted()).toBe(true);
    },
  );
});
