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
import { createLoadGauge } from '#shared/controllers/load.ts';
import { placeOrder, type Asker, type Ordered, type OrderPorts } from '#shared/controllers/place-order.ts';
import { createRefusals } from '#shared/refusals.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { orderClicked, type Teller } from './clicks.ts';
import { parseClick, type Click } from './interaction.ts';
import { answerQuestion, type QuestionPorts } from './questions.ts';
import { parseSlashCommand, type SlashCommand } from './schema.ts';
import { isReplayed, REPLAYED, strangerBecause, type SlackDoor } from './door.ts';

/** Slack shows an error when it is not answered within three seconds. */
const PATIENCE = 2 * SECOND;

export interface SlackPorts extends Omit<OrderPorts, 'load'>, QuestionPorts, SlackDoor, Teller {
  /** Ends the wait for clusters; after two seconds by default. */
  readonly patience?: () => Promise<unknown>;
}

export function createSlackHandler(ports: SlackPorts) {
  const refuse = createRefusals('slack', { clock: ports.wallClock, log: ports.log });
  const placing: OrderPorts = { ...ports, load: createLoadGauge(ports) };

  return async function slashCommand(request: WebRequest): Promise<WebResponse> {
    try {
      const stranger = await strangerBecause(request, ports);
      if (stranger !== undefined) return refuse(stranger.status, stranger.error);
      const click = parseClick(request.rawBody);
      if (click !== undefined) return await clicked(click, request);
      if (await isReplayed(request, ports)) return refuse(REPLAYED.status, REPLAYED.error);
      const command = parseSlashCommand(request.rawBody);
      if (command === undefined) return { status: 400, body: { error: 'not a slash command' } };
      return say(await answer(command, request));
    } catch (error) {
      ports.log.warn('Slash command not done', { error: messageOf(error) });
      return say('Not done: Weir could not store it. Please try again.');
    }
  };

  /** Slack wants an empty 200; what became of it follows, to the one who clicked, and on the card. */
  async function clicked(click: Click | 'other', request: WebRequest): Promise<WebResponse> {
    if (click === 'other') return { status: 200, body: {} };
    const outcome = await orderClicked(click, request, { ...ports, ...placing });
    return outcome === 'replayed' ? refuse(REPLAYED.status, REPLAYED.error) : { status: 200, body: {} };
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
    const result = await placeOrder(asked, asker, placing, patience);
    if ('busy' in result) return `Not done: ${result.busy}.`;
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

function say(text: string): WebResponse {
  return { status: 200, body: { response_type: 'ephemeral', text } };
}
