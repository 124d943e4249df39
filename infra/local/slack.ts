/**
 * Stands in for Slack: signs slash commands as Slack does, and takes answers on response_urls with Slack's limits (30
 * minutes, five posts, JSON with a text or at most 50 blocks). What it cannot do: users, channels, chat.postMessage.
 */
import { createHmac } from 'node:crypto';
import { MINUTE, SECOND, type Instant } from '#core/time.ts';
import { httpFunction } from '#shared/lambda.ts';
import { createLogger } from '#shared/logger.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { startWebServer } from './web-server.ts';

const RESPONSE_LIFE = 30 * MINUTE;
const POSTS = 5;
const LONGEST_TEXT = 40_000;
const BLOCKS = 50;

export interface SlackStandIn {
  readonly host: string;
  /** Types a slash command into the workspace. @returns what Slack shows at once */
  type(address: string, text: string): Promise<string>;
  /** What came through response_urls, oldest first. */
  readonly answers: readonly string[];
  stop(): Promise<void>;
}

export async function startSlack(signingSecret: string): Promise<SlackStandIn> {
  const answers: string[] = [];
  const responses = new Map<string, { readonly madeAt: Instant; posts: number }>();
  const handle = async (request: WebRequest) => takeAnswer(request, responses, answers);
  const edge = { log: createLogger({ service: 'slack-stand-in', level: 'error' }), clock: { now: Date.now } };
  const server = await startWebServer({ commands: httpFunction({ name: 'slack-stand-in', handle }, edge) });
  let typed = 0;
  return {
    host: new URL(server.url).host,
    answers,
    async type(address, text) {
      typed += 1;
      const path = `/commands/${typed}`;
      responses.set(path, { madeAt: Date.now(), posts: 0 });
      return postCommand(address, text, `${server.url}${path}`, signingSecret);
    },
    stop: () => server.stop(),
  };
}

async function postCommand(address: string, text: string, responseUrl: string, secret: string): Promise<string> {
  const form = { command: '/weir', text, team_id: 'T0LOCAL', user_id: 'U0ANA', channel_id: 'C0RELEASES' };
  const body = new URLSearchParams({ ...form, response_url: responseUrl }).toString();
  const timestamp = String(Math.floor(Date.now() / SECOND));
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signature,
  };
  const answer = await fetch(address, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`the slash command was answered ${answer.status}`);
  return ((await answer.json()) as { text?: string }).text ?? '';
}

async function takeAnswer(
  { path, rawBody, method }: WebRequest,
  responses: ReadonlyMap<string, { readonly madeAt: Instant; posts: number }>,
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
