import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CanaryStep, Rollout } from '#core/resources/argo.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { availableOf, hashOf, sizeOf, sum } from '#core/rollout/replica-sets.ts';
import { analysis, anAnalysisTemplate, aRollout, aService, pause, setWeight } from '../../../support/builders.ts';
import { RolloutWorld } from '../../../support/rollout-world.ts';

type Deed =
  | { readonly do: 'deploy'; readonly version: string }
  | { readonly do: 'scale'; readonly replicas: number }
  | { readonly do: 'steps'; readonly steps: readonly CanaryStep[] }
  | { readonly do: 'finish-runs'; readonly phase: 'Successful' | 'Failed' | 'Error' | 'Inconclusive' }
  | { readonly do: 'passes'; readonly count: number }
  | { readonly do: 'abort' | 'retry' | 'promote' | 'promote-full' | 'pause' | 'unpause' | 'wait' };

const steps: fc.Arbitrary<CanaryStep[]> = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 100 }).map(setWeight),
    fc.constant(pause()),
    fc.integer({ min: 0, max: 30 }).map((seconds) => pause(seconds)),
    fc.constant(analysis('latency')),
  ),
  { maxLength: 5 },
);

const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('v1', 'v2', 'v3').map((version) => ({ do: 'deploy', version }) as const) },
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((count) => ({ do: 'passes', count }) as const) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 8 }).map((replicas) => ({ do: 'scale', replicas }) as const) },
    { weight: 1, arbitrary: steps.map((list) => ({ do: 'steps', steps: list }) as const) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom('Successful', 'Failed', 'Error', 'Inconclusive')
        .map((phase) => ({ do: 'finish-runs', phase }) as const),
    },
    {
      weight: 7,
      arbitrary: fc
        .constantFrom('abort', 'retry', 'promote', 'promote-full', 'pause', 'unpause', 'wait')
        .map((what) => ({ do: what }) as const),
    },
  ),
  { maxLength: 25 },
);

const intOrPercent = fc.constantFrom<number | string>(0, 1, 2, '25%', '100%');
const canaries: fc.Arbitrary<Rollout> = fc
  .record({
    replicas: fc.integer({ min: 1, max: 8 }),
    steps: fc.option(steps, { nil: undefined }),
    maxSurge: fc.option(intOrPercent, { nil: undefined }),
    background: fc.boolean(),
    window: fc.constantFrom(0, 1, 3),
    services: fc.boolean(),
  })
  .map(({ replicas, steps: list, maxSurge, background, window, services }) =>
    aRollout()
      .replicas(replicas)
      .canary(list, {
        ...(maxSurge === undefined ? {} : { maxSurge, maxUnavailable: 1 }),
        ...(background ? { analysis: { templates: [{ templateName: 'errors' }] } } : {}),
        ...(services ? { stableService: 'stable', canaryService: 'canary' } : {}),
      })
      .spec({ rollbackWindow: { revisions: window } })
      .build(),
  );

const blueGreens: fc.Arbitrary<Rollout> = fc
  .record({
    replicas: fc.integer({ min: 1, max: 5 }),
    preview: fc.boolean(),
    previewReplicaCount: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    autoPromotionEnabled: fc.boolean(),
    autoPromotionSeconds: fc.constantFrom(0, 20),
    delay: fc.constantFrom(undefined, 0, 10, 40),
    abortDelay: fc.constantFrom(undefined, 0, 5, 1_000),
    pre: fc.boolean(),
    post: fc.boolean(),
  })
  .map(({ replicas, preview, previewReplicaCount, delay, abortDelay, pre, post, ...rest }) =>
    aRollout()
      .replicas(replicas)
      .blueGreen({
        ...rest,
        ...(preview ? { previewService: 'preview' } : {}),
        ...(previewReplicaCount === undefined ? {} : { previewReplicaCount }),
        ...(delay === undefined ? {} : { scaleDownDelaySeconds: delay }),
        ...(abortDelay === undefined ? {} : { abortScaleDownDelaySeconds: abortDelay }),
        ...(pre ? { prePromotionAnalysis: { templates: [{ templateName: 'latency' }] } } : {}),
        ...(post ? { postPromotionAnalysis: { templates: [{ templateName: 'errors' }] } } : {}),
      })
      .build(),
  );

function worldOf(rollout: Rollout, podsPerPass: number): RolloutWorld {
  return new RolloutWorld(rollout, {
    services: ['stable', 'canary', 'active', 'preview'].map((name) => aService(name)),
    templates: [
      anAnalysisTemplate('latency', [{ name: 'latency', count: 1, provider: { job: { spec: { template: {} } } } }]),
      anAnalysisTemplate('errors', [{ name: 'errors', count: 1, provider: { job: { spec: { template: {} } } } }]),
    ],
    podsPerPass,
  });
}

function perform(world: RolloutWorld, deed: Deed): void {
  switch (deed.do) {
    case 'deploy':
      return world.deploy(deed.version);
    case 'scale':
      return world.edit({ replicas: deed.replicas });
    case 'steps': {
      const { canary } = world.rollout.spec.strategy ?? {};
      if (canary !== undefined) world.edit({ strategy: { canary: { ...canary, steps: [...deed.steps] } } });
      return;
    }
    case 'finish-runs':
      for (const run of world.runs) {
        if (run.status?.phase === undefined) world.finishRun(run.metadata.name, deed.phase);
      }
      return;
    case 'passes':
      for (let count = 0; count < deed.count; count += 1) checkedPass(world);
      return;
    case 'abort':
      return world.abort();
    case 'retry':
      return world.retry();
    case 'promote':
      return world.promote();
    case 'promote-full':
      return world.promoteFull();
    case 'pause':
      return world.edit({ paused: true });
    case 'unpause':
      return world.edit({ paused: false });
    case 'wait':
      return world.wait(60_000);
  }
}

/** What holds for every single pass. */
function checkedPass(world: RolloutWorld): boolean {
  const again = decideRollout(world.snapshot);
  const before = structuredClone(world.snapshot);
  const moved = world.pass();
  const decision = world.decisions.at(-1);
  expect(decision).toEqual(again);
  expect(decideRollout(before)).toEqual(again);
  const editsRollout = decision?.actions.some((action) => action.type === 'patch' && action.after.kind === 'Rollout');
  expect(editsRollout === true && decision?.status !== undefined).toBe(false);
  const written = decision?.actions.flatMap((action) =>
    action.type === 'patch' ? [`${action.after.kind}/${action.after.metadata.name}`] : [],
  );
  expect(new Set(written).size).toBe(written?.length);
  return moved;
}

/** Everybody lets the update go through. */
function finish(world: RolloutWorld): void {
  world.edit({ paused: false });
  for (let round = 0; round < 60; round += 1) {
    if (world.status.abort === true) world.retry();
    if ((world.status.pauseConditions ?? []).length > 0) world.promote();
    for (const run of world.runs) {
      if (run.status?.phase === undefined) world.finishRun(run.metadata.name, 'Successful');
    }
    world.wait(60_000);
    if (world.status.phase === 'Healthy' && Object.keys(world.sizes()).length <= 1) return;
  }
}

const limits = { numRuns: 80 };

describe.each([
  { strategy: 'canary', rollouts: canaries },
  { strategy: 'blue-green', rollouts: blueGreens },
])('whatever people do to a $strategy Rollout', ({ rollouts }) => {
  const podsPerPass = fc.constantFrom(1, 2, Number.POSITIVE_INFINITY);

  it('given everybody lets it go through in the end, then one version is left, whole, stable and served', () => {
    fc.assert(
      fc.property(rollouts, deeds, podsPerPass, (rollout, list, speed) => {
        const world = worldOf(rollout, speed);
        for (const deed of list) perform(world, deed);
        finish(world);
        const replicas = world.rollout.spec.replicas ?? 1;
        const scaled = world.replicaSets.filter((replicaSet) => sizeOf(replicaSet) > 0);
        expect(world.status).toMatchObject({ phase: 'Healthy' });
        expect(world.status.stableRS).toBe(world.status.currentPodHash);
        expect(scaled.map((replicaSet) => [hashOf(replicaSet), availableOf(replicaSet)])).toEqual(
          replicas === 0 ? [] : [[world.status.stableRS, replicas]],
        );
      }),
      limits,
    );
  });

  it('given an update is aborted and left alone, then the stable version ends up whole and serving', () => {
    fc.assert(
      fc.property(rollouts, deeds, podsPerPass, (rollout, list, speed) => {
        const world = worldOf(rollout, speed);
        world.wait(60_000);
        finish(world);
        for (const deed of list) perform(world, deed);
        world.edit({ paused: false });
        world.settle();
        if (world.status.stableRS === world.status.currentPodHash) return;
        world.abort();
        world.wait(2_000_000);
        const replicas = world.rollout.spec.replicas ?? 1;
        const stable = world.replicaSets.find((replicaSet) => hashOf(replicaSet) === world.status.stableRS);
        expect(world.status.phase).toBe('Degraded');
        expect(availableOf(stable)).toBe(replicas);
        if (rollout.spec.strategy?.blueGreen !== undefined && replicas > 0) {
          expect(world.status.blueGreen?.activeSelector).toBe(world.status.stableRS);
        }
        if (rollout.spec.strategy?.canary !== undefined) {
          expect(sum(world.replicaSets, sizeOf)).toBe(replicas);
        }
      }),
      limits,
    );
  });
});

describe('the bounds of a canary', () => {
  it('given steps, aborts and promotions but no change of R, then it stays within surge and availability', () => {
    const calm = deeds.map((list) => list.filter((deed) => deed.do !== 'scale'));
    fc.assert(
      fc.property(canaries, calm, fc.constantFrom(1, 2, Number.POSITIVE_INFINITY), (rollout, list, speed) => {
        const world = worldOf(rollout, speed);
        world.wait(60_000);
        const { maxSurge = '25%', maxUnavailable = '25%' } = rollout.spec.strategy?.canary ?? {};
        const replicas = rollout.spec.replicas ?? 1;
        const part = (value: number | string, round: (n: number) => number) =>
          typeof value === 'number' ? value : round((Number.parseInt(value, 10) * replicas) / 100);
        const surge = part(maxSurge, Math.ceil);
        const unavailable = Math.min(Math.max(part(maxUnavailable, Math.floor), surge === 0 ? 1 : 0), replicas);
        for (const deed of list) {
          const count = deed.do === 'passes' ? deed.count : 1;
          if (deed.do !== 'passes') perform(world, deed);
          for (let pass = 0; pass < count; pass += 1) {
            checkedPass(world);
            expect(sum(world.replicaSets, sizeOf)).toBeLessThanOrEqual(replicas + surge);
            expect(sum(world.replicaSets, availableOf)).toBeGreaterThanOrEqual(replicas - unavailable);
          }
        }
      }),
      limits,
    );
  });
});
