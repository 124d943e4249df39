import { describe, expect, it } from '@jest/globals';
import { BUGS, type Bug } from './bugs.ts';
import { simulate } from './simulate.ts';

const SEEDS = 100;
/** Some defects need a rare coincidence. */
const SEEDS_FOR_DEFECTS = 500;
/** Runs of pure computation: on a busy machine they take their time. */
const PATIENCE_MS = 60_000;

async function firstFailure(bug: Bug): Promise<number | undefined> {
  for (let seed = 1; seed <= SEEDS_FOR_DEFECTS; seed++) {
    if ((await simulate(seed, bug)).broken.length > 0) return seed;
  }
  return undefined;
}

describe('the simulation', () => {
  const sound = async () => {
    const failed: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { broken } = await simulate(seed);
      failed.push(...broken.map((promise) => `seed ${seed}: ${promise}`));
    }
    expect(failed).toEqual([]);
  };
  it(`given ${SEEDS} seeds of faults, then no promise is broken in any`, sound, PATIENCE_MS);

  it('given a run, then processes crash and freeze in it, and work is done', async () => {
    const trace = (await simulate(1)).trace.join('\n');
    for (const sign of ['crashes before', 'crashes after', 'freezes', ': done', ': dead', ': redeliver']) {
      expect(trace).toContain(sign);
    }
  });

  it('given the same seed, then the run is the same, line by line; given another, it is not', async () => {
    const first = await simulate(7, 'lost rescue');
    expect(await simulate(7, 'lost rescue')).toEqual(first);
    expect((await simulate(8, 'lost rescue')).trace).not.toEqual(first.trace);
  });

  it.each(Object.keys(BUGS) as Bug[])(
    'given the defect "%s", then one of the seeds finds it',
    async (bug) => {
      expect(await firstFailure(bug)).toBeDefined();
    },
    PATIENCE_MS,
  );
});
