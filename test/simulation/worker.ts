/** Simulates every n-th seed beside other workers, and sends what it found seed by seed. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Instant } from '#core/time.ts';
import { WORLDS, type Outcome } from './worlds.ts';

export interface Share {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly worlds: readonly string[];
  readonly bug: string | undefined;
  /** No seed is begun after this. */
  readonly until: Instant | undefined;
}

/** What one seed came to: the worlds in which a promise is broken. */
export interface Found {
  readonly seed: number;
  readonly failed: readonly (Outcome & { readonly world: string })[];
}

const { from, to, step, worlds, bug, until = Infinity } = workerData as Share;
for (let seed = from; seed < to && Date.now() < until; seed += step) {
  const outcomes = [];
  for (const world of worlds) outcomes.push({ world, ...(await WORLDS.get(world)!.run(seed, bug)) });
  const failed = outcomes.filter(({ broken }) => broken.length > 0);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
  parentPort?.postMessage({ seed, failed } satisfies Found);
}
