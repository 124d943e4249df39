/** What outsiders send on purpose or by mistake: to Alertmanager's door and to Slack's, as the functions get it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { HttpEvent } from '#shared/lambda.ts';
import { alertmanagerFunction } from '../../../functions/alertmanager/function.ts';
import { slackFunction } from '../../../functions/slack/function.ts';
import { sign } from '../../../functions/slack/signature.ts';
import { aContext } from '../../support/lambda-context.ts';
import { aLog } from '../../support/quiet-log.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NOW = Date.UTC(2026, 0, 1);
const MIB = 1024 * 1024;
const ALERT = { status: 'firing', labels: {}, annotations: {}, startsAt: '2026-01-01T00:00:00Z', fingerprint: 'f' };

let orders = createMemoryOrderStore();
let sent: string[] = [];
const clock = new VirtualClock(NOW);

beforeEach(() => {
  orders = createMemoryOrderStore();
  sent = [];
});

function event(body: string, headers: Record<string, string>, isBase64Encoded = false): HttpEvent {
  return {
    rawPath: '/',
    rawQueryString: '',
    headers,
    isBase64Encoded,
    body,
    requestContext: { http: { method: 'POST' } },
  };
}

async function alertmanager(body: string, headers: Record<string, string> = { authorization: 'Bearer token' }) {
  const sender = { send: async (id: string) => void sent.push(id) };
  const handler = alertmanagerFunction({ clock, orders, sender, log: aLog(), tokens: async () => ['token'] });
  return (await handler(event(body, headers), aContext())).statusCode;
}

describe('given a webhook that is too large or too deep (W-2)', () => {
  it.each([
    { given: '1 MiB and a byte', body: () => 'x'.repeat(MIB + 1), then: 413 },
    { given: '6 MB', body: () => 'x'.repeat(6_000_000), then: 413 },
    { given: '10 MB', body: () => 'x'.repeat(10_000_000), then: 413 },
    { given: 'a label of 1 MB', body: () => payload({ labels: { a: 'x'.repeat(MIB) } }), then: 413 },
    { given: 'JSON of depth 10,000', body: () => '['.repeat(10_000) + ']'.repeat(10_000), then: 400 },
    { given: 'objects of depth 10,000', body: () => '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000), then: 400 },
    {
      given: 'a label that is deep',
      body: () => payload({ labels: { a: JSON.parse('['.repeat(999) + ']'.repeat(999)) } }),
      then: 400,
    },
    { given: 'JSON that ends early', body: () => payload().slice(0, -5), then: 400 },
    { given: 'nothing', body: () => '', then: 400 },
  ])('when it is $given, then $then, and nothing is stored', async ({ body, then }) => {
    expect(await alertmanager(body())).toBe(then);
    expect(sent).toEqual([]);
  });
});

function payload(more: object = {}): string {
  return JSON.stringify({ version: '4', alerts: [{ ...ALERT, ...more }] });
}

describe('given a webhook that is forged (W-3)', () => {
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  it.each([
    { given: 'no header', headers: {} },
    { given: 'an empty token', headers: { authorization: 'Bearer ' } },
    { given: 'the start of the token', headers: { authorization: 'Bearer toke' } },
    { given: 'more than the token', headers: { authorization: 'Bearer token2' } },
    { given: 'another scheme', headers: { authorization: 'Basic token' } },
    { given: 'a JWT of nobody', headers: { authorization: `Bearer ${none}.e30.` } },
    { given: 'the token where it does not belong', headers: { 'x-token': 'token' } },
  ])('when it has $given, then 401, and nothing is stored', async ({ headers }) => {
    expect(await alertmanager(payload(), headers as Record<string, string>)).toBe(401);
    expect(sent).toEqual([]);
  });
});

describe('given a client certificate that API Gateway has checked (W-3)', () => {
  const subject = 'CN=alertmanager,O=shop';
  it.each([
    { given: 'of the subject that is named', clientCert: { subjectDN: subject }, then: 200 },
    { given: 'of another subject', clientCert: { subjectDN: 'CN=other,O=shop' }, then: 403 },
    { given: 'of a subject that begins so', clientCert: { subjectDN: `${subject}2` }, then: 403 },
    { given: 'of nobody: there is none', clientCert: undefined, then: 403 },
  ])('when it is $given, then $then', async ({ clientCert, then }) => {
    const sender = { send: async (id: string) => void sent.push(id) };
    const ports = { clock, orders, sender, log: aLog(), tokens: async () => ['token'], clientCertificates: [subject] };
    const request = event(payload(), { authorization: 'Bearer token' });
    const authentication = clientCert && { clientCert };
    const asked = { ...request, requestContext: { ...request.requestContext, authentication } };
    expect((await alertmanagerFunction(ports)(asked, aContext())).statusCode).toBe(then);
    expect(sent).toHaveLength(then === 200 ? 1 : 0);
  });
});

describe('given somebody who guesses (W-3)', () => {
  it('when there are too many a minute, then 429, said once and not a thousand times; who has the token comes in', async () => {
    const log = aLog();
    const sender = { send: async (id: string) => void sent.push(id) };
    const own = new VirtualClock(NOW);
    const handler = alertmanagerFunction({ clock: own, orders, sender, log, tokens: async () => ['token'] });
    const ask = async (token: string) =>
      (await handler(event(payload(), { authorization: `Bearer ${token}` }), aContext())).statusCode;
    const answers = [];
    for (let guess = 0; guess < 1_000; guess += 1) answers.push(await ask(`guess-${guess}`));
    expect(answers.filter((status) => status === 401)).toHaveLength(30);
    expect(answers.slice(30).every((status) => status === 429)).toBe(true);
    expect(log.said.filter(({ message }) => message.startsWith('Request')).length).toBe(31);
    expect(await ask('token')).toBe(200);
    await own.advance(60_000);
    expect(await ask('guess')).toBe(401);
  });
});

const BODY = new URLSearchParams({ command: '/weir', text: 'help', team_id: 'T1', user_id: 'U1' }).toString();
const SECONDS = NOW / 1000;

interface Sent {
  readonly body?: string;
  readonly signed?: string;
  readonly skew?: number;
  readonly headers?: (timestamp: string, signature: string) => Record<string, string>;
  readonly base64?: boolean;
  readonly teams?: readonly string[];
  readonly appId?: string;
}

function aClick(team: string, app: string): string {
  const payload = { type: 'block_actions', team: { id: team }, user: { id: 'U1' }, api_app_id: app, actions: [] };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function slackAnswering({ teams = [], appId }: Pick<Sent, 'teams' | 'appId'> = {}) {
  const handler = slackFunction({
    teams,
    appId,
    clock,
    wallClock: clock,
    sites: new Map(),
    history: createMemoryRunHistory(),
    orders,
    sender: { send: async (id) => void sent.push(id) },
    seen: createMemoryCursorStore(),
    cursors: createMemoryCursorStore(),
    log: aLog(),
    signingSecrets: async () => ['secret'],
  });
  return async ({ body = BODY, signed = body, skew = 0, headers, base64 = false }: Sent = {}) => {
    const timestamp = String(SECONDS + skew);
    const signature = sign('secret', timestamp, signed);
    const usual = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
    const text = base64 ? Buffer.from(body).toString('base64') : body;
    return (await handler(event(text, headers?.(timestamp, signature) ?? usual, base64), aContext())).statusCode;
  };
}

describe('given a request that says it is from Slack (W-5)', () => {
  it.each<{ given: string; request: Sent; then: number }>([
    { given: 'as it should be', request: {}, then: 200 },
    { given: 'encoded in base64 by the gateway', request: { base64: true }, then: 200 },
    {
      given: 'headers in capitals',
      request: { headers: (t, s) => ({ 'X-Slack-Request-Timestamp': t, 'X-Slack-Signature': s }) },
      then: 200,
    },
    { given: '301 s old', request: { skew: -301 }, then: 401 },
    { given: '301 s ahead', request: { skew: 301 }, then: 401 },
    { given: 'signed over another body', request: { signed: `${BODY}&x=1` }, then: 401 },
    { given: 'encoded anew on the way', request: { body: BODY.replace('%2F', '/'), signed: BODY }, then: 401 },
    {
      given: 'a wrong signature',
      request: { headers: (t) => ({ 'x-slack-request-timestamp': t, 'x-slack-signature': `v0=${'0'.repeat(64)}` }) },
      then: 401,
    },
    {
      given: 'a signature of another version',
      request: { headers: (t, s) => ({ 'x-slack-request-timestamp': t, 'x-slack-signature': s.replace('v0', 'v1') }) },
      then: 401,
    },
    {
      given: 'the signature twice',
      request: { headers: (t, s) => ({ 'x-slack-request-timestamp': t, 'x-slack-signature': `${s},${s}` }) },
      then: 401,
    },
    {
      given: 'the timestamp twice',
      request: { headers: (t, s) => ({ 'x-slack-request-timestamp': `${t},${t}`, 'x-slack-signature': s }) },
      then: 401,
    },
    { given: 'no signature', request: { headers: (t) => ({ 'x-slack-request-timestamp': t }) }, then: 401 },
    { given: 'from a workspace that is named', request: { teams: ['T2', 'T1'] }, then: 200 },
    { given: 'from another workspace', request: { teams: ['T2'] }, then: 403 },
    { given: 'through the app that is named', request: { body: `${BODY}&api_app_id=A1`, appId: 'A1' }, then: 200 },
    { given: 'through another app', request: { body: `${BODY}&api_app_id=A2`, appId: 'A1' }, then: 403 },
    { given: 'through an app that it does not name', request: { appId: 'A1' }, then: 403 },
    { given: 'a click in a workspace that is named', request: { body: aClick('T1', 'A1'), teams: ['T1'] }, then: 200 },
    { given: 'a click in another workspace', request: { body: aClick('T9', 'A1'), teams: ['T1'] }, then: 403 },
    { given: 'a click through another app', request: { body: aClick('T1', 'A9'), appId: 'A1' }, then: 403 },
    { given: 'a click of nowhere', request: { body: 'payload=%7B%7D', teams: ['T1'] }, then: 403 },
    { given: 'a click that is no JSON', request: { body: 'payload=%7B', teams: ['T1'] }, then: 403 },
    { given: 'no timestamp', request: { headers: (_t, s) => ({ 'x-slack-signature': s }) }, then: 401 },
  ])('when it is $given, then $then', async ({ request, then }) => {
    expect(await slackAnswering(request)(request)).toBe(then);
  });

  it('when it comes again within five minutes, then it is refused', async () => {
    const ask = slackAnswering();
    expect([await ask(), await ask(), await ask({ base64: true })]).toEqual([200, 401, 401]);
  });
});
