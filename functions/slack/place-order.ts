/** From the words of an order to a stored one: the name found, the command bound to what the Rollout shows now. */
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import type { Asked } from '#core/commands/parse.ts';
import { fullName, resolveName } from '#core/commands/resolve-name.ts';
import type { JsonObject } from '#core/json.ts';
import { codeSpan, escapeSlack } from '#core/messages/slack-text.ts';
import type { Clock, OrderSender, OrderStore } from '#shared/ports.ts';
import type { WebRequest } from '#shared/web-request.ts';
import type { Found } from './questions.ts';
import type { Overview } from './rollouts.ts';
import type { SlashCommand } from './schema.ts';

export interface OrderPorts {
  readonly clock: Clock;
  readonly orders: OrderStore;
  readonly sender: OrderSender;
}

type Ordered = Extract<Asked, { kind: 'order' }>;

/** @returns what the asker reads at once */
export async function placeOrder(
  asked: Ordered,
  slash: SlashCommand,
  { found, silent }: Overview,
  request: WebRequest,
  ports: OrderPorts,
): Promise<string> {
  const resolved = resolveName(
    asked.name,
    found.map(({ name }) => name),
  );
  if ('problem' in resolved) {
    const hint = silent.length === 0 ? '' : ` (no answer from ${silent.join(', ')})`;
    return escapeSlack(`Not done: ${resolved.problem}${hint}`);
  }
  const target = found.find(({ name }) => fullName(name) === fullName(resolved.one));
  if (target === undefined) return 'Not done: it is gone.';
  await store(commandFor(asked, target), slash, request, ports);
  return `Accepted: ${asked.verb} ${codeSpan(fullName(target.name))}. What became of it follows here.`;
}

function commandFor({ verb, full, skipCurrentStep, reason }: Ordered, { name, rollout }: Found): Command {
  return { verb, rollout: name, binding: bindTo(rollout), full, skipCurrentStep, reason };
}

async function store(command: Command, slash: SlashCommand, request: WebRequest, ports: OrderPorts): Promise<void> {
  const person = `slack:${slash.team_id}/${slash.user_id}`;
  const actor: Actor = { id: person, name: `@${slash.user_id}`, kind: 'person' };
  const answerTo = slash.response_url === undefined ? {} : { answerTo: slash.response_url };
  const id = `slack:${request.headers['x-slack-signature'] ?? ''}`;
  await ports.orders.accept({
    id,
    receivedAt: ports.clock.now(),
    person,
    rollout: command.rollout,
    order: { kind: 'command', command, actor, ...answerTo } as unknown as JsonObject,
    state: 'accepted',
  });
  await ports.sender.send(id);
}
