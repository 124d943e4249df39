/**
 * Stands in for Slack's web API: chat.postMessage, chat.update, chat.delete, conversations.history and .replies, with Slack's limits
 * and errors. What it cannot do: users, real channels, rate limits by itself (`fails` makes any answer).
 */
import type { WebRequest, WebResponse } from '#shared/web-request.ts';

/** https://docs.slack.dev/reference/block-kit/blocks; the undocumented limit of all blocks together. */
const MOST_BLOCKS = 50;
const LONGEST_SECTION = 3_000;
const LONGEST_HEADER = 150;
const LONGEST_MESSAGE = 13_200;

export interface SlackPost {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | undefined;
  text: string;
  blocks: readonly unknown[];
  readonly mark: string | undefined;
  edits: number;
}

export interface SlackWebApi {
  readonly posts: readonly SlackPost[];
  /** What the next calls get instead of being done; `done` ones are done all the same, and the answer is lost. */
  readonly fails: { status: number; error?: string; retryAfter?: number; done?: boolean }[];
  readonly archived: Set<string>;
  handle(request: WebRequest): Promise<WebResponse>;
}

export function createSlackWebApi(now: () => number): SlackWebApi {
  const posts: SlackPost[] = [];
  const fails: SlackWebApi['fails'] = [];
  const archived = new Set<string>();
  let numbered = 0;
  return { posts, fails, archived, handle };

  async function handle(request: WebRequest): Promise<WebResponse> {
    const failure = fails.shift();
    if (failure !== undefined && failure.done !== true)
      return answer(failure.status, { ok: false, error: failure.error });
    const body = done(request.path.split('/').at(-1) ?? '', parametersOf(request));
    return failure === undefined ? answer(200, body) : answer(failure.status, { ok: false, error: failure.error });
  }

  function done(method: string, given: Record<string, unknown>): object {
    switch (method) {
      case 'chat.postMessage':
        return post(given);
      case 'chat.update':
        return update(given);
      case 'chat.delete':
        return remove(given);
      case 'conversations.history':
        return { ok: true, messages: posts.filter(({ thread }) => thread === undefined).map(asMessage) };
      case 'conversations.replies':
        return {
          ok: true,
          messages: posts.filter(({ thread, ts }) => [thread, ts].includes(String(given['ts']))).map(asMessage),
        };
      default:
        return { ok: false, error: 'unknown_method' };
    }
  }

  function post(given: Record<string, unknown>): object {
    const channel = String(given['channel']);
    const problem = archived.has(channel) ? 'is_archived' : problemOf(given);
    if (problem !== undefined) return { ok: false, error: problem };
    const metadata = given['metadata'] as { event_payload?: { mark?: string } } | undefined;
    const ts = `${Math.floor(now() / 1000)}.${String(numbered++).padStart(6, '0')}`;
    const thread = given['thread_ts'] as string | undefined;
    const mark = metadata?.event_payload?.mark;
    const blocks = given['blocks'] as unknown[];
    posts.push({ channel, ts, thread, text: String(given['text']), blocks, mark, edits: 0 });
    return { ok: true, channel, ts };
  }

  function remove(given: Record<string, unknown>): object {
    const known = postAt(given, posts);
    if (known === undefined) return { ok: false, error: 'message_not_found' };
    posts.splice(posts.indexOf(known), 1);
    return { ok: true, channel: known.channel, ts: known.ts };
  }

  function update(given: Record<string, unknown>): object {
    const known = postAt(given, posts);
    if (known === undefined) return { ok: false, error: 'message_not_found' };
    const problem = problemOf(given);
    if (problem !== undefined) return { ok: false, error: problem };
    Object.assign(known, { text: given['text'], blocks: given['blocks'], edits: known.edits + 1 });
    return { ok: true, channel: known.channel, ts: known.ts };
  }
}

function postAt(given: Record<string, unknown>, posts: readonly SlackPost[]): SlackPost | undefined {
  return posts.find(({ ts, channel }) => ts === given['ts'] && channel === given['channel']);
}

function parametersOf({ rawBody, query }: WebRequest): Record<string, unknown> {
  return rawBody === '' ? query : (JSON.parse(rawBody) as Record<string, unknown>);
}

function asMessage({ ts, text, mark }: SlackPost): object {
  return { ts, text, ...(mark !== undefined && { metadata: { event_type: 'weir_message', event_payload: { mark } } }) };
}

function problemOf({ text, blocks }: Record<string, unknown>): string | undefined {
  if (typeof text !== 'string' || text === '') return 'no_text';
  const all = blocks as readonly { type: string; text?: { text: string } }[];
  if (all.length > MOST_BLOCKS || all.some(isTooLong)) return 'invalid_blocks';
  return JSON.stringify(all).length > LONGEST_MESSAGE ? 'msg_blocks_too_long' : undefined;
}

function isTooLong({ type, text }: { type: string; text?: { text: string } }): boolean {
  return (text?.text.length ?? 0) > (type === 'header' ? LONGEST_HEADER : LONGEST_SECTION);
}

function answer(status: number, body: object): WebResponse {
  return { status, body };
}
