/** Freezes that people order, kept as one list under a compare-and-set: two at the same moment are two freezes. */
import { authorize } from '#core/commands/authorize.ts';
import type { Actor, Command, Verdict } from '#core/commands/command.ts';
import { isForward, type Freeze } from '#core/commands/freeze.ts';
import {
  asFreeze,
  changeFreezes,
  freezeText,
  isOver,
  type Freezes,
  type OrderedFreeze,
} from '#core/commands/ordered-freeze.ts';
import type { Policy } from '#core/commands/policy.ts';
import { ConflictError } from '#core/errors.ts';
import type { JsonObject } from '#core/json.ts';
import type { Clock, CursorStore } from '../ports.ts';

const NAME = 'freezes';
/** Others freeze between our read and our write at most this often; then the queue tries again. */
const ATTEMPTS = 5;

export interface FreezePorts {
  readonly cursors: CursorStore;
  readonly clock: Clock;
}

/** @throws ConflictError after five lost races */
export async function executeFreeze(
  command: Command,
  actor: Actor,
  { cursors, clock }: FreezePorts,
  policy: Policy,
): Promise<Verdict> {
  const permission = authorize(actor, command, policy, clock.now());
  if (!permission.allowed) return { state: 'refused', says: permission.because };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stored = await cursors.get(NAME);
    const change = changeFreezes(command, actor, listIn(stored), clock.now());
    if (change.state !== 'change') return change;
    if (!(await cursors.set(NAME, JSON.stringify(change.freezes), stored))) continue;
    const effect = { before: shown(listIn(stored)), after: shown(change.freezes) };
    return { state: 'applied', says: change.says, effect };
  }
  throw new ConflictError('others freeze at the same moment');
}

/** Those that last, in the order in which they were ordered. */
export async function orderedFreezes({ cursors, clock }: FreezePorts): Promise<readonly OrderedFreeze[]> {
  return listIn(await cursors.get(NAME)).filter((freeze) => !isOver(freeze, clock.now()));
}

/** Read only for what a freeze can forbid. */
export async function withOrderedFreezes(policy: Policy, { verb }: Command, ports: FreezePorts): Promise<Policy> {
  if (!isForward(verb)) return policy;
  const ordered: readonly Freeze[] = (await orderedFreezes(ports)).map(asFreeze);
  return ordered.length === 0 ? policy : { ...policy, freezes: [...policy.freezes, ...ordered] };
}

export async function allFreezes(ports: FreezePorts, configured: readonly Freeze[] = []): Promise<Freezes> {
  return { configured, ordered: await orderedFreezes(ports) };
}

function listIn(stored: string | undefined): readonly OrderedFreeze[] {
  return stored === undefined ? [] : (JSON.parse(stored) as OrderedFreeze[]);
}

function shown(freezes: readonly OrderedFreeze[]): JsonObject {
  return { freezes: freezes.map(freezeText) };
}
