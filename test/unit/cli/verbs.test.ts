import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Rollout } from '#core/resources/argo.ts';
import type { ChainReport } from '#core/messages/chain-report.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { httpFunction } from '#shared/lambda.ts';
import { aLog } from '../../support/quiet-log.ts';
import { explain } from '../../../cli/explain.ts';
import { freeze } from '../../../cli/freeze.ts';
import { freezes } from '../../../cli/freezes.ts';
import { get } from '../../../cli/get.ts';
import { history } from '../../../cli/history.ts';
import type { Io } from '../../../cli/io.ts';
import { list } from '../../../cli/list.ts';
import { abort } from '../../../cli/abort.ts';
import { pause } from '../../../cli/pause.ts';
import { promote } from '../../../cli/promote.ts';
import { restart } from '../../../cli/restart.ts';
import { retry } from '../../../cli/retry.ts';
import { setImage } from '../../../cli/set.ts';
import { status } from '../../../cli/status.ts';
import { terminate } from '../../../cli/terminate.ts';
import { undo } from '../../../cli/undo.ts';
import { unfreeze } from '../../../cli/unfreeze.ts';
import { startWebServer, type WebServer } from '../../../infra/local/web-server.ts';

function aRollout(phase: string, more: object = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app', namespace: 'canary', uid: 'u1' },
    spec: { replicas: 5, strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } } },
    status: { phase, currentStepIndex: 1, readyReplicas: 5, replicas: 5, ...more },
  };
}

const NAME = { cluster: 'local', namespace: 'canary', name: 'my-app' };
const RELEASE = {
  release: {
    id: 'u1.2.bbb',
    cluster: 'local',
    namespace: 'canary',
    rollout: 'my-app',
    revision: 2,
    podHash: 'bbb',
    strategy: 'canary',
    startedAt: Date.UTC(2024, 0, 1),
    finishedAt: Date.UTC(2024, 0, 1, 0, 9),
    outcome: 'aborted',
    reason: 'Rollout aborted update to revision 2',
    weights: [20, 40],
  },
  transitions: [
    {
      type: 'measured',
      at: 0,
      message: '',
      details: {
        metric: 'success-rate',
        phase: 'Failed',
        value: '[0.8]',
        query: 'sum(x)',
        successCondition: 'result[0] >= 0.95',
      },
    },
    { type: 'metric-completed', at: 0, message: '', details: { metric: 'success-rate', phase: 'Failed' } },
  ],
  orders: [
    {
      receivedAt: Date.UTC(2024, 0, 1, 0, 8),
      person: 'slack:T1/U1',
      state: 'applied',
      verdict: 'aborted',
      order: { command: { verb: 'abort', reason: 'too many errors' } },
    },
  ],
};

let rollout: Rollout;
let orderState: object;
let audited: ChainReport;
let server: WebServer;
let printed: string[];
let errors: string[];
let asked: WebRequest[];

async function api(request: WebRequest): Promise<WebResponse> {
  asked.push(request);
  if (request.headers['authorization'] !== 'Bearer secret')
    return { status: 401, body: { error: 'the bearer token is missing or wrong' } };
  if (request.method === 'POST') return { status: 202, body: { id: 'api:ana/1' } };
  if (request.path === '/api/rollouts')
    return { status: 200, body: { rollouts: [{ name: NAME, rollout }], silent: [] } };
  if (request.path === '/api/orders')
    return {
      status: 200,
      body: { orders: RELEASE.orders.map((order) => ({ ...order, id: 'slack:1', rollout: NAME })) },
    };
  if (request.path.startsWith('/api/orders/')) return { status: 200, body: { id: 'api:ana/1', ...orderState } };
  if (request.path === '/api/audit') return { status: 200, body: { chains: [audited] } };
  if (request.path === '/api/freezes')
    return { status: 200, body: { configured: [{ reason: 'night', from: '22:00', to: '06:00' }], ordered: [] } };
  if (request.path.startsWith('/api/history/')) return { status: 200, body: { releases: [RELEASE] } };
  return { status: 200, body: { now: 0, rollout, replicaSets: [], pods: [], analysisRuns: [] } };
}

beforeEach(async () => {
  rollout = aRollout('Healthy');
  orderState = { state: 'applied', verdict: 'promoted: step 2 → 3' };
  audited = {
    chain: 'local/canary/my-app',
    entries: 2,
    orders: 1,
    older: 0,
    end: { seq: 2, hash: 'ab' },
    problems: [],
  };
  printed = [];
  errors = [];
  asked = [];
  server = await startWebServer({
    api: httpFunction({ name: 'api', handle: api }, { log: aLog(), clock: { now: () => 0 } }),
  });
});
afterEach(() => server.stop());

function io(token = 'secret'): Io {
  return {
    print: (text) => void printed.push(text),
    error: (text) => void errors.push(text),
    paint: (_colour, text) => text,
    isTerminal: false,
    environment: { WEIR_TOKEN: token },
  };
}

const at = (...args: readonly string[]) => [...args, '--server', server.url];

describe('given weir status', () => {
  it.each([
    { given: 'a healthy rollout', phase: 'Healthy', code: 0 },
    { given: 'an aborted one', phase: 'Degraded', code: 2 },
    { given: 'one that is paused until a person acts', phase: 'Paused', code: 3 },
    { given: 'the same with --success-on-pause', phase: 'Paused', code: 0, flags: ['--success-on-pause'] },
    { given: 'one that goes on, looked at once', phase: 'Progressing', code: 0, flags: ['--watch=false'] },
  ])('when it is asked for $given, then it exits $code', async ({ phase, code, flags = [] }) => {
    rollout = aRollout(phase);
    expect(await status.run(at('my-app', ...flags), io())).toBe(code);
    expect(printed).toEqual([phase]);
  });

  it('when the name is unknown, then 7 and what it may have meant', async () => {
    expect(await status.run(at('my-ap'), io())).toBe(7);
    expect(errors.join()).toContain('did you mean: local/canary/my-app');
  });

  it('when nobody answers, then 8', async () => {
    expect(await status.run(['my-app', '--server', 'http://127.0.0.1:1'], io())).toBe(8);
    expect(errors.join()).toContain('no answer from http://127.0.0.1:1/api');
  });

  it('when the token is wrong, then 5', async () => {
    expect(await status.run(at('my-app'), io('guessed'))).toBe(5);
  });

  it.each([['--output', 'xml'], ['--colour'], ['--timeout', 'soon']])(
    'when the flags are wrong (%s), then it is told',
    (...flags) => {
      expect(() => status.run(at('my-app', ...flags), io())).toThrow(/xml|colour|soon/);
    },
  );
});

describe('given words and flags that would go unheard', () => {
  it.each([
    { verb: list, args: ['my-app'], then: '"my-app" is one word too many' },
    { verb: get, args: ['my-app', 'now'], then: '"now" is one word too many' },
    { verb: get, args: ['rollout', 'my-app', 'now'], then: '"now" is one word too many' },
    { verb: status, args: ['my-app', 'now'], then: '"now" is one word too many' },
    { verb: explain, args: ['my-app', 'run-1', 'now'], then: '"now" is one word too many' },
    { verb: freezes, args: ['prod'], then: '"prod" is one word too many' },
    { verb: history, args: ['my-app', 'now'], then: '"now" is one word too many' },
    { verb: history, args: ['my-app', '--limit', 'all'], then: '--limit takes a number from 1 to 100, not "all"' },
    { verb: history, args: ['my-app', '--limit', '0'], then: 'not "0"' },
    { verb: history, args: ['my-app', '--limit', '1e9'], then: 'not "1e9"' },
    { verb: history, args: ['my-app', '--limit=-1'], then: 'not "-1"' },
    { verb: history, args: ['my-app', '--limit='], then: 'not ""' },
  ])('when the arguments are $args, then it is refused', async ({ verb, args, then }) => {
    await expect(async () => verb.run(at(...args), io())).rejects.toThrow(then);
  });
});

describe('given the verbs that order', () => {
  it('when it is applied, then 0 and the sentence', async () => {
    expect(await promote.run(at('my-app', '--full', 'it', 'is', 'urgent'), io())).toBe(0);
    expect(printed).toEqual(['local/canary/my-app: promoted: step 2 → 3']);
    const posted = asked.find(({ method }) => method === 'POST');
    expect(JSON.parse(posted?.rawBody ?? '{}')).toMatchObject({
      words: 'promote local/canary/my-app --full it is urgent',
    });
  });

  it.each([
    { state: 'refused', code: 5 },
    { state: 'stale', code: 6 },
  ])('when it is $state, then $code', async ({ state, code }) => {
    orderState = { state, verdict: 'no' };
    expect(await abort.run(at('canary/my-app'), io())).toBe(code);
  });

  it.each([
    { verb: promote, args: ['my-app', '--skip-all-steps'], words: 'promote local/canary/my-app --skip-all-steps' },
    { verb: undo, args: ['my-app', '--to-revision', '3'], words: 'undo local/canary/my-app --to-revision=3' },
    { verb: restart, args: ['my-app', '--in=10m'], words: 'restart local/canary/my-app --in=10m' },
    { verb: retry, args: ['my-app'], words: 'retry local/canary/my-app' },
    { verb: retry, args: ['rollout', 'my-app'], words: 'retry local/canary/my-app' },
    { verb: retry, args: ['experiment', 'e-1'], words: 'retry experiment e-1' },
    { verb: freeze, args: ['prod/shop/*', '--for', '2h', 'sale'], words: 'freeze prod/shop/* --for=2h sale' },
    { verb: unfreeze, args: ['prod/shop/*'], words: 'unfreeze prod/shop/*' },
    { verb: pause, args: ['my-app', 'lunch'], words: 'pause local/canary/my-app lunch' },
    {
      verb: setImage,
      args: ['image', 'my-app', 'app=repo:v2', '*=x', 'a', 'fix'],
      words: 'set image local/canary/my-app app=repo:v2 *=x a fix',
    },
    { verb: terminate, args: ['analysisrun', '-n', 'shop', 'run-1'], words: 'terminate analysisrun shop/run-1' },
    { verb: terminate, args: ['exp', 'far/shop/e-1', 'why'], words: 'terminate exp far/shop/e-1 why' },
  ])('when it is $words, then these are the words that are sent', async ({ verb, args, words }) => {
    expect(await verb.run(at(...args), io())).toBe(0);
    expect(JSON.parse(asked.find(({ method }) => method === 'POST')?.rawBody ?? '{}')).toMatchObject({ words });
  });

  it('when it is asked for in JSON or YAML, then the answer is the order', async () => {
    await undo.run(at('my-app', '-o', 'json'), io());
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({ id: 'api:ana/1', state: 'applied' });
    await undo.run(at('my-app', '-o', 'yaml'), io());
    expect(printed[1]).toContain('state: applied');
  });

  it.each([
    { verb: terminate, args: ['run-1'], then: 'say which: analysisrun or ar or experiment or exp' },
    { verb: terminate, args: ['analysisrun'], then: 'the name of an object is missing' },
    { verb: setImage, args: ['my-app', 'app=x'], then: 'say which: image' },
    { verb: undo, args: ['my-app', '--to-revision'], then: 'to-revision' },
    { verb: undo, args: ['my-app', '--in', '3s'], then: 'in' },
  ])('when the arguments are $args, then the usage is told', ({ verb, args, then }) => {
    return expect(async () => verb.run(at(...args), io())).rejects.toThrow(then);
  });

  it('when the name is missing, then the usage is told', () => {
    return expect(async () => promote.run(at(), io())).rejects.toThrow('the name of an object is missing');
  });
});

describe('given weir history --orders', () => {
  it.each([
    { args: ['my-app', '--orders'], query: { rollout: 'local/canary/my-app', limit: '50' } },
    { args: ['--orders', '--person', 'slack:T1/U1', '--limit', '7'], query: { person: 'slack:T1/U1', limit: '7' } },
  ])('when it is $args, then these orders are asked for and told', async ({ args, query }) => {
    expect(await history.run(at(...args), io())).toBe(0);
    expect(asked.at(-1)).toMatchObject({ path: '/api/orders', query });
    expect(printed).toEqual([
      '2024-01-01T00:08:00Z slack:T1/U1: aborted (too many errors).\n    abort local/canary/my-app, applied, from slack',
    ]);
  });

  it.each([
    { args: ['my-app', '--person', 'cli:ana'], then: '--person is for --orders' },
    { args: ['my-app', '--orders', '--person', 'cli:ana'], then: '"my-app" is one word too many' },
    { args: ['--orders'], then: 'the name of an object is missing' },
  ])('when it is $args, then the usage is told', async ({ args, then }) => {
    await expect(async () => history.run(at(...args), io())).rejects.toThrow(then);
  });
});

describe('given weir history --verify', () => {
  it.each([
    { args: ['--verify'], query: {} },
    { args: ['my-app', '--verify'], query: { rollout: 'local/canary/my-app' } },
    { args: ['prod/shop/gone', '--verify'], query: { rollout: 'prod/shop/gone' } },
    { args: ['--verify', '--person', 'slack:T1/U1'], query: { person: 'slack:T1/U1' } },
  ])(
    'when it is $args, then these chains are asked for, and told to be as they were stored',
    async ({ args, query }) => {
      expect(await history.run(at(...args), io())).toBe(0);
      expect(asked.at(-1)).toMatchObject({ path: '/api/audit', query });
      expect(asked.at(-1)?.query).toEqual(query);
      expect(printed).toEqual(['local/canary/my-app: 1 orders in 2 entries: as they were stored; ends at 2 ab']);
    },
  );

  it('when an order was edited, then it is told which one, and the exit code says so', async () => {
    audited = { ...audited, problems: ['order slack:1\u001b[2J was removed'] };
    expect(await history.run(at('my-app', '--verify'), io())).toBe(2);
    expect(printed).toEqual([
      'local/canary/my-app: 1 orders in 2 entries: 1 problems; ends at 2 ab\n    order slack:1 [2J was removed',
    ]);
  });
});

describe('given weir explain and freezes', () => {
  it('when a release is explained, then the query, the values and the rule that decided are told', async () => {
    expect(await explain.run(at('my-app'), io())).toBe(0);
    expect(printed.join('\n')).toContain(
      'query:  sum(x)\n    values: [0.8] Failed\n    rule:   success when result[0] >= 0.95',
    );
    expect(await explain.run(at('my-app', 'other', '-o', 'json'), io())).toBe(0);
    expect(JSON.parse(printed[1] ?? '')).toEqual({ explanation: [expect.stringContaining('No analysis run "other"')] });
  });

  it('when freezes are listed, then those of the configuration are too', async () => {
    expect(await freezes.run(at(), io())).toBe(0);
    expect(printed).toEqual(['* from 22:00 to 06:00: night (weir.yaml)']);
  });
});

describe('given weir list, get and history', () => {
  it('when listed, then a line per rollout', async () => {
    await list.run(at(), io());
    expect(printed.join('\n')).toBe(
      'NAME                 STRATEGY  STATUS     STEP  READY  DESIRED\nlocal/canary/my-app  Canary    ✔ Healthy  1/2   5/5    5',
    );
  });

  it('when got as json or yaml, then it is the Rollout', async () => {
    await get.run(at('my-app', '-o', 'json'), io());
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({ kind: 'Rollout' });
    await get.run(at('my-app', '-o', 'yaml'), io());
    expect(printed[1]).toContain('kind: Rollout');
  });

  it('when the history is asked for, then each release is told with its evidence and who aborted it', async () => {
    await history.run(at('my-app'), io());
    expect(printed[0]).toBe(
      [
        'Revision 2 (bbb) of canary/my-app, canary, started 2024-01-01T00:00:00Z.',
        '  It reached 20 → 40 %.',
        '  success-rate was measured once: 1 failed; last value [0.8].',
        '  2024-01-01T00:08:00Z slack:T1/U1: aborted (too many errors).',
        '  It was aborted after 540 s: Rollout aborted update to revision 2, by slack:T1/U1 (too many errors).',
        '    query:  sum(x)',
        '    values: [0.8] Failed',
        '    rule:   success when result[0] >= 0.95',
      ].join('\n'),
    );
  });
});
