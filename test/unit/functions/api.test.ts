import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createApiHandler } from '../../../functions/api/handler.ts';
import { CANARY, SUCCESS_RATE } from '../../support/manifests.ts';
import { World } from '../../support/world.ts';

let world: World;

beforeEach(async () => {
  world = new World();
  await world.apply(SUCCESS_RATE, CANARY);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
});
afterEach(() => world.stop());

function call(method: string, path: string, rawBody = '', token = 'secret') {
  const api = createApiHandler({
    ...world.engine.ports,
    sender: world.engine.orderSender,
    deadLetters: world.engine.deadLetters,
    tokens: async () => [{ token: 'secret', name: 'ana' }],
  });
  const [pathOnly = '', search = ''] = path.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  return api({ method, path: pathOnly, headers: { authorization: `Bearer ${token}` }, query, rawBody });
}

describe('given the JSON API', () => {
  it.each([
    { given: 'a wrong token', method: 'GET', path: '/api/rollouts', token: 'guess', then: 401 },
    { given: 'no such path', method: 'GET', path: '/api/nothing', then: 404 },
    { given: 'a path that is not encoded as it should be', method: 'GET', path: '/api/%E0%A4%A', then: 404 },
    { given: 'no such rollout', method: 'GET', path: '/api/rollout/local/default/other', then: 404 },
    { given: 'no such cluster', method: 'GET', path: '/api/rollout/far/default/my-app', then: 404 },
    { given: 'no such order', method: 'GET', path: '/api/orders/never', then: 404 },
    { given: 'an order that is no JSON', method: 'POST', path: '/api/orders', body: '{', then: 400 },
    {
      given: 'an order of unknown words',
      method: 'POST',
      path: '/api/orders',
      body: '{"id":"1","words":"destroy it"}',
      then: 400,
    },
    {
      given: 'an order for nobody',
      method: 'POST',
      path: '/api/orders',
      body: '{"id":"1","words":"abort other"}',
      then: 404,
    },
    { given: 'orders to verify, of half a name', method: 'GET', path: '/api/audit?rollout=web', then: 400 },
    { given: 'orders to verify', method: 'GET', path: '/api/audit', then: 200 },
    { given: 'the list', method: 'GET', path: '/api/rollouts', then: 200 },
    { given: 'one rollout', method: 'GET', path: '/api/rollout/local/default/my-app', then: 200 },
  ])('when asked for $given, then $then', async ({ method, path, body, token, then }) => {
    expect((await call(method, path, body, token)).status).toBe(then);
  });

  it('when an order is sent twice with one id, then it is one order, by name of the token, and its end can be asked', async () => {
    const body = JSON.stringify({ id: '7', words: 'pause my-app' });
    expect(await call('POST', '/api/orders', body)).toMatchObject({ status: 202, body: { id: 'api:ana/7' } });
    await call('POST', '/api/orders', body);
    await world.passes(2_000);
    const answer = await call('GET', `/api/orders/${encodeURIComponent('api:ana/7')}`);
    expect(answer.body).toMatchObject({ state: 'applied', person: 'cli:ana' });
    expect((await world.engine.ports.orders.ofPerson('cli:ana')).length).toBe(1);
  });

  it('when orders are asked for, then those of the rollout or the person come, without where their answers go', async () => {
    await call('POST', '/api/orders', JSON.stringify({ id: '8', words: 'pause my-app lunch' }));
    await world.passes(2_000);
    for (const search of ['rollout=local/default/my-app', 'person=cli:ana']) {
      const { body } = await call('GET', `/api/orders?${search}`);
      expect(body).toMatchObject({
        orders: [
          { id: 'api:ana/8', state: 'applied', effect: { before: { phase: 'Healthy' }, after: { paused: true } } },
        ],
      });
      expect(JSON.stringify(body)).not.toContain('answerTo');
    }
    expect(await call('GET', '/api/orders')).toMatchObject({ status: 400 });
    expect(await call('GET', '/api/orders?person=x&limit=all')).toMatchObject({ status: 400 });
  });

  it('when what was given up is redriven, then its messages are delivered again, and its objects are looked at', async () => {
    world.engine.work.send('nonsense');
    await world.passes(15 * 60_000);
    expect(world.engine.work.deadLetters).toEqual(['nonsense']);
    const answer = await call('POST', '/api/redrive');
    expect(answer).toEqual({ status: 200, body: { objects: [], messages: 1 } });
    expect(world.engine.work.deadLetters).toEqual([]);
  });

  it('when an object is parked, then a redrive names it and frees it', async () => {
    const key = { cluster: 'local', kind: 'Rollout', namespace: 'default', name: 'parked' } as const;
    const freed: unknown[] = [];
    const queue = {
      ...world.engine.ports.queue,
      parked: async () => [key],
      redrive: async (one: unknown) => void freed.push(one),
    };
    const api = createApiHandler({
      ...world.engine.ports,
      queue,
      sender: world.engine.orderSender,
      deadLetters: world.engine.deadLetters,
      tokens: async () => [{ token: 'secret', name: 'ana' }],
    });
    const request = {
      method: 'POST',
      path: '/api/redrive',
      headers: { authorization: 'Bearer secret' },
      query: {},
      rawBody: '',
    };
    expect((await api(request)).body).toEqual({ objects: [key], messages: 0 });
    expect(freed).toEqual([key]);
  });

  it('when the history is asked for, then each release has its transitions and orders', async () => {
    await world.setImage('my-app:v3');
    await world.until('the pause', async () => (await world.phase()) === 'Paused');
    await world.order('abort');
    await world.passes(5_000);
    const { body } = await call('GET', '/api/history/local/default/my-app?limit=1');
    expect(body).toMatchObject({ releases: [{ release: { revision: 2, outcome: 'aborted' } }] });
    const [{ transitions }] = (body as { releases: [{ transitions: { type: string }[] }] }).releases;
    expect(transitions.map(({ type }) => type)).toContain('aborted');
  });

  it.each(['all', '0', '-1', '1.5', '101', ''])(
    'when the history is asked for with the limit "%s", then 400',
    async (limit) => {
      expect(await call('GET', `/api/history/local/default/my-app?limit=${limit}`)).toMatchObject({ status: 400 });
    },
  );

  it('when an order was carried out, then its rollout’s chain holds it, also among all of them', async () => {
    await call('POST', '/api/orders', JSON.stringify({ id: 'v', words: 'pause my-app' }));
    await world.passes(2_000);
    const chains = [{ chain: 'local/default/my-app', entries: 2, orders: 1, problems: [] }];
    expect(await call('GET', '/api/audit')).toMatchObject({ status: 200, body: { chains } });
    expect(await call('GET', '/api/audit?rollout=local/default/my-app')).toMatchObject({ body: { chains } });
    expect(await call('GET', '/api/audit?person=nobody')).toMatchObject({ body: { chains: [{ entries: 0 }] } });
  });
});
