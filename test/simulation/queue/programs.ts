/** What the simulated processes do, in terms of the ports that each of them sees: as the functions do it, in few lines. */
import { ConflictError, TransientError } from '#core/errors.ts';
import { SECOND, type Millis } from '#core/time.ts';
import type { Claim, CursorStore, ObjectKey, WorkMessage, WorkQueue } from '#shared/ports.ts';
import { pass, type ToyPorts } from './toy.ts';

export interface View extends ToyPorts {
  readonly queue: WorkQueue;
  readonly cursors: CursorStore;
}

/** A bug, as far as the queue can tell. */
export class UnknownError extends Error {}

export interface PassWatch {
  /** @throws UnknownError now and then */
  begins(claim: Claim): void;
  ends(claim: Claim): void;
}

/** The reconcile function with one message. */
export async function work(message: WorkMessage, view: View, watch: PassWatch): Promise<'done' | 'redeliver'> {
  const result = await view.queue.claim(message);
  if (result.state !== 'claimed') return result.state === 'held' ? 'redeliver' : 'done';
  const { claim } = result;
  try {
    watch.begins(claim);
    const next = await pass(claim, view);
    watch.ends(claim);
    await view.queue.release(claim, next);
    return 'done';
  } catch (error) {
    return afterFailure(claim, error, view, watch);
  }
}

async function afterFailure(claim: Claim, error: unknown, view: View, watch: PassWatch): Promise<'done' | 'redeliver'> {
  const wait = backoff(error);
  if (wait === undefined && !(error instanceof UnknownError)) throw error;
  watch.ends(claim);
  if (wait === undefined) {
    await view.queue.fail(claim);
    return 'redeliver';
  }
  await view.queue.release(claim, view.clock.now() + wait);
  return 'done';
}

function backoff(error: unknown): Millis | undefined {
  if (error instanceof ConflictError) return SECOND;
  if (error instanceof TransientError) return 10 * SECOND;
  return undefined;
}

/** The tick: what was lost is sent again, what changed since the cursor goes to the queue, then the cursor moves. */
export async function tick(view: View, keys: readonly ObjectKey[]): Promise<void> {
  await view.queue.rescue();
  const from = await view.cursors.get('toy');
  const { names, place } = await view.cluster.changesSince(Number(from ?? 0));
  for (const key of keys.filter(({ name }) => names.includes(name))) await view.queue.add(key, view.clock.now());
  if (String(place) !== from) await view.cursors.set('toy', String(place), from);
}

/** A person who looks after what is parked. */
export async function redriveParked(view: View): Promise<void> {
  for (const key of await view.queue.parked()) await view.queue.redrive(key);
}
