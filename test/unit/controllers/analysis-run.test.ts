import { afterEach, expect, it } from '@jest/globals';
import { MINUTE } from '#core/time.ts';
import { SUCCESS_RATE } from '../../support/manifests.ts';
import { World } from '../../support/world.ts';

let world: World;
afterEach(() => world.stop());

it('given a run that keeps ten measurements, when the eleventh is taken, then its provider may clean up', async () => {
  const limits: number[] = [];
  world = new World({
    providers: () => ({
      for: async () => ({
        type: 'test',
        read: async () => ({ kind: 'verdict', phase: 'Successful' }),
        cleanUp: async (_task, limit) => void limits.push(limit),
      }),
    }),
  });
  await world.apply(
    SUCCESS_RATE.replace('kind: AnalysisTemplate', 'kind: AnalysisRun').replace(
      'args: [{name: service-name}]',
      'args: [{name: service-name, value: my-app}]',
    ),
  );
  await world.passes(9.5 * MINUTE);
  expect(limits).toEqual([]);
  await world.passes(2 * MINUTE);
  expect(limits[0]).toBe(10);
});
