import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { MINUTE, SECOND } from '#core/time.ts';
import { costTable, fixedPerMonth, perThousandReleases, TWO_PODS_PER_MONTH } from '../../../../infra/aws/costs.ts';

describe('given what Weir costs', () => {
  it('then docs/operations.md shows what the model says', () => {
    expect(readFileSync('docs/operations.md', 'utf8')).toContain(costTable());
  });

  it('when it is measured more often, then it costs more, in proportion to the measurements', () => {
    const cost = (interval: number) => perThousandReleases({ length: 30 * MINUTE, interval });
    expect((cost(10 * SECOND) - cost(30 * SECOND)) / (cost(30 * SECOND) - cost(60 * SECOND))).toBeCloseTo(4, 5);
  });

  it('then a stack for one cluster is cheaper than two pods, and with a NAT gateway it is not', () => {
    const one = { clusters: 1, watchSeconds: 1 };
    expect(fixedPerMonth({ ...one, nat: false })).toBeLessThan(TWO_PODS_PER_MONTH.from / 2);
    expect(fixedPerMonth({ ...one, nat: true })).toBeGreaterThan(TWO_PODS_PER_MONTH.to);
  });
});
