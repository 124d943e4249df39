import { describe, expect, it } from '@jest/globals';
import type { OrderStore } from '#shared/ports.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createAlertmanagerHandler } from '../../../functions/alertmanager/handler.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const FIRING = {
  status: 'firing',
  labels: {
    alertname: 'HighErrorRate',
    cluster: 'local',
    namespace: 'canary',
    rollout: 'my-app',
    severity: 'critical',
  },
  annotations: {},
  startsAt: '2024-01-01T00:00:00.000Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus',
  fingerprint: 'f1',
};

function payload(alerts: readonly object[] = [FIRING], more: object = {}): string {
  return JSON.stringify({
    version: '4',
    groupKey: 'g',
    receiver: 'weir',
    truncatedAlerts: 0,
    alerts,
    notification_reason: 'new',
    ...more,
  });
}

function setUp(orders: OrderStore = createMemoryOrderStore()) {
  const sent: string[] = [];
  const log = aLog();
  const handler = createAlertmanagerHandler({
    clock: new VirtualClock(),
    orders,
    sender: { send: async (id) => void sent.push(id) },
    log,
    watchdog: 'Watchdog',
    tokens: async () => ['new-token', 'old-token'],
  });
  const post = (rawBody: string, authorization: string | undefined = 'Bearer new-token') =>
    handler({ method: 'POST', path: '/alertmanager', headers: { authorization }, query: {}, rawBody });
  return { orders, sent, post, said: log.said };
}

const ID = `alert:f1:${Date.UTC(2024, 0, 1)}:firing`;

describe('given a webhook of Alertmanager', () => {
  it('when the alert that always fires comes, then each time is said, also of the same one: an alarm listens for it', async () => {
    const { post, said } = setUp();
    const watchdog = { ...FIRING, labels: { alertname: 'Watchdog', cluster: 'prod' } };
    await post(payload([watchdog]));
    await post(payload([FIRING, watchdog]));
    await post(payload([FIRING]));
    const heard = said.filter(({ message }) => message === 'Watchdog heard');
    expect(heard.map(({ fields }) => fields)).toEqual([{ cluster: 'prod' }, { cluster: 'prod' }]);
  });

  it('when it is genuine, then its alerts are stored before it is answered', async () => {
    const { orders, sent, post } = setUp();
    expect(await post(payload())).toEqual({ status: 200, body: { stored: 1 } });
    expect(await orders.get(ID)).toMatchObject({
      state: 'accepted',
      person: 'alertmanager:f1',
      rollout: { name: 'alerts' },
    });
    expect(sent).toEqual([ID]);
  });

  it('when it comes three times (three Alertmanagers, a repeat), then it is one alert', async () => {
    const { post } = setUp();
    await post(payload());
    expect(await post(payload())).toEqual({ status: 200, body: { stored: 0 } });
    expect(await post(payload([{ ...FIRING, status: 'resolved' }]))).toEqual({ status: 200, body: { stored: 1 } });
  });

  it('when the token being replaced is used, then it is still valid', async () => {
    expect(await setUp().post(payload(), 'bearer old-token')).toMatchObject({ status: 200 });
  });

  it.each([
    { given: 'a wrong token', authorization: 'Bearer newtoken' },
    { given: 'a token with a prefix of the right one', authorization: 'Bearer new-toke' },
    { given: 'basic auth', authorization: 'Basic bmV3LXRva2Vu' },
    { given: 'an empty token', authorization: 'Bearer ' },
    { given: 'no token', authorization: '' },
  ])('given $given, then 401 and nothing is stored', async ({ authorization }) => {
    const { orders, post } = setUp();
    expect(await post(payload(), authorization)).toMatchObject({ status: 401 });
    expect(await orders.get(ID)).toBeUndefined();
  });

  it.each([
    { given: 'no JSON', body: '{', says: 'the body is not JSON' },
    { given: 'an empty body', body: '', says: 'the body is not JSON' },
    { given: 'another version', body: payload([], { version: '3' }), says: 'not an Alertmanager payload of version 4' },
    { given: 'a custom payload without version', body: '{"text":"hello"}', says: 'version 4' },
    { given: 'a label that is no text', body: payload([{ ...FIRING, labels: { a: 1 } }]), says: 'alerts.0.labels.a' },
    {
      given: 'an alert without fingerprint',
      body: payload([{ ...FIRING, fingerprint: '' }]),
      says: 'alerts.0.fingerprint',
    },
    { given: 'a list instead of an object', body: '[]', says: 'body' },
    {
      given: 'labels that no store takes',
      body: payload([{ ...FIRING, labels: { text: 'x'.repeat(100_000) } }]),
      says: 'alerts.0.labels: more than 100000 bytes',
    },
    {
      given: 'a fingerprint that no key takes',
      body: payload([{ ...FIRING, fingerprint: 'f'.repeat(257) }]),
      says: 'alerts.0.fingerprint',
    },
  ])('given $given, then 400 says so', async ({ body, says }) => {
    const answer = await setUp().post(body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain(says);
  });

  it('given a body over 1 MiB, then 413', async () => {
    const huge = payload([{ ...FIRING, annotations: { text: 'x'.repeat(1024 * 1024) } }]);
    expect(await setUp().post(huge)).toMatchObject({ status: 413 });
  });

  it('given annotations that no store takes, then the alert is stored without them: they decide nothing', async () => {
    const { orders, post } = setUp();
    const long = { ...FIRING, annotations: { text: 'x'.repeat(100_000) } };
    expect(await post(payload([long]))).toMatchObject({ status: 200, body: { stored: 1 } });
    expect(await orders.get(ID)).toMatchObject({ order: { alert: { fingerprint: 'f1', annotations: {} } } });
  });

  it('given a store that is down, then 503: Alertmanager sends it again', async () => {
    const broken: OrderStore = { ...createMemoryOrderStore(), accept: async () => Promise.reject(new Error('down')) };
    expect(await setUp(broken).post(payload())).toMatchObject({ status: 503 });
  });

  it('given a first delivery that died before it was sent on, when it is repeated, then it is sent on', async () => {
    const { sent, post } = setUp();
    await post(payload());
    sent.length = 0;
    await post(payload());
    expect(sent).toEqual([ID]);
  });
});
