/** A flood at the doors (W-1): what is accepted stays bounded, others are not held up, and what stops is always taken. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MANY, MOST } from '#core/commands/overload.ts';
import { PROMOTE_ACTION, ABORT_ACTION } from '#core/messages/card/buttons.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { SECOND } from '#core/time.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { HttpEvent } from '#shared/lambda.ts';
import type { Cluster, OrderStore, Site } from '#shared/ports.ts';
import { alertmanagerFunction } from '../../../functions/alertmanager/function.ts';
import { apiFunction } from '../../../functions/api/function.ts';
import { slackFunction } from '../../../functions/slack/function.ts';
import { sign } from '../../../functions/slack/signature.ts';
import { aContext } from '../../support/lambda-context.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NOW = Date.UTC(2026, 0, 1);

let orders: OrderStore;
let clock: VirtualClock;
let sent: { id: string; lane: string | undefined }[];
let told: { to: string; text: string }[];
let doors: ReturnType<typeof openDoors>;

beforeEach(() => {
  orders = createMemoryOrderStore();
  clock = new VirtualClock(NOW);
  sent = [];
  told = [];
  doors = openDoors();
});

/** One rollout, `prod/shop/web`, that pauses. */
function aSite(): Site {
  const rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
    spec: { strategy: { canary: { steps: [{ pause: {} }] } } },
    status: { currentPodHash: 'bbb', stableRS: 'aaa', currentStepIndex: 0 },
  } as Rollout;
  const cluster = { name: 'prod', list: async () => ({ items: [rollout], resourceVersion: '1' }) };
  const providers = { for: async () => Promise.reject(new Error('none')) };
  return { cluster: cluster as unknown as Cluster, controllers: [], namespaces: [], providers };
}

function openDoors() {
  const log = aLog();
  const ports = {
    clock,
    log,
    // As it is when the request comes: a test may break it meanwhile.
    orders: new Proxy({} as OrderStore, { get: (_, name) => Reflect.get(orders, name) as unknown }),
    sender: { send: async (id: string, lane?: string) => void sent.push({ id, lane }) },
    sites: new Map([['prod', aSite()]]),
    history: createMemoryRunHistory(),
    cursors: createMemoryCursorStore(),
  };
  return {
    alertmanager: alertmanagerFunction({ ...ports, tokens: async () => ['token'] }),
    api: apiFunction({
      ...ports,
      queue: undefined as never,
      deadLetters: { redrive: async () => 0 },
      tokens: async () => [{ token: 'token', name: 'ana' }],
    }),
    slack: slackFunction({
      ...ports,
      wallClock: clock,
      seen: ports.cursors,
      tell: async (to, text) => void told.push({ to, text }),
      signingSecrets: async () => ['secret'],
    }),
    said: log.said,
  };
}

function event(rawPath: string, body: string, headers: Record<string, string>): HttpEvent {
  const requestContext = { http: { method: 'POST' } };
  return { rawPath, rawQueryString: '', headers, isBase64Encoded: false, body, requestContext };
}

let fingerprints = 0;
function alertsOf(namespace: string, count: number) {
  return Array.from({ length: count }, () => ({
    status: 'firing',
    labels: { cluster: 'prod', namespace, rollout: 'web', severity: 'critical' },
    annotations: {},
    startsAt: '2026-01-01T00:00:00Z',
    fingerprint: `f${(fingerprints += 1)}`,
  }));
}

async function fire(alerts: readonly object[]) {
  const body = JSON.stringify({ version: '4', alerts });
  const headers = { authorization: 'Bearer token' };
  return doors.alertmanager(event('/alertmanager', body, headers), aContext());
}

async function slack(form: Record<string, string>) {
  const body = new URLSearchParams({ ...form, nonce: String((fingerprints += 1)) }).toString();
  const timestamp = String(clock.now() / SECOND);
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': sign('secret', timestamp, body) };
  const { statusCode, body: answer = '' } = await doors.slack(event('/slack', body, headers), aContext());
  return `${statusCode} ${(JSON.parse(answer) as { text?: string }).text ?? ''}`;
}

const type = (text: string) => slack({ command: '/weir', text, team_id: 'T1', user_id: 'U1' });

function click(action: string) {
  const binding = { uid: 'u1', podHash: 'bbb', stepIndex: 0 };
  const value = JSON.stringify({ cluster: 'prod', namespace: 'shop', name: 'web', binding });
  const payload = {
    type: 'block_actions',
    team: { id: 'T1' },
    user: { id: 'U1' },
    response_url: 'https://hooks.slack.com/actions/1',
    actions: [{ action_id: action, value }],
  };
  return slack({ payload: JSON.stringify(payload) });
}

async function order(words: string) {
  const body = JSON.stringify({ id: `o${(fingerprints += 1)}`, words });
  return doors.api(event('/api/orders', body, { authorization: 'Bearer token' }), aContext());
}

/** Everything that waits, of as many namespaces as it takes. */
async function floodFromEverywhere() {
  for (let n = 0; n * MANY < MOST; n += 1) await fire(alertsOf(`n${n}`, MANY));
  await clock.advance(SECOND);
}

describe('given a flood of alerts (W-1)', () => {
  it('when one namespace sends thousands, then 503 with Retry-After, and what was accepted is bounded', async () => {
    const answers = [];
    for (let webhook = 0; webhook < 5; webhook += 1) answers.push(await fire(alertsOf('noisy', 1_000)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503, 503, 503]);
    expect(answers[0]?.headers).toMatchObject({ 'retry-after': '10' });
    // What is stored side by side is not known to each other.
    expect(sent.length).toBeGreaterThanOrEqual(MANY);
    expect(sent.length).toBeLessThan(MANY + 25);
  });

  it('when it comes again after the first were applied, then the rest is stored, and none twice', async () => {
    const alerts = alertsOf('noisy', 300);
    const seen = new Set<string>();
    let answer = await fire(alerts);
    for (let repeat = 0; answer.statusCode === 503 && repeat < 10; repeat += 1) {
      for (const { id } of sent.splice(0)) {
        seen.add(id);
        await orders.finish(id, { state: 'applied', finishedAt: clock.now() });
      }
      await clock.advance(10 * SECOND);
      answer = await fire(alerts);
    }
    for (const { id } of sent) seen.add(id);
    expect(answer.statusCode).toBe(200);
    expect(seen.size).toBe(300);
  });

  it('then an alert of another namespace is stored meanwhile, in a lane of its own', async () => {
    await fire(alertsOf('noisy', 1_000));
    await clock.advance(SECOND);
    expect((await fire(alertsOf('quiet', 1))).statusCode).toBe(200);
    expect(sent.at(-1)?.lane).toBe('alerts:prod/quiet');
  });

  it('when one webhook holds both, then the quiet one’s is stored, and 503 brings the rest again', async () => {
    await fire(alertsOf('noisy', 1_000));
    const answer = await fire([...alertsOf('noisy', 1), ...alertsOf('quiet', 1)]);
    expect([answer.statusCode, JSON.parse(answer.body ?? '')]).toEqual([
      503,
      { error: 'too many orders wait: 1 alerts not stored; send it again', stored: 1 },
    ]);
  });

  it('when all lanes together are too many, then nobody’s alerts are accepted, and it is said for an alarm', async () => {
    await floodFromEverywhere();
    expect((await fire(alertsOf('quiet', 1))).statusCode).toBe(503);
    expect(doors.said.map(({ message }) => message)).toContain('Turned away for load');
  });

  it('when those have been applied, then alerts are accepted again within a second', async () => {
    await floodFromEverywhere();
    for (const { id } of sent) await orders.finish(id, { state: 'applied', finishedAt: clock.now() });
    await clock.advance(SECOND);
    expect((await fire(alertsOf('quiet', 1))).statusCode).toBe(200);
  });

  it.each(['abort web', 'pause web', 'undo web', 'freeze prod/shop/* too loud'])(
    'when "%s" is typed meanwhile, then it is taken, in a lane of its own',
    async (words) => {
      await floodFromEverywhere();
      expect(await type(words)).toMatch(/^200 Accepted/);
      expect(sent.at(-1)?.lane).toBe('orders:slack:T1/U1');
      expect((await order(words)).statusCode).toBe(202);
    },
  );

  it.each(['promote web', 'retry web', 'restart web'])(
    'when "%s" is typed meanwhile, then the asker is told that Weir is busy, and a program gets 503',
    async (words) => {
      await floodFromEverywhere();
      const before = sent.length;
      expect(await type(words)).toMatch(/^200 Not done: Weir is busy/);
      expect(await order(words)).toMatchObject({ statusCode: 503, headers: { 'retry-after': '10' } });
      expect(sent).toHaveLength(before);
    },
  );

  it('when Promote is clicked meanwhile, then who clicked is told, for a click has no answer of its own', async () => {
    await floodFromEverywhere();
    expect(await click(PROMOTE_ACTION)).toBe('200 ');
    expect(told).toEqual([
      { to: 'https://hooks.slack.com/actions/1', text: expect.stringMatching(/^Not done: Weir is busy/) as unknown },
    ]);
    expect(await click(ABORT_ACTION)).toBe('200 ');
    expect(told).toHaveLength(1);
    expect(sent.at(-1)?.lane).toBe('orders:slack:T1/U1');
  });

  it('when a few wait for a cluster that is away, then others go on, and those of that namespace come again', async () => {
    await fire(alertsOf('away', 30));
    await clock.advance(30 * SECOND);
    expect((await fire(alertsOf('away', 1))).statusCode).toBe(503);
    expect((await fire(alertsOf('shop', 1))).statusCode).toBe(200);
  });

  it('when the store cannot say what waits, then nobody is turned away for that', async () => {
    orders = { ...orders, backlog: async () => Promise.reject(new Error('down')) };
    expect((await fire(alertsOf('shop', 1))).statusCode).toBe(200);
    expect(await type('promote web')).toMatch(/^200 Accepted/);
  });

  it('when many requests come within a second, then the store is asked once', async () => {
    let asked = 0;
    const before = orders;
    orders = { ...orders, backlog: async (since) => ((asked += 1), before.backlog(since)) };
    for (let webhook = 0; webhook < 20; webhook += 1) await fire(alertsOf('shop', 2));
    expect(asked).toBe(1);
  });
});

describe('given a store that is down', () => {
  it('when a button is clicked, then who clicked is told that it was not done', async () => {
    orders = { ...orders, accept: async () => Promise.reject(new Error('down')) };
    expect(await click(ABORT_ACTION)).toBe('200 ');
    expect(told.map(({ text }) => text)).toEqual(['Not done: Weir could not store it. Please try again.']);
  });
});
