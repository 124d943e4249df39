/** How a simulation begins. */
import type { Instant, Millis } from '../time.ts';
import type { PodTimes } from './pods.ts';
import type { Order } from './test-case.ts';
import type { World } from './world.ts';

/** Virtual 0 s; any instant on a full second would do. */
export const START: Instant = Date.UTC(2024, 0, 1);

export interface Start {
  readonly world: World;
  readonly now: Instant;
  /** Pods that are there already. */
  readonly pods: PodTimes;
  /** How long new pods take to be ready; undefined: they never are. */
  readonly readyAfter: Millis | undefined;
  readonly orders: readonly Order[];
}

/** What a test begins with, and which metrics it can measure. */
export interface Subject {
  readonly start: Start;
  /** As the templates write them; a name may hold an argument. */
  readonly metrics: readonly string[];
}
