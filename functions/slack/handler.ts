/**
 * `/weir …`: verified, understood, bound to what the Rollout shows now, stored, acknowledged. The order is applied by
 * functions/orders, which answers through the response_url. Slack shows its user any 200 at once; it repeats nothing.
 */
import type { Asked } from '#core/commands/parse.ts';
import { HELP, parseWords } from '#core/commands/parse.ts';
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import { fullName, resolveName } from '#core/commands/resolve-name.ts';
import { messageOf } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import { codeSpan, escapeSlack } from '#core/messages/slack-text.ts';
import type { Clock, CursorStore, Log, OrderSender, OrderStore, RunHistory, Site, StoredOrder } from '#shared/ports.ts';
import type { WebRequest, WebResponse } from '#shared/web-request.ts';
import { answerQuestion } from './questions.ts';
import { findRollouts, type Overview } from './rollouts.ts';
import { parseSlashCommand, type SlashCommand } from './schema.ts';
import { isSignedBySlack } from './signature.ts';

export interface SlackPorts {
  readonly clock: Clock;
  readonly sites: ReadonlyMap<string, Site>;
  readonly history: RunHistory;
  readonly orders: OrderStore;
  readonly sender: OrderSender;
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
    if (asked.kind === 'order') return order(asked, command, overview, request);
    const text = await answerQuestion(asked, overview.found, ports.history);
    return overview.silent.length === 0 ? text : `${text}\n(no answer from ${escapeSlack(overview.silent.join(', '))})`;
  }

  async function order(
    asked: Extract<Asked, { kind: 'order' }>,
    slash: SlashCommand,
    { found, silent }: Overview,
    request: WebRequest,
  ): Promise<string> {
    const names = found.map(({ name }) => name);
    const resolved = resolveName(asked.name, names);
    if ('problem' in resolved) {
      const hint = silent.length === 0 ? '' : ` (no answer from ${silent.join(', ')})`;
      return escapeSlack(`Not done: ${resolved.problem}${hint}`);
    }
    const target = found.find(({ name }) => fullName(name) === fullName(resolved.one));
    if (target === undefined) return 'Not done: it is gone.';
    const command: Command = {
      verb: asked.verb,
      rollout: target.name,
      binding: bindTo(target.rollout),
      full: asked.full,
      skipCurrentStep: asked.skipCurrentStep,
      reason: asked.reason,
    };
    await store(command, slash, request);
    return `Accepted: ${asked.verb} ${codeSpan(fullName(target.name))}. What became of it follows here.`;
  }

  async function store(command: Command, slash: SlashCommand, request: WebRequest): Promise<void> {
    const person = `slack:${slash.team_id}/${slash.user_id}`;
    const actor: Actor = { id: person, name: `@${slash.user_id}`, kind: 'person' };
    const answerTo = slash.response_url === undefined ? {} : { answerTo: slash.response_url };
    const order: StoredOrder = {
      id: `slack:${request.headers['x-slack-signature'] ?? ''}`,
      receivedAt: ports.clock.now(),
      person,
      rollout: command.rollout,
      order: { kind: 'command', command, actor, ...answerTo } as unknown as JsonObject,
      state: 'accepted',
    };
    await ports.orders.accept(order);
    await ports.sender.send(order.id);
  }
}

function say(text: string): WebResponse {
  return { status: 200, body: { response_type: 'ephemeral', text } };
}
