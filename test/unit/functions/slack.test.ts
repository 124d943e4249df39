import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Rollout } from '#core/resources/argo.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { Cluster, OrderStore, Site } from '#shared/ports.ts';
import { createSlackHandler } from '../../../functions/slack/handler.ts';
import { isSignedBySlack, sign } from '../../../functions/slack/signature.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NOW = Date.UTC(2024, 0, 1);
/** An empty one, as of a variable that was not set, fits nothing. */
const SECRETS = ['new-secret', 'old-secret', ''];

function aRollout(namespace: string, name: string): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace, uid: `${namespace}/${name}` },
    spec: { strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } },
    status: {
      currentPodHash: 'bbb',
      stableRS: 'aaa',
      currentStepIndex: 1,
      phase: 'Paused',
      message: 'CanaryPauseStep',
    },
  };
}

function aSite(name: string, rollouts: readonly Rollout[] | Error): [string, Site] {
  const list = async () => {
    if (rollouts instanceof Error) throw rollouts;
    return { items: rollouts, resourceVersion: '1' };
  };
  return [
    name,
    {
      cluster: { name, list } as unknown as Cluster,
      controllers: [],
      namespaces: [],
      providers: { for: async () => Promise.reject(new Error('none')) },
    },
  ];
}

let orders: OrderStore;
let sent: string[];

function setUp(sites: readonly [string, Site][] = [aSite('local', [aRollout('canary', 'my-app')])]) {
  const handler = createSlackHandler({
    clock: new VirtualClock(NOW),
    wallClock: new VirtualClock(NOW),
    sites: new Map(sites),
    history: createMemoryRunHistory(),
    orders,
    sender: { send: async (id) => void sent.push(id) },
    patience: async () => new Promise((resolve) => setImmediate(resolve)),
    seen: createMemoryCursorStore(),
    cursors: createMemoryCursorStore(),
    log: aLog(),
    signingSecrets: async () => SECRETS,
  });
  return { handler, type: (text: string, options?: SignedOptions) => handler(signed(text, options)) };
}

interface SignedOptions {
  readonly secret?: string;
  /** Seconds that the request's timestamp is away from now. */
  readonly skew?: number;
  readonly body?: string;
}

function signed(text: string, { secret = 'new-secret', skew = 0, body }: SignedOptions = {}) {
  const form = { command: '/weir', text, team_id: 'T1', user_id: 'U1', response_url: 'https://hooks.slack.com/r/1' };
  const rawBody = body ?? new URLSearchParams(form).toString();
  const timestamp = String(NOW / 1000 + skew);
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': sign(secret, timestamp, rawBody) };
  return { method: 'POST', path: '/slack', headers, query: {}, rawBody };
}

function textOf({ body }: { body: object }): string {
  return (body as { text?: string }).text ?? '';
}

beforeEach(() => {
  orders = createMemoryOrderStore();
  sent = [];
});

describe('given a request that says it is from Slack', () => {
  it('then Slack’s own published example is recognised', () => {
    const rawBody =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
    const request = { rawBody, timestamp: '1531420618', signature };
    expect(isSignedBySlack(request, ['8f742231b10e8888abcd99yyyzzz85a5'], 1_531_420_618_000)).toBe(true);
  });

  it.each([
    { given: 'signed now', skew: 0, then: true },
    { given: '300 s old', skew: -300, then: true },
    { given: '301 s old', skew: -301, then: false },
    { given: '300 s ahead', skew: 300, then: true },
    { given: '301 s ahead', skew: 301, then: false },
    { given: 'signed with the secret being replaced', skew: 0, secret: 'old-secret', then: true },
    { given: 'signed with a wrong secret', skew: 0, secret: 'wrong', then: false },
    { given: 'signed with an empty secret', skew: 0, secret: '', then: false },
  ])('given it is $given, then accepted is $then', async ({ then, ...options }) => {
    const answer = await setUp().type('help', options);
    expect(answer.status).toBe(then ? 200 : 401);
  });

  it.each([
    { given: 'no signature', change: { 'x-slack-signature': undefined } },
    { given: 'no timestamp', change: { 'x-slack-request-timestamp': undefined } },
    { given: 'a timestamp that is no number', change: { 'x-slack-request-timestamp': '1704067200abc' } },
    { given: 'an empty signature', change: { 'x-slack-signature': '' } },
  ])('given $given, then 401', async ({ change }) => {
    const request = signed('help');
    const answer = await setUp().handler({ ...request, headers: { ...request.headers, ...change } });
    expect(answer.status).toBe(401);
  });

  it('given a body that was encoded anew on the way, then 401', async () => {
    const request = signed('promote my-app --full');
    const answer = await setUp().handler({ ...request, rawBody: request.rawBody.replaceAll('+', '%20') });
    expect(answer.status).toBe(401);
  });

  it('given the same request twice, then the second is refused and nothing is ordered twice', async () => {
    const { handler } = setUp();
    const request = signed('abort my-app');
    expect((await handler(request)).status).toBe(200);
    expect((await handler(request)).status).toBe(401);
    expect(sent).toHaveLength(1);
  });

  it('given a signed body that is no slash command, then 400', async () => {
    expect((await setUp().type('', { body: 'hello=1' })).status).toBe(400);
  });
});

describe('given a slash command', () => {
  it('when it orders, then the order is stored, bound to what the Rollout shows, and acknowledged', async () => {
    const answer = await setUp().type('abort my-app the error rate is high');
    expect(textOf(answer)).toContain('Accepted: abort `local/canary/my-app`');
    const order = await orders.get(sent[0] ?? '');
    expect(order).toMatchObject({
      person: 'slack:T1/U1',
      state: 'accepted',
      order: {
        kind: 'command',
        answerTo: 'https://hooks.slack.com/r/1',
        command: {
          verb: 'abort',
          binding: { uid: 'canary/my-app', podHash: 'bbb', stepIndex: 1 },
          reason: 'the error rate is high',
        },
      },
    });
  });

  it.each([
    {
      given: 'a name that fits two',
      text: 'promote my-app',
      then: 'fits several: local/canary/my-app, local/shop/my-app',
    },
    { given: 'a name that fits none', text: 'promote app', then: 'did you mean: local/canary/my-app' },
    { given: 'no name', text: 'promote', then: 'promote needs the name of a rollout' },
    { given: 'an unknown verb', text: 'destroy my-app', then: '"destroy" is not something Weir can do' },
    { given: 'a flag of another verb', text: 'abort my-app --full', then: 'abort has no flag --full' },
    { given: 'a name with markup', text: 'promote <!channel>', then: 'no rollout "&lt;!channel&gt;"' },
    { given: 'nothing', text: '', then: '`promote NAME' },
  ])('given $given, then the answer helps and nothing is ordered', async ({ text, then }) => {
    const { type } = setUp([aSite('local', [aRollout('canary', 'my-app'), aRollout('shop', 'my-app')])]);
    expect(textOf(await type(text))).toContain(then);
    expect(sent).toEqual([]);
  });

  it.each([
    { text: 'promote canary/my-app', then: 'local/canary/my-app' },
    { text: 'promote local/shop/my-app', then: 'local/shop/my-app' },
  ])('given the name in $text, then it is $then', async ({ text, then }) => {
    const { type } = setUp([aSite('local', [aRollout('canary', 'my-app'), aRollout('shop', 'my-app')])]);
    expect(textOf(await type(text))).toContain(then);
  });

  it('given a cluster that does not answer, then the others are served and the silence is told', async () => {
    const { type } = setUp([aSite('local', [aRollout('canary', 'my-app')]), aSite('far', new Error('no route'))]);
    expect(textOf(await type('list'))).toMatch(/local\/canary\/my-app.*\n\(no answer from far\)/);
  });

  it('given a cluster that is silent, then nobody waits longer than Slack does', async () => {
    const [name, site] = aSite('far', []);
    const silent = { ...site, cluster: { ...site.cluster, list: async () => new Promise<never>(() => undefined) } };
    const { type } = setUp([aSite('local', [aRollout('canary', 'my-app')]), [name, silent]]);
    expect(textOf(await type('list'))).toMatch(/local\/canary\/my-app.*\n\(no answer from far\)/);
  });

  it('given a store that is down, then the asker is told that nothing was done', async () => {
    orders = { ...orders, accept: async () => Promise.reject(new Error('down')) };
    const answer = await setUp().type('abort my-app');
    expect(answer.status).toBe(200);
    expect(textOf(answer)).toContain('Not done');
  });

  it('given a question about the status, then it is answered at once', async () => {
    expect(textOf(await setUp().type('status my-app'))).toContain(
      '`local/canary/my-app` Paused: CanaryPauseStep\nstep 2/2',
    );
  });

  it('given a question about a history that is empty, then it says so', async () => {
    expect(textOf(await setUp().type('history my-app'))).toContain('No release of');
  });

  it.each([
    { text: 'freeze local/canary/* --for 2h the bank is closed', then: 'Accepted: freeze `local/canary/*`' },
    { text: 'freeze my-app the bank is closed', then: 'Accepted: freeze `local/canary/my-app`' },
    { text: 'freeze local the bank is closed', then: 'Accepted: freeze `local/*/*`' },
    { text: 'freeze * the bank is closed', then: 'Accepted: freeze `*/*/*`' },
    { text: 'unfreeze local/shop/gone', then: 'Accepted: unfreeze `local/shop/gone`' },
    { text: 'freeze far/* sale', then: 'no cluster "far"' },
    { text: 'freeze other sale', then: 'no rollout "other"' },
    { text: 'freeze lo*al sale', then: 'a * stands at the end of a part' },
    { text: 'freeze my-app', then: 'freeze needs a reason' },
    { text: 'freezes', then: 'No freeze is there.' },
    { text: 'explain my-app', then: 'No release is recorded' },
    { text: 'pause my-app', then: 'Accepted: pause' },
    { text: 'undo my-app --to-revision 1', then: 'Accepted: undo' },
    { text: 'restart my-app --in 10m', then: 'Accepted: restart' },
  ])('when it is "$text", then the answer is "$then"', async ({ text, then }) => {
    expect(textOf(await setUp().type(text))).toContain(then);
  });
});
