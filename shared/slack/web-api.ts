/** Slack's web API, as far as cards need it. */
import { messageOf, TransientError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { Log } from '../ports.ts';
import type { Chat, Place, Posted } from './chat.ts';

const SLACK = 'https://slack.com/api';
const TIMEOUT: Millis = 10 * SECOND;
/** Every message of Weir's carries one, of this type. */
const EVENT_TYPE = 'weir_message';

/** https://docs.slack.dev/reference/methods/chat.postMessage#errors: a shorter message may be taken. */
const REFUSED = [
  'msg_blocks_too_long',
  'msg_too_long',
  'invalid_blocks',
  'invalid_blocks_format',
  'too_many_attachments',
];
/** Nothing that waits helps: a person must mend the channel or the invitation. */
const CLOSED = [
  'channel_not_found',
  'is_archived',
  'not_in_channel',
  'restricted_action',
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'cant_delete_message',
  'compliance_exports_prevent_deletion',
];

/** The bot lacks a scope: it is asked for once more where Weir is installed, not by the next try. */
const MAY_NOT_LOOK = ['missing_scope', 'no_permission'];

export interface WebApiOptions {
  /** The bot's: chat:write, and channels:history (groups:history) to look for what it may have posted. */
  readonly token: () => Promise<string>;
  readonly log: Pick<Log, 'warn'>;
  readonly address?: string;
  readonly fetch?: typeof fetch;
}

interface Answer {
  readonly ok?: boolean;
  readonly error?: string;
  readonly channel?: string;
  readonly ts?: string;
  readonly messages?: readonly {
    readonly ts?: string;
    readonly metadata?: { readonly event_payload?: { mark?: string } };
  }[];
}

export function createSlackWebApi({ token, log, address = SLACK, fetch: ask = fetch }: WebApiOptions): Chat {
  let isToldBlind = false;
  return {
    async post({ channel, message, thread, mark }) {
      const metadata = { event_type: EVENT_TYPE, event_payload: { mark } };
      const place = thread === undefined ? {} : { thread_ts: thread };
      const quiet = { unfurl_links: false, unfurl_media: false };
      return posted(await call('chat.postMessage', { channel, ...message, ...place, metadata, ...quiet }));
    },
    async update({ channel, ts }, message) {
      return posted(await call('chat.update', { channel, ts, ...message }));
    },
    async remove({ channel, ts }) {
      await call('chat.delete', { channel, ts });
    },
    async find(channel, mark, since, thread) {
      const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
      const oldest = String(since / SECOND);
      const query = { channel, oldest, limit: '200', include_all_metadata: 'true', ...(thread && { ts: thread }) };
      const answer = await call(`${method}?${new URLSearchParams(query).toString()}`, undefined, MAY_NOT_LOOK);
      if (MAY_NOT_LOOK.includes(answer.error ?? '')) tellBlind(channel, answer.error);
      return found(answer, channel, mark);
    },
  };

  /** Once: without it all goes on, but for a message that a crash may leave twice. */
  function tellBlind(channel: string, error: string | undefined): void {
    if (isToldBlind) return;
    isToldBlind = true;
    log.warn('Slack does not let Weir look for what it has posted: give the bot channels:history (groups:history)', {
      channel,
      error,
    });
  }

  /** @throws TransientError */
  async function call(method: string, body?: object, accepted: readonly string[] = []): Promise<Answer> {
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json; charset=utf-8' };
    const init = { method: body === undefined ? 'GET' : 'POST', headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await sent(`${address}/${method}`, init, ask);
    if (answer.ok === true || isFinal(answer.error) || accepted.includes(answer.error ?? '')) return answer;
    throw new TransientError(
      `Slack did not do ${method.split('?')[0]}: ${answer.error ?? 'no answer that is understood'}`,
    );
  }
}

async function sent(url: string, init: RequestInit, ask: typeof fetch): Promise<Answer> {
  try {
    const response = await ask(url, { ...init, signal: AbortSignal.timeout(TIMEOUT) });
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    if (response.status === 429)
      throw new TransientError('Slack asks for patience', { retryAfter: (seconds || 1) * SECOND });
    return (await response.json().catch(() => ({ error: `it answered ${response.status}` }))) as Answer;
  } catch (error) {
    if (error instanceof TransientError) throw error;
    throw new TransientError(`Slack does not answer: ${messageOf(error)}`, { cause: error });
  }
}

function isFinal(error: string | undefined): boolean {
  return error !== undefined && (REFUSED.includes(error) || CLOSED.includes(error));
}

/** @throws TransientError for an answer without a place */
function posted({ ok, error = '', channel, ts }: Answer): Posted {
  if (ok !== true) return { state: REFUSED.includes(error) ? 'refused' : 'closed', error };
  if (channel === undefined || ts === undefined) throw new TransientError('Slack did not say where the message stands');
  return { state: 'posted', channel, ts };
}

/** Where Weir may not look, it cannot know; a second message is better than none. */
function found({ messages = [] }: Answer, channel: string, mark: string): Place | undefined {
  const ts = messages.find(({ metadata }) => metadata?.event_payload?.mark === mark)?.ts;
  return ts === undefined ? undefined : { channel, ts };
}
