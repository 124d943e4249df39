/** What a simulation has seen. All times count from its start. */
import type { Measurement } from '../resources/argo.ts';
import type { Instant, Millis } from '../time.ts';
import type { Verdict } from '../commands/command.ts';
import type { Order } from './test-case.ts';
import type { World } from './world.ts';

/** The world from this time on, until the next frame. */
export interface Frame {
  readonly at: Millis;
  readonly world: World;
}

export interface Measured {
  readonly at: Millis;
  readonly run: string;
  readonly metric: string;
  readonly query: string;
  readonly measurement: Measurement;
}

/** An order that changed nothing. */
export interface Refusal extends Verdict {
  readonly at: Millis;
  readonly order: Order;
}

export interface Trace {
  readonly startedAt: Instant;
  /** At least one; a world is never that of the frame before. */
  readonly frames: readonly Frame[];
  readonly measured: readonly Measured[];
  readonly refusals: readonly Refusal[];
  /** When something more would have happened; undefined: it is over. */
  readonly stoppedAt: Millis | undefined;
}
