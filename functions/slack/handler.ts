/**
 * `/weir …`: verified, understood, bound to what the Rollout shows now, stored, acknowledged. The order is applied by
 * functions/orders, which answers through the response_url. Slack shows its user any 200 at once; it repeats nothing.
 */
import { HELP, parseWords } from '#core/commands/parse.ts';
import { messageOf } from '#core/errors.ts';
import { escapeSlack } from '#core/messages/slack-text.ts';
import type { CursorStore, Log, RunHistory, Site } from '#shared/ports.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { placeOrder, type OrderPorts } from './place-order.ts';
import { answerQuestion } from './questions.ts';
import { findRollouts } from './rollouts.ts';
import { parseSlashCommand, type SlashCommand } from './schema.ts';
import { isSignedBySlack } from './signature.ts';

export interface SlackPorts extends OrderPorts {
  readonly sites: ReadonlyMap<string, Site>;
  readonly history: RunHistory;
  /** Remembers signatures: the same request twice is a replay. */
  readonly seen: CursorStore;
  readonly log: Log;
  /** The valid signing secrets, one or two. */
  signingSecrets(): Promise<readonly string[]>;
}

export function createSlackHandler(ports: SlackPorts) {
  return async function slashCommand(request: WebRequest): Promise<WebResponse> {
    try {
      const refusal = await refuse(request);
      if (refusal !== undefined) return refusal;
      const command = parseSlashCommand(request.rawBody);
      if (command === undefined) return { status: 400, body: { error: 'not a slash command' } };
      return say(await answer(command, request));
    } catch (error) {
      ports.log.warn('Slash command not done', { error: messageOf(error) });
      return say('Not done: Weir could not store it. Please try again.');
    }
  };

  async function refuse({ headers, rawBody }: WebRequest): Promise<WebResponse | undefined> {
    const signature = headers['x-slack-signature'];
    const timestamp = headers['x-slack-request-timestamp'];
    const signed = { rawBody, timestamp, signature };
    if (!isSignedBySlack(signed, await ports.signingSecrets(), ports.clock.now())) {
      ports.log.info('Slash command refused', { reason: 'signature' });
      return { status: 401, body: { error: 'the signature is missing, wrong or too old' } };
    }
    if (await ports.seen.set(`slack/${signature}`, 'seen', undefined)) return undefined;
    return { status: 401, body: { error: 'this request was received before' } };
  }

  async function answer(command: SlashCommand, request: WebRequest): Promise<string> {
    const asked = parseWords(command.text);
    if (asked.kind === 'help') return asked.problem === undefined ? HELP : `${escapeSlack(asked.problem)}.\n${HELP}`;
    const overview = await findRollouts(ports.sites, ports.log);
    if (asked.kind === 'order') return placeOrder(asked, command, overview, request, ports);
    const text = await answerQuestion(asked, overview.found, ports.history);
    return overview.silent.length === 0 ? text : `${text}\n(no answer from ${escapeSlack(overview.silent.join(', '))})`;
  }
}

function say(text: string): WebResponse {
  return { status: 200, body: { response_type: 'ephemeral', text } };
}
