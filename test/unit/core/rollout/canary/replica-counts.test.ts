import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  nextCounts,
  resolveFenceposts,
  targetCounts,
  type Fleet,
  type Pods,
} from '#core/rollout/canary/replica-counts.ts';

describe('fenceposts', () => {
  it.each([
    { replicas: 1, surge: 1, unavailable: 0 },
    { replicas: 2, surge: 1, unavailable: 0 },
    { replicas: 3, surge: 1, unavailable: 0 },
    { replicas: 4, surge: 1, unavailable: 1 },
    { replicas: 5, surge: 2, unavailable: 1 },
    { replicas: 10, surge: 3, unavailable: 2 },
  ])('given the defaults and $replicas replicas, then $surge more and $unavailable fewer', ({ replicas, ...then }) => {
    expect(resolveFenceposts(replicas)).toEqual(then);
  });

  it.each([
    { replicas: 2, maxSurge: 0, maxUnavailable: '1%', surge: 0, unavailable: 1 },
    { replicas: 10, maxSurge: '0', maxUnavailable: '0%', surge: 0, unavailable: 1 },
    { replicas: 3, maxSurge: '50%', maxUnavailable: '50%', surge: 2, unavailable: 1 },
    { replicas: 10, maxSurge: '150%', maxUnavailable: 0, surge: 15, unavailable: 0 },
    { replicas: 2, maxSurge: 1, maxUnavailable: 5, surge: 1, unavailable: 2 },
    { replicas: 10, maxSurge: '25', maxUnavailable: '25', surge: 3, unavailable: 2 },
    { replicas: 0, maxSurge: 0, maxUnavailable: '10%', surge: 0, unavailable: 0 },
  ])('given maxSurge $maxSurge and maxUnavailable $maxUnavailable of $replicas', (row) => {
    const { replicas, maxSurge, maxUnavailable, surge, unavailable } = row;
    expect(resolveFenceposts(replicas, maxSurge, maxUnavailable)).toEqual({ surge, unavailable });
  });
});

const WEIGHTS = [0, 1, 10, 25, 33, 50, 75, 90, 99, 100];
const WITH_SURGE: Readonly<Record<number, string>> = {
  1: '0/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/0',
  2: '0/2 1/2 1/2 1/2 1/2 1/1 2/1 2/1 2/1 2/0',
  3: '0/3 1/3 1/3 1/3 1/2 2/2 3/1 3/1 3/1 3/0',
  4: '0/4 1/4 1/4 1/3 2/3 2/2 3/1 4/1 4/1 4/0',
  5: '0/5 1/5 1/5 1/4 2/4 3/3 4/1 5/1 5/1 5/0',
  7: '0/7 1/7 1/7 2/6 2/5 4/4 6/2 7/1 7/1 7/0',
  10: '0/10 1/10 1/9 3/8 3/7 5/5 8/3 9/1 10/1 10/0',
};
const WITHOUT_SURGE: Readonly<Record<number, string>> = {
  1: '0/1 0/1 0/1 0/1 0/1 1/0 1/0 1/0 1/0 1/0',
  2: '0/2 1/1 1/1 1/1 1/1 1/1 0/2 1/1 1/1 2/0',
  3: '0/3 1/2 1/2 1/2 1/2 2/1 2/1 2/1 2/1 3/0',
  4: '0/4 1/3 1/3 1/3 1/3 2/2 3/1 3/1 3/1 4/0',
  5: '0/5 1/4 1/4 1/4 2/3 3/2 4/1 0/5 4/1 5/0',
  7: '0/7 1/6 1/6 2/5 2/5 4/3 5/2 6/1 6/1 7/0',
  10: '0/10 1/9 1/9 3/7 3/7 5/5 8/2 9/1 9/1 10/0',
};

function cases(table: Readonly<Record<number, string>>, surge: number) {
  return Object.entries(table).flatMap(([replicas, row]) =>
    row
      .split(' ')
      .map((counts, column) => ({ replicas: Number(replicas), weight: WEIGHTS[column] ?? 0, surge, counts })),
  );
}

describe('the counts of a weight', () => {
  it.each([...cases(WITH_SURGE, 1), ...cases(WITHOUT_SURGE, 0)])(
    'given $replicas replicas, weight $weight and surge $surge, then $counts',
    ({ replicas, weight, surge, counts }) => {
      const { canary, stable } = targetCounts(replicas, weight, 100, surge);
      expect(`${canary}/${stable}`).toBe(counts);
    },
  );

  it('given no replicas, then none on either side', () => {
    expect(targetCounts(0, 50, 100, 1)).toEqual({ canary: 0, stable: 0 });
  });

  it('given surge and a weight between, then both sides keep a pod and their sum is R or R + 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 99 }), (replicas, weight) => {
        const { canary, stable } = targetCounts(replicas, weight, 100, 1);
        expect(canary).toBeGreaterThanOrEqual(1);
        expect(stable).toBeGreaterThanOrEqual(1);
        expect([replicas, replicas + 1]).toContain(canary + stable);
      }),
    );
  });

  it('given no surge, then the sum is exactly R', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 100 }), (replicas, weight) => {
        const { canary, stable } = targetCounts(replicas, weight, 100, 0);
        expect(canary + stable).toBe(replicas);
      }),
    );
  });
});

/** `R W surge unavailable new stable old → N/T`; strategies §2.4. */
const NEXT = `
10 10 1 1 0/0 10/10 - 1/9
10 30 3 0 0/0 10/10 - 3/10
10 30 0 5 0/0 10/10 - 0/7
10 5 1 1 0/0 10/10 - 1/10
1 5 1 0 0/0 1/1 - 1/1
1 95 1 0 0/0 1/1 - 1/1
1 50 0 1 0/0 1/1 - 0/0
1 49 0 1 0/0 1/1 - 0/1
1 100 1 0 0/0 1/1 - 1/1
1 100 1 0 1/0 1/1 - 1/1
1 100 1 0 1/1 1/1 - 1/0
2 10 25% 25% 0/0 2/2 - 1/2
2 50 25% 25% 0/0 2/2 - 1/2
2 50 25% 25% 1/1 2/2 - 1/1
3 50 1 0 0/0 3/3 - 1/3
3 50 0 1 0/0 3/3 - 0/2
3 50 0 1 0/0 2/2 - 1/2
3 33 1 0 0/0 3/3 - 1/3
4 25 1 0 1/0 4/4 - 1/4
4 25 1 0 1/1 4/4 - 1/3
5 20 25% 25% 0/0 5/5 - 1/4
5 40 25% 25% 1/1 4/4 - 2/3
5 60 25% 25% 2/2 3/3 - 3/2
5 100 25% 25% 3/3 2/2 - 5/1
5 100 25% 25% 5/3 2/2 - 5/1
5 100 25% 25% 5/5 2/2 - 5/0
10 50 25% 25% 0/0 10/10 - 3/8
10 50 25% 25% 3/3 10/10 - 3/5
10 50 25% 25% 3/0 10/10 - 3/8
10 50 25% 25% 5/3 8/8 - 5/5
10 100 25% 25% 5/5 5/3 - 8/3
10 0 25% 25% 5/5 5/5 - 3/8
10 0 25% 25% 5/5 8/5 - 3/8
10 0 25% 25% 5/5 8/8 - 0/8
10 0 25% 25% 5/0 8/8 - 0/8
10 20 1 1 0/0 5/5 5/5 0/6
10 20 1 1 0/0 9/9 1/1 1/9
10 20 0 1 0/0 9/9 - 1/9
10 20 0 1 1/1 9/9 - 1/8
10 99 1 0 9/9 2/2 - 9/1
0 50 25% 25% 2/2 3/3 - 0/0
3 100 25% 25% 1/0 3/0 - 1/3
3 100 25% 25% 3/0 0/0 - 3/0
7 45 2 1 2/2 5/5 - 3/4
8 66 50% 50% 0/0 8/8 - 4/4
20 10 25% 25% 0/0 20/18 - 2/18
20 40 0 10% 2/1 18/18 - 2/17
`
  .trim()
  .split('\n')
  .map((row) => row.split(' '));

function podsOf(text: string): Pods {
  const [size = 0, available = 0] = text.split('/').map(Number);
  return { size, available };
}

function fencepost(text: string): number | string {
  return text.endsWith('%') ? text : Number(text);
}

describe('the next sizes', () => {
  it.each(NEXT)('given R %s, weight %s, surge %s, unavailable %s, new %s, stable %s, old %s, then %s', (...row) => {
    const [replicas = '', weight, surge = '', unavailable = '', newest = '', stable = '', old = '', then] = row;
    const fleet: Fleet = {
      replicas: Number(replicas),
      weight: Number(weight),
      fenceposts: resolveFenceposts(Number(replicas), fencepost(surge), fencepost(unavailable)),
      newest: podsOf(newest),
      stable: podsOf(stable),
      otherSize: old === '-' ? 0 : podsOf(old).size,
    };
    const next = nextCounts(fleet, 100);
    expect(`${next.canary}/${next.stable}`).toBe(then);
  });

  it('given the first deploy of 5, then all of it at once', () => {
    const fleet = { replicas: 5, weight: 100, fenceposts: resolveFenceposts(5), stable: undefined, otherSize: 0 };
    expect(nextCounts({ ...fleet, newest: { size: 0, available: 0 } }, 100)).toEqual({ canary: 5, stable: 0 });
  });

  const pods = fc
    .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 }))
    .map(([size, available]) => ({ size, available: Math.min(size, available) }));
  const fleets = fc
    .record({
      replicas: fc.integer({ min: 1, max: 30 }),
      weight: fc.integer({ min: 0, max: 100 }),
      maxSurge: fc.constantFrom<number | string>(0, 1, 3, '25%', '100%'),
      maxUnavailable: fc.constantFrom<number | string>(0, 1, 3, '25%', '100%'),
      newest: pods,
      stable: pods,
      otherSize: fc.integer({ min: 0, max: 10 }),
    })
    .map(({ maxSurge, maxUnavailable, ...fleet }): Fleet & { newest: Pods; stable: Pods } => ({
      ...fleet,
      fenceposts: resolveFenceposts(fleet.replicas, maxSurge, maxUnavailable),
    }));

  it('never grow the total beyond R + surge', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const next = nextCounts(fleet, 100);
        const before = fleet.newest.size + fleet.stable.size;
        const ceiling = fleet.replicas + fleet.fenceposts.surge;
        expect(next.canary + next.stable).toBeLessThanOrEqual(Math.max(before, ceiling - fleet.otherSize));
        expect(next.canary).toBeGreaterThanOrEqual(0);
        expect(next.stable).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never take an available pod that availability needs, when stable and canary are wholly available', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const whole = (side: Pods): Pods => ({ size: side.size, available: side.size });
        const healthy = { ...fleet, newest: whole(fleet.newest), stable: whole(fleet.stable) };
        const next = nextCounts(healthy, 100);
        const available = (size: number, side: Pods) => Math.min(size, side.available);
        const left = available(next.canary, healthy.newest) + available(next.stable, healthy.stable);
        const floor = healthy.replicas - healthy.fenceposts.unavailable;
        expect(left).toBeGreaterThanOrEqual(Math.min(floor, healthy.newest.size + healthy.stable.size));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reach the counts of the weight when pods become available at once', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const target = targetCounts(fleet.replicas, fleet.weight, 100, fleet.fenceposts.surge);
        let current: Fleet = { ...fleet, otherSize: 0 };
        for (let pass = 0; pass < 80; pass += 1) {
          const next = nextCounts(current, 100);
          const newest = { size: next.canary, available: next.canary };
          current = { ...current, newest, stable: { size: next.stable, available: next.stable } };
        }
        expect({ canary: current.newest?.size, stable: current.stable?.size }).toEqual(target);
      }),
    );
  });
});
