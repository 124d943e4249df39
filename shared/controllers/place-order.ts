/** From what was asked to a stored order: the name found, the command bound to what the Rollout shows now. */
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import type { Asked } from '#core/commands/parse.ts';
import { fullName, resolveName, type RolloutName } from '#core/commands/resolve-name.ts';
import type { JsonObject } from '#core/json.ts';
import type { Clock, OrderSender, OrderStore } from '../ports.ts';
import type { Found, Overview } from './find-rollouts.ts';

export interface OrderPorts {
  readonly clock: Clock;
  readonly orders: OrderStore;
  readonly sender: OrderSender;
}

/** Who asks, and what makes a repetition of the request the same order. */
export interface Asker {
  readonly orderId: string;
  readonly actor: Actor;
  /** Where the verdict goes. */
  readonly answerTo?: string;
}

export type Ordered = Extract<Asked, { kind: 'order' }>;
export type Placed = { readonly placed: RolloutName } | { readonly problem: string };

/** The order is durable when this returns. */
export async function placeOrder(
  asked: Ordered,
  asker: Asker,
  { found, silent }: Overview,
  ports: OrderPorts,
): Promise<Placed> {
  const resolved = resolveName(
    asked.name,
    found.map(({ name }) => name),
  );
  if ('problem' in resolved) {
    const hint = silent.length === 0 ? '' : ` (no answer from ${silent.join(', ')})`;
    return { problem: `${resolved.problem}${hint}` };
  }
  const target = found.find(({ name }) => fullName(name) === fullName(resolved.one));
  if (target === undefined) return { problem: 'it is gone' };
  await store(commandFor(asked, target), asker, ports);
  return { placed: target.name };
}

function commandFor({ verb, full, skipCurrentStep, reason }: Ordered, { name, rollout }: Found): Command {
  return { verb, rollout: name, binding: bindTo(rollout), full, skipCurrentStep, reason };
}

async function store(command: Command, { orderId, actor, answerTo }: Asker, ports: OrderPorts): Promise<void> {
  const answer = answerTo === undefined ? {} : { answerTo };
  await ports.orders.accept({
    id: orderId,
    receivedAt: ports.clock.now(),
    person: actor.id,
    rollout: command.rollout,
    order: { kind: 'command', command, actor, ...answer } as unknown as JsonObject,
    state: 'accepted',
  });
  await ports.sender.send(orderId);
}
