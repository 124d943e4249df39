/** Tells a Slack channel of transitions: one message each. */
import { escapeSlack, shortened } from '#core/messages/slack-text.ts';
import { messageOf, TransientError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { Announcer, ReleaseEvent } from '../ports.ts';

const POST_MESSAGE = 'https://slack.com/api/chat.postMessage';
const TIMEOUT: Millis = 10 * SECOND;

export interface SlackAnnouncerOptions {
  /** Without one nothing is announced. */
  readonly channel: string | undefined;
  /** The bot's, with chat:write. */
  readonly token: () => Promise<string>;
  readonly fetch?: typeof fetch;
}

/** Errors: TransientError when Slack did not take the message, with what it said. */
export function createSlackAnnouncer({ channel, token, fetch: ask = fetch }: SlackAnnouncerOptions): Announcer {
  return {
    async announce(event) {
      if (channel === undefined) return;
      const text = shortened(escapeSlack(textOf(event)));
      const body = JSON.stringify({ channel, text, unfurl_links: false, unfurl_media: false });
      const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json; charset=utf-8' };
      await post({ method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT) }, ask);
    },
  };
}

function textOf({ key, transition }: ReleaseEvent): string {
  return `${key.cluster}/${key.namespace}/${key.name}: ${transition.message}`;
}

async function post(init: RequestInit, ask: typeof fetch): Promise<void> {
  const { status, ok, error } = await answerTo(init, ask);
  if (!ok) throw new TransientError(`Slack did not take a message: ${error ?? `it answered ${status}`}`);
}

async function answerTo(init: RequestInit, ask: typeof fetch) {
  try {
    const answer = await ask(POST_MESSAGE, init);
    const body = (await answer.json().catch(() => ({}))) as { readonly ok?: boolean; readonly error?: string };
    return { status: answer.status, ok: answer.ok && body.ok === true, error: body.error };
  } catch (error) {
    return { status: 0, ok: false, error: messageOf(error) };
  }
}
