/**
 * Stands in for a Slack workspace: signs slash commands and clicks as Slack does, takes answers on response_urls with Slack's
 * limits (30 minutes, five posts, JSON with a text or at most 50 blocks), is the web API for cards, and shows the channel as a
 * page. What it cannot do: users, other channels.
 */
import { createHmac } from 'node:crypto';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { MINUTE, SECOND, type Instant } from '#core/time.ts';
import { httpFunction, lambdaFunction, type HttpEvent } from '#shared/lambda.ts';
import { createLogger } from '#shared/logger.ts';
import type { Clock } from '#shared/ports.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { slackPage } from './slack-page.ts';
import { createSlackWebApi, type SlackPost } from './slack-web-api.ts';
import { startWebServer } from './web-server.ts';

const RESPONSE_LIFE = 30 * MINUTE;
const POSTS = 5;
const LONGEST_TEXT = 40_000;
const BLOCKS = 50;
const TEAM = 'T0LOCAL';
const PERSON = 'U0ANA';
const CHANNEL = 'C0RELEASES';

type Responses = Map<string, { readonly madeAt: Instant; posts: number }>;
type Page = APIGatewayProxyStructuredResultV2;

export interface SlackStandIn {
  readonly host: string;
  /** Of the web API. */
  readonly api: string;
  /** Where a browser sees the channel. */
  readonly page: string;
  readonly posts: readonly SlackPost[];
  /** Where the app's requests go: slash commands and clicks. */
  connect(address: string): void;
  /** Types a slash command into the workspace. @returns what Slack shows at once */
  type(text: string): Promise<string>;
  /** What came through response_urls, oldest first. */
  readonly answers: readonly string[];
  stop(): Promise<void>;
}

/** @param clock that of the stack: cards say when */
export async function startSlack(signingSecret: string, clock: Clock): Promise<SlackStandIn> {
  const answers: string[] = [];
  const responses: Responses = new Map();
  const edge = { log: createLogger({ service: 'slack-stand-in', level: 'error' }), clock: { now: Date.now } };
  const web = createSlackWebApi(() => clock.now());
  let app = '';
  const serving = (handle: (request: WebRequest) => Promise<WebResponse>) =>
    httpFunction({ name: 'slack-stand-in', handle }, edge);
  const showing = (handle: (event: HttpEvent) => Promise<Page>) =>
    lambdaFunction({ name: 'slack-stand-in', handle }, edge);
  const server = await startWebServer({
    commands: serving(async (request) => takeAnswer(request, responses, answers)),
    api: serving((request) => web.handle(request)),
    releases: showing(async () => page(200, slackPage(web.posts))),
    click: showing((event) => click(event, send)),
  });
  async function send(form: Readonly<Record<string, string>>, asPayload: boolean): Promise<Response> {
    const path = `/commands/${responses.size + 1}`;
    responses.set(path, { madeAt: Date.now(), posts: 0 });
    const url = { response_url: `${server.url}${path}` };
    const all = asPayload
      ? { payload: JSON.stringify({ ...JSON.parse(form['payload'] ?? ''), ...url }) }
      : { ...form, ...url };
    return postSigned(app, new URLSearchParams(all).toString(), signingSecret);
  }
  return {
    host: new URL(server.url).host,
    api: `${server.url}/api`,
    page: `${server.url}/releases`,
    posts: web.posts,
    answers,
    connect: (address) => void (app = address),
    async type(text) {
      const form = { command: '/weir', text, team_id: TEAM, user_id: PERSON, channel_id: CHANNEL };
      return ((await (await send(form, false)).json()) as { text?: string }).text ?? '';
    },
    stop: () => server.stop(),
  };
}

/** A button of the page: what Slack sends for one of a card. */
async function click(
  { body = '', isBase64Encoded, headers }: HttpEvent,
  send: (form: Readonly<Record<string, string>>, asPayload: boolean) => Promise<Response>,
): Promise<Page> {
  // Other pages of the browser may not click here.
  if (!['same-origin', undefined].includes(headers['sec-fetch-site'])) return page(403, 'click on the page itself');
  const form = new URLSearchParams(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body);
  const action = { action_id: form.get('action') ?? '', value: form.get('value') ?? '' };
  const who = { team: { id: TEAM }, user: { id: PERSON }, channel: { id: CHANNEL } };
  await send({ payload: JSON.stringify({ type: 'block_actions', ...who, actions: [action] }) }, true);
  return { ...page(303, ''), headers: { location: '/releases' } };
}

function page(statusCode: number, body: string): Page {
  return { statusCode, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }, body };
}

async function postSigned(address: string, body: string, secret: string): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / SECOND));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
  };
  const answer = await fetch(address, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`Weir answered Slack's request with ${answer.status}`);
  return answer;
}

async function takeAnswer(
  { path, rawBody, method }: WebRequest,
  responses: Responses,
  answers: string[],
): Promise<WebResponse> {
  const response = responses.get(path);
  if (response === undefined || method !== 'POST') return refused(404, 'no_such_url');
  if (Date.now() - response.madeAt > RESPONSE_LIFE) return refused(404, 'expired_url');
  if (response.posts >= POSTS) return refused(404, 'used_url');
  const problem = problemOf(rawBody);
  if (problem !== undefined) return refused(400, problem);
  response.posts += 1;
  answers.push((JSON.parse(rawBody) as { text?: string }).text ?? '');
  return { status: 200, body: { ok: true } };
}

function problemOf(rawBody: string): string | undefined {
  let message: { text?: unknown; blocks?: unknown };
  try {
    message = JSON.parse(rawBody) as typeof message;
  } catch {
    return 'invalid_payload';
  }
  if (Array.isArray(message.blocks)) return message.blocks.length > BLOCKS ? 'invalid_blocks' : undefined;
  if (typeof message.text !== 'string' || message.text === '') return 'no_text';
  return message.text.length > LONGEST_TEXT ? 'msg_too_long' : undefined;
}

function refused(status: number, error: string): WebResponse {
  return { status, body: { ok: false, error } };
}
