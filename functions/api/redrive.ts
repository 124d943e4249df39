/** What was given up: objects whose passes failed five times, and messages that ended in the dead letters. */
import type { DeadLetters, ObjectKey, WorkQueue } from '#shared/ports.ts';

export interface RedrivePorts {
  readonly queue: Pick<WorkQueue, 'parked' | 'redrive'>;
  readonly deadLetters: DeadLetters;
}

export interface Redriven {
  /** Objects that are looked at again now. */
  readonly objects: readonly ObjectKey[];
  /** Messages that are delivered again. */
  readonly messages: number;
}

/** The objects first: their dead letters are outdated by then, and are dropped when they are delivered. */
export async function redriveAll({ queue, deadLetters }: RedrivePorts): Promise<Redriven> {
  const objects = await queue.parked();
  for (const object of objects) await queue.redrive(object);
  return { objects, messages: await deadLetters.redrive() };
}
