/**
 * `/weir …`: verified, understood, bound to what the Rollout shows now, stored, acknowledged. The order is applied by
 * functions/orders, which answers through the response_url. Slack shows its user any 200 at once; it repeats nothing.
 */
import { fullName } from '#core/commands/resolve-name.ts';
import { HELP, parseWords } from '#core/commands/parse.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '#core/errors.ts';
import { SECOND } from '#core/time.ts';
import { codeSpan, escapeSlack } from '#core/messages/slack-text.ts';
import { findRollouts } from '#shared/controllers/find-rollouts.ts';
import {
  placeOrder,
  storeCommand,
  type Asker,
  type Ordered,
  type OrderPorts,
} from '#shared/controllers/place-order.ts';
import type { Clock, CursorStore } from '#shared/ports.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { parseClick, type Click } from './interaction.ts';
import { answerQuestion, type QuestionPorts } from './questions.ts';
import { parseSlashCommand, type SlashCommand } from './schema.ts';
import { isSignedBySlack } from './signature.ts';

/** Slack shows an error when it is not answered within three seconds. */
const PATIENCE = 2 * SECOND;

export interface SlackPorts extends OrderPorts, QuestionPorts {
  /** The time that Slack signs with; in the local stack the other clock runs faster. */
  readonly wallClock: Clock;
  /** Remembers signatures: the same request twice is a replay. */
  readonly seen: CursorStore;
  /** Ends the wait for clusters; after two seconds by default. */
  readonly patience?: () => Promise<unknown>;
  /** The valid signing secrets, one or two. */
  signingSecrets(): Promise<readonly string[]>;
}

export function createSlackHandler(ports: SlackPorts) {
  return async function slashCommand(request: WebRequest): Promise<WebResponse> {
    try {
      const refusal = await refuse(request);
      if (refusal !== undefined) return refusal;
      const click = parseClick(request.rawBody);
      if (click !== undefined) return await clicked(click, request);
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
    if (!isSignedBySlack(signed, await ports.signingSecrets(), ports.wallClock.now())) {
      ports.log.info('Slash command refused', { reason: 'signature' });
      return { status: 401, body: { error: 'the signature is missing, wrong or too old' } };
    }
    if (await ports.seen.set(`slack/${signature}`, 'seen', undefined)) return undefined;
    return { status: 401, body: { error: 'this request was received before' } };
  }

  /** Slack wants an empty 200; what became of it follows, to the one who clicked, and on the card. */
  async function clicked(click: Click | 'other', request: WebRequest): Promise<WebResponse> {
    if (click === 'other') return { status: 200, body: {} };
    await storeCommand(click.command, clickerOf(click, request), ports);
    return { status: 200, body: {} };
  }

  async function answer(command: SlashCommand, request: WebRequest): Promise<string> {
    const asked = parseWords(command.text);
    if (asked.kind === 'help') return asked.problem === undefined ? HELP : `${escapeSlack(asked.problem)}.\n${HELP}`;
    const patience = ports.patience?.() ?? sleep(PATIENCE, undefined, { ref: false });
    if (asked.kind === 'order') return order(asked, askerOf(command, request), patience);
    const overview = await findRollouts(ports.sites, ports.log, patience);
    const text = await answerQuestion(asked, overview.found, ports);
    return overview.silent.length === 0 ? text : `${text}\n(no answer from ${escapeSlack(overview.silent.join(', '))})`;
  }

  async function order(asked: Ordered, asker: Asker, patience: Promise<unknown>): Promise<string> {
    const result = await placeOrder(asked, asker, ports, patience);
    if ('problem' in result) return escapeSlack(`Not done: ${result.problem}`);
    return `Accepted: ${asked.verb} ${codeSpan(fullName(result.placed))}. What became of it follows here.`;
  }
}

/** The signature is unique to the request: a delivery that comes twice is one order. */
function askerOf({ team_id, user_id, channel_id, response_url }: SlashCommand, { headers }: WebRequest): Asker {
  return {
    orderId: `slack:${headers['x-slack-signature'] ?? ''}`,
    actor: { id: `slack:${team_id}/${user_id}`, name: `@${user_id}`, kind: 'person', channel: channel_id },
    ...(response_url === undefined ? {} : { answerTo: response_url }),
  };
}

function clickerOf({ teamId, userId, channelId, responseUrl }: Click, { headers }: WebRequest): Asker {
  return {
    orderId: `slack:${headers['x-slack-signature'] ?? ''}`,
    actor: { id: `slack:${teamId}/${userId}`, name: `@${userId}`, kind: 'person', channel: channelId },
    ...(responseUrl === undefined ? {} : { answerTo: responseUrl }),
  };
}

function say(text: string): WebResponse {
  return { status: 200, body: { response_type: 'ephemeral', text } };
}
