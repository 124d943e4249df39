/** From what was asked to a stored order: the name found, the command bound to what the object shows now. */
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import type { Asked } from '#core/commands/parse.ts';
import { fullName, resolveName, type Resolved, type RolloutName } from '#core/commands/resolve-name.ts';
import { asFullName, asScope } from '#core/commands/scope.ts';
import { bindToTarget, targetIsFor } from '#core/commands/target.ts';
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import { controllerOf, type KubernetesObject } from '#core/resources/kubernetes.ts';
import { formatTimestamp, type Instant } from '#core/time.ts';
import { isStopping } from '#core/commands/overload.ts';
import type { Clock, Log, OrderSender, OrderStore, Site, StoredOrder } from '../ports.ts';
import { findRollouts, findTargets, type Found } from './find-rollouts.ts';
import { laneOf, type LoadGauge } from './load.ts';
import { siteOf } from './site.ts';

export interface OrderPorts {
  readonly clock: Clock;
  readonly orders: OrderStore;
  readonly sender: OrderSender;
  readonly sites: ReadonlyMap<string, Site>;
  readonly log: Log;
  readonly load: LoadGauge;
}

/** Who asks, and what makes a repetition of the request the same order. */
export interface Asker {
  readonly orderId: string;
  readonly actor: Actor;
  /** Where the verdict goes. */
  readonly answerTo?: string;
}

export type Ordered = Extract<Asked, { kind: 'order' }>;
export type Placed = { readonly placed: RolloutName } | { readonly problem: string } | { readonly busy: string };

/** What an asker reads who is turned away for load. */
export const BUSY =
  'Weir is busy: too many orders wait. Try again in a minute; abort, pause, undo and freeze are always taken';

/**
 * The order is durable when this returns.
 * @param patience resolves when clusters that have not answered yet are not waited for any longer
 */
export async function placeOrder(
  asked: Ordered,
  asker: Asker,
  ports: OrderPorts,
  patience?: Promise<unknown>,
): Promise<Placed> {
  const bound = await bind(asked, ports, patience);
  if ('problem' in bound) return bound;
  const stored = await storeCommand(bound.command, asker, ports);
  return stored === 'busy' ? { busy: BUSY } : { placed: bound.name };
}

type Bound = { readonly command: Command; readonly name: RolloutName } | { readonly problem: string };

async function bind(asked: Ordered, ports: OrderPorts, patience?: Promise<unknown>): Promise<Bound> {
  if (asked.verb === 'freeze' || asked.verb === 'unfreeze') return bindToScope(asked, ports, patience);
  if (asked.target === undefined) return bindToRollout(asked, ports, patience);
  return bindToObject(asked, asked.target, ports, patience);
}

/** Nothing that anybody saw: a scope is for whatever is in it, now and later. */
async function bindToScope(asked: Ordered, ports: OrderPorts, patience?: Promise<unknown>): Promise<Bound> {
  const clusters = [...ports.sites.keys()];
  const scope = asScope(asked.name, clusters);
  const known = asked.verb === 'unfreeze' ? asFullName(asked.name, clusters) : undefined;
  const resolved = scope ?? (known === undefined ? await findOne(asked, ports, patience) : { one: known });
  if ('problem' in resolved) return resolved;
  const rollout = resolved.one;
  const until = asked.delay === undefined ? asked.until : formatTimestamp(ports.clock.now() + asked.delay);
  const binding = { uid: '', podHash: '' };
  const { verb, reason } = asked;
  return { command: { verb, rollout, binding, ...(until !== undefined && { until }), reason }, name: rollout };
}

async function findOne({ name }: Ordered, ports: OrderPorts, patience?: Promise<unknown>): Promise<Resolved> {
  const { found, silent } = await findRollouts(ports.sites, ports.log, patience);
  const one = pickOne(name, 'rollout', found, silent);
  return 'problem' in one ? one : { one: one.name };
}

async function bindToRollout(asked: Ordered, ports: OrderPorts, patience?: Promise<unknown>): Promise<Bound> {
  const { found, silent } = await findRollouts(ports.sites, ports.log, patience);
  const one = pickOne(asked.name, 'rollout', found, silent);
  if ('problem' in one) return one;
  return { command: commandFor(asked, one, ports.clock.now()), name: one.name };
}

async function bindToObject(
  asked: Ordered,
  kind: NonNullable<Ordered['target']>,
  ports: OrderPorts,
  patience?: Promise<unknown>,
): Promise<Bound> {
  if (!targetIsFor(asked.verb, kind)) return { problem: `${asked.verb} is not for an ${kind}` };
  const bare = asked.name.split('/').at(-1) ?? '';
  const { found, silent } = await findTargets(kind, bare, ports.sites, ports.log, patience);
  const one = pickOne(asked.name, kind, found, silent);
  if ('problem' in one) return one;
  const rollout = { ...one.name, name: await rolloutBehind(one.object, one.name, ports) };
  const command: Command = {
    verb: asked.verb,
    rollout,
    target: { kind, name: one.name.name },
    binding: bindToTarget(one.object),
    reason: asked.reason,
  };
  return { command, name: one.name };
}

function pickOne<T extends { readonly name: RolloutName }>(
  typed: string,
  what: string,
  found: readonly T[],
  silent: readonly string[],
): T | { readonly problem: string } {
  const resolved = resolveName(
    typed,
    found.map(({ name }) => name),
    what,
  );
  const hint = silent.length === 0 ? '' : ` (no answer from ${silent.join(', ')})`;
  if ('problem' in resolved) return { problem: `${resolved.problem}${hint}` };
  const one = found.find(({ name }) => fullName(name) === fullName(resolved.one));
  return one ?? { problem: 'it is gone' };
}

/** Through the Experiment where it is one's; what belongs to no Rollout stands for itself, in policy and history. */
async function rolloutBehind(object: KubernetesObject, { cluster }: RolloutName, ports: OrderPorts): Promise<string> {
  const owner = controllerOf(object);
  if (owner?.kind === 'Rollout') return owner.name;
  if (owner?.kind !== 'Experiment') return object.metadata.name;
  const { namespace } = object.metadata;
  const ref = { apiVersion: ARGO_API_VERSION, kind: owner.kind, namespace, name: owner.name };
  const experiment = await siteOf({ cluster }, ports).cluster.get(ref);
  const above = experiment && controllerOf(experiment);
  return above?.kind === 'Rollout' ? above.name : owner.name;
}

function commandFor(asked: Ordered, { name, rollout }: Found, now: Instant): Command {
  const { verb, full, skipCurrentStep, skipAllSteps, toRevision, images, reason } = asked;
  return {
    verb,
    rollout: name,
    binding: bindTo(rollout),
    full,
    skipCurrentStep,
    ...(skipAllSteps !== undefined && { skipAllSteps }),
    ...(toRevision !== undefined && { toRevision }),
    ...(images !== undefined && { images }),
    ...(verb === 'restart' && { restartAt: formatTimestamp(now + (asked.delay ?? 0)) }),
    reason,
  };
}

/** The order is durable when 'stored' returns; its binding says what it holds for. What stops is stored under any load. */
export async function storeCommand(
  command: Command,
  { orderId, actor, answerTo }: Asker,
  ports: Pick<OrderPorts, 'clock' | 'orders' | 'sender' | 'load' | 'log'>,
): Promise<'stored' | 'busy'> {
  const answer = answerTo === undefined ? {} : { answerTo };
  const order: StoredOrder = {
    id: orderId,
    receivedAt: ports.clock.now(),
    person: actor.id,
    rollout: command.rollout,
    order: { kind: 'command', command, actor, ...answer } as unknown as JsonObject,
    state: 'accepted',
  };
  const lane = laneOf(order);
  if (!isStopping(command.verb) && (await ports.load.isBusy(lane))) {
    ports.log.warn('Turned away for load', { door: 'orders', person: actor.id, verb: command.verb });
    return 'busy';
  }
  await ports.orders.accept(order);
  await ports.sender.send(orderId, lane);
  return 'stored';
}
