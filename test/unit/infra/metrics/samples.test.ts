import { describe, expect, it } from '@jest/globals';
import { createMatcher } from '../../../../infra/local/metrics/promql/matchers.ts';
import { SampleStore } from '../../../../infra/local/metrics/samples.ts';

const ALL = [createMatcher('__name__', '=~', '.+')];
const UP = { __name__: 'up' };

describe('the sample store', () => {
  it('given samples beyond the retention, they are forgotten, and so is a series of which nothing is left', () => {
    const store = new SampleStore(100);
    store.series(UP).append(0, 1);
    store.series(UP).append(50, 2);
    store.series({ __name__: 'old' }).append(0, 1);
    store.expire(120);
    expect(store.select(ALL)).toEqual([{ labels: UP, samples: [{ at: 50, value: 2 }] }]);
  });

  it('given the same labels in another order, it is the same series', () => {
    const store = new SampleStore();
    store.series({ __name__: 'up', pod: 'a' }).append(0, 1);
    store.series({ pod: 'a', __name__: 'up' }).append(5, 2);
    expect(store.select(ALL)).toHaveLength(1);
  });

  it('given a dump through JSON, a new store goes on from it, stale markers and all', () => {
    const before = new SampleStore();
    before.series(UP).append(0, 1);
    before.series(UP).append(10, 2);
    before.series(UP).end(20);
    const after = new SampleStore();
    after.series(UP).append(30, 7);
    after.load(JSON.parse(JSON.stringify(before.dump(5))));
    expect(after.select(ALL)).toEqual([
      {
        labels: UP,
        samples: [
          { at: 10, value: 2 },
          { at: 20, value: undefined },
          { at: 30, value: 7 },
        ],
      },
    ]);
  });

  it('given only samples from before, a dump has no such series', () => {
    const store = new SampleStore();
    store.series(UP).append(0, 1);
    expect(store.dump(5)).toEqual([]);
  });
});
