/**
 * `npm run test:simulation -- --seeds 2000 --from 1`: which seeds break a promise. Each seed is a run of the queue with a toy
 * and a run of the whole; `--world queue|whole` takes one of them. `--trace` tells what happened, `--bug NAME` puts a defect in.
 * `--minutes 9`: no seed is begun after that. Which were run is said; what each of them comes to depends on no clock.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { MINUTE } from '#core/time.ts';
import type { Found, Share } from './worker.ts';
import { WORLDS } from './worlds.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    world: { type: 'string' },
    bug: { type: 'string' },
    minutes: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const worlds = chosenWorlds(values.world, values.bug);
const seeds = wholeNumber('seeds', values.seeds);
const from = wholeNumber('from', values.from);
const workers = Math.max(1, Math.min(availableParallelism(), 8, seeds));
const until = values.minutes === undefined ? undefined : Date.now() + wholeNumber('minutes', values.minutes) * MINUTE;
const found = await Promise.all(Array.from({ length: workers }, (_, place) => simulated(place)));
const failed = found.flat().filter((seed) => seed.failed.length > 0);
for (const seed of failed.toSorted((a, b) => a.seed - b.seed)) report(seed);
if (found.flat().length < seeds)
  console.log(`${found.flat().length} of ${seeds} seeds in ${values.minutes} minutes: ${rangeOf(found)}`);
console.log(`${found.flat().length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Seeds know nothing of each other: however they are shared out, each comes to the same. */
function simulated(place: number): Promise<readonly Found[]> {
  const share: Share = { from: from + place, to: from + seeds, step: workers, worlds, bug: values.bug, until };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: share });
  const found: Found[] = [];
  return new Promise((resolve, reject) => {
    worker.on('message', (seed: Found) => found.push(seed));
    worker.on('error', reject);
    worker.on('exit', () => resolve(found));
  });
}

/** Each worker takes every n-th seed: up to the first that one of them did not come to, all were run. */
function rangeOf(shares: readonly (readonly Found[])[]): string {
  const missing = Math.min(...shares.map((share, place) => from + place + share.length * workers));
  return `all from ${from} to ${missing - 1}, and some above`;
}

/** A defect is known in the worlds that have it. */
function chosenWorlds(world: string | undefined, bug: string | undefined): readonly string[] {
  const known = [...WORLDS].filter(([name]) => world === undefined || name === world);
  if (known.length === 0) throw new Error(`--world ${world} is none of: ${[...WORLDS.keys()].join(', ')}`);
  const having = known.filter(([, { bugs }]) => bug === undefined || bugs.includes(bug));
  const all = new Set(known.flatMap(([, { bugs }]) => bugs));
  if (having.length === 0) throw new Error(`--bug ${bug} is none of: ${[...all].join(', ')}`);
  return having.map(([name]) => name);
}

function wholeNumber(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`--${option} ${text}: give a whole number`);
}

function report({ seed, failed }: Found): void {
  for (const { world, broken, trace } of failed) {
    if (values.trace) for (const line of trace) console.log(line);
    for (const promise of broken) console.log(`seed ${seed} (${world}): ${promise}`);
  }
}
