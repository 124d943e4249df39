import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import type { WebResponse } from '#shared/web-request.ts';
import { createAlertmanagerHandler } from '../../functions/alertmanager/handler.ts';
import { createApiHandler } from '../../functions/api/handler.ts';
import { World } from '../support/world.ts';
import { CANARY, SUCCESS_RATE } from '../support/manifests.ts';

let world: World;
let measurements: number;

beforeEach(async () => {
  measurements = 0;
  world = new World({ answers: () => ((measurements += 1), 0.99) });
  await world.apply(SUCCESS_RATE, CANARY);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
});
afterEach(() => world.stop());

/** At 40 %, analysis running and passing. */
async function givenAReleaseAtForty(): Promise<string> {
  await world.setImage('my-app:v3');
  await world.until('40 %', async () => (await world.rollout()).status?.currentStepIndex === 3);
  return (await world.rollout()).status?.currentPodHash ?? '';
}

async function fires(labels: Record<string, string>, more: object = {}, group: object = {}): Promise<WebResponse> {
  const handler = createAlertmanagerHandler({
    ...world.engine.ports,
    sender: world.engine.orderSender,
    tokens: async () => ['token'],
  });
  const startsAt = new Date(world.clock.now()).toISOString();
  const alert = {
    status: 'firing',
    labels: { alertname: 'Errors', ...labels },
    annotations: {},
    startsAt,
    fingerprint: 'f1',
    ...more,
  };
  const rawBody = JSON.stringify({ version: '4', alerts: [alert], ...group });
  return handler({ method: 'POST', path: '/', headers: { authorization: 'Bearer token' }, query: {}, rawBody });
}

function askApi(method: string, path: string, rawBody = ''): Promise<WebResponse> {
  const tokens = async () => [{ token: 'secret', name: 'ana' }];
  const { ports, orderSender: sender, deadLetters } = world.engine;
  const api = createApiHandler({ ...ports, sender, deadLetters, tokens });
  return api({ method, path, headers: { authorization: 'Bearer secret' }, query: {}, rawBody });
}

const isAborted = async () => (await world.rollout()).status?.abort === true;
const verdicts = async () =>
  (await world.engine.ports.orders.ofRollout({ cluster: 'local', namespace: 'default', name: 'my-app' })).map(
    ({ verdict }) => verdict,
  );

describe('given a release whose own analysis passes', () => {
  it('when a critical alert names its pods, then it is aborted within seconds and stays aborted when the alert resolves', async () => {
    const hash = await givenAReleaseAtForty();
    await fires({ severity: 'critical', rollouts_pod_template_hash: hash });
    await world.passes(2 * SECOND);
    expect(await isAborted()).toBe(true);
    await fires({ severity: 'critical', rollouts_pod_template_hash: hash }, { status: 'resolved' });
    await world.passes(5 * MINUTE);
    expect(await isAborted()).toBe(true);
    expect((await world.releases())[0]).toMatchObject({ outcome: 'aborted', weights: [20, 40] });
    expect(await verdicts()).toContain(
      'aborted: traffic goes back to the stable version (critical, on the pods being released)',
    );
  });

  it('when a warning names its pods, then it pauses', async () => {
    const hash = await givenAReleaseAtForty();
    await fires({ severity: 'warning', rollouts_pod_template_hash: hash });
    await world.passes(10 * SECOND);
    expect((await world.rollout()).spec.paused).toBe(true);
    await world.passes(30 * MINUTE);
    expect((await world.rollout()).status?.currentStepIndex).toBe(3);
  });

  it('when a critical alert names the stable pods, then it is told only', async () => {
    await givenAReleaseAtForty();
    const stable = (await world.rollout()).status?.stableRS ?? '';
    await fires({ severity: 'critical', rollouts_pod_template_hash: stable });
    await world.passes(10 * SECOND);
    expect(await isAborted()).toBe(false);
    expect(await verdicts()).toContain('told: it is about pods that are not being released');
  });

  it('when an alert names the rollout but no pods, then the metrics are asked now, once, and the readings are recorded', async () => {
    await givenAReleaseAtForty();
    const before = measurements;
    await fires({ severity: 'critical', rollout: 'my-app', namespace: 'default' });
    await world.passes(2 * SECOND);
    expect(measurements).toBe(before + 1);
    await world.passes(10 * SECOND);
    expect(measurements).toBe(before + 1);
    const [release] = await world.releases();
    const measured = (await world.transitions(release)).filter(({ type }) => type === 'measured');
    expect(measured).toHaveLength(measurements);
    expect(await isAborted()).toBe(false);
  });

  it('when the alert was firing before the release began, then it does nothing', async () => {
    const startsAt = new Date(world.clock.now() - MINUTE).toISOString();
    const hash = await givenAReleaseAtForty();
    await fires({ severity: 'critical', rollouts_pod_template_hash: hash }, { startsAt });
    await world.passes(10 * SECOND);
    expect(await isAborted()).toBe(false);
    expect(await verdicts()).toContain('ignored: it was firing already when the release began');
  });

  it.each([
    { annotation: 'off', then: 'ignored: weir.dev/alerts: off', aborted: false },
    { annotation: 'notify', then: 'told: weir.dev/alerts: notify', aborted: false },
    { annotation: 'abort', then: 'aborted: traffic goes back', aborted: true },
    { annotation: 'explode', then: 'told: weir.dev/alerts: "explode" is none of', aborted: false },
  ])('when the Rollout says weir.dev/alerts: $annotation, then that is done', async ({ annotation, then, aborted }) => {
    await world.edit((rollout) => ({
      ...rollout,
      metadata: {
        ...rollout.metadata,
        annotations: { ...rollout.metadata.annotations, 'weir.dev/alerts': annotation },
      },
    }));
    await givenAReleaseAtForty();
    await fires({ severity: 'critical', rollout: 'my-app' });
    await world.passes(10 * SECOND);
    expect(await isAborted()).toBe(aborted);
    expect((await verdicts()).join()).toContain(then);
  });

  it('when the function dies after the abort, then the redelivery tells what was done, and does not decide anew', async () => {
    const hash = await givenAReleaseAtForty();
    const { orders } = world.engine.ports;
    const finish = orders.finish.bind(orders);
    let deaths = 1;
    Object.assign(orders, {
      finish: async (...given: Parameters<typeof finish>) => {
        if (deaths-- > 0) throw new Error('the process was killed');
        return finish(...given);
      },
    });
    await fires({ severity: 'critical', rollouts_pod_template_hash: hash });
    await world.passes(5 * MINUTE);
    expect(await isAborted()).toBe(true);
    expect(await verdicts()).toContain('the release is aborted (critical, on the pods being released)');
  });

  it('when Alertmanager left alerts out of the payload, then the metrics are asked: what was left out is not known', async () => {
    await givenAReleaseAtForty();
    const before = measurements;
    await fires(
      { severity: 'info', rollout: 'other' },
      {},
      { truncatedAlerts: 3, commonLabels: { rollout: 'my-app' } },
    );
    await world.passes(2 * SECOND);
    expect(measurements).toBe(before + 1);
    expect((await verdicts()).join()).toContain('are asked now');
  });

  it('when a payload would abort it, then asking what it would do changes nothing', async () => {
    const hash = await givenAReleaseAtForty();
    const labels = { alertname: 'Errors', severity: 'critical', rollouts_pod_template_hash: hash };
    const startsAt = new Date(world.clock.now()).toISOString();
    const alerts = [
      { status: 'firing', labels, startsAt, fingerprint: 'f1' },
      { status: 'firing', labels: { alertname: 'Watchdog' }, startsAt, fingerprint: 'f2' },
      { status: 'firing', labels: { alertname: 'DiskFull' }, startsAt, fingerprint: 'f3' },
    ];
    const answer = await askApi('POST', '/api/alerts', JSON.stringify({ version: '4', alerts }));
    await world.passes(2 * SECOND);
    expect(await isAborted()).toBe(false);
    const rollout = { cluster: 'local', namespace: 'default', name: 'my-app' };
    expect(answer.body).toMatchObject({
      alerts: [
        { rollouts: [{ rollout, action: 'abort', because: 'critical, on the pods being released' }] },
        { missing: expect.stringContaining('proves the way') },
        { missing: expect.stringContaining('none of the labels') },
      ],
    });
  });

  it('when the same alert comes three times, then it acts once', async () => {
    const hash = await givenAReleaseAtForty();
    for (let repeat = 0; repeat < 3; repeat++) await fires({ severity: 'critical', rollouts_pod_template_hash: hash });
    await world.passes(10 * SECOND);
    expect(world.told.filter(({ transition }) => transition.type === 'alerted')).toHaveLength(1);
  });
});

describe('given no release', () => {
  it('when a critical alert fires, then it is told only: stable is never touched', async () => {
    const before = await world.replicaSets();
    await fires({ severity: 'critical', rollout: 'my-app' });
    await world.passes(MINUTE);
    expect(await verdicts()).toContain('told: no release is going on');
    expect((await world.replicaSets()).map(({ spec }) => spec?.replicas)).toEqual(
      before.map(({ spec }) => spec?.replicas),
    );
  });

  it('when the Watchdog fires, then the way works, and nothing else happens', async () => {
    await fires({ alertname: 'Watchdog', rollout: 'my-app' });
    await world.passes(10 * SECOND);
    const [order] = await world.engine.ports.orders.ofPerson('alertmanager:f1');
    expect(order).toMatchObject({ state: 'applied', verdict: 'the way from Alertmanager works' });
    expect(await verdicts()).toEqual([]);
  });

  it('when an alert matches nothing, then it is stored with the reason', async () => {
    await fires({ severity: 'critical' });
    await world.passes(10 * SECOND);
    const [order] = await world.engine.ports.orders.ofPerson('alertmanager:f1');
    expect(order).toMatchObject({ state: 'refused' });
    expect(order?.verdict).toContain('none of the labels rollout');
    expect((await askApi('GET', '/api/alerts')).body).toMatchObject({
      alerts: [{ alert: 'Errors', state: 'refused', verdict: expect.stringContaining('matches no rollout') }],
    });
  });

  it.each([
    { by: 'service', value: 'my-app' },
    { by: 'pod', value: '' },
  ])('when an alert names a $by, then its rollout is found', async ({ by, value }) => {
    await world.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'my-app' },
      spec: { selector: { app: 'my-app' }, ports: [{ port: 80 }] },
    });
    const pods = await world.cluster.list({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: 'default',
      labelSelector: POD_TEMPLATE_HASH,
    });
    await fires({ [by]: value === '' ? (pods.items[0]?.metadata.name ?? '') : value });
    await world.passes(10 * SECOND);
    expect(await verdicts()).toContain('told: no release is going on');
  });
});
