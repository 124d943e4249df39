/** What holds for every canary, whatever people do to it, on the embedded API: looked at after every single pass. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveFenceposts } from '#core/rollout/canary/replica-counts.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { availableOf, hashOf, sizeOf, sum } from '#core/rollout/replica-sets.ts';
import { SECOND } from '#core/time.ts';
import { pause, setWeight } from '../support/builders.ts';
import { DrivenRollout } from '../support/driven-rollout.ts';
import type { Given } from '../support/scenario.ts';

type Deed = 'v1' | 'v2' | 'v3' | 'bad' | 'promote' | 'promote-full' | 'abort' | 'retry' | 'pause' | 'unpause' | number;

interface Case {
  readonly given: Given & { readonly replicas: number };
  readonly startDelay: number;
  /** A number: so many passes. */
  readonly deeds: readonly Deed[];
}

const intOrPercent = fc.constantFrom<number | string>(0, 1, 2, '25%', '100%');
const cases: fc.Arbitrary<Case> = fc.record({
  given: fc
    .record({
      replicas: fc.integer({ min: 1, max: 6 }),
      steps: fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }).map(setWeight), fc.constantFrom(pause(), pause(3))), {
        maxLength: 4,
      }),
      maxSurge: intOrPercent,
      maxUnavailable: fc.constantFrom<number | string>(1, '25%', '50%'),
      window: fc.constantFrom(0, 2),
    })
    .map(({ replicas, steps, maxSurge, maxUnavailable, window }) => ({
      replicas,
      steps,
      canary: { maxSurge, maxUnavailable },
      spec: { rollbackWindow: { revisions: window } },
    })),
  startDelay: fc.constantFrom(0, 2 * SECOND),
  deeds: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom<Deed>('v1', 'v2', 'v3', 'bad') },
      { weight: 3, arbitrary: fc.constantFrom<Deed>('promote', 'promote-full', 'abort', 'retry', 'pause', 'unpause') },
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 10 }) },
    ),
    { maxLength: 12 },
  ),
});

async function perform(driven: DrivenRollout, deed: Exclude<Deed, number>): Promise<void> {
  switch (deed) {
    case 'promote':
      return driven.patchStatus({ pauseConditions: undefined });
    case 'promote-full':
      return driven.patchStatus({ promoteFull: true });
    case 'abort':
      return driven.patchStatus({ abort: true });
    case 'retry':
      return driven.patchStatus({ abort: false });
    case 'pause':
    case 'unpause':
      return driven.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, paused: deed === 'pause' } }));
    default:
      return driven.deploy(deed);
  }
}

/** A pass with all that must hold of it. @returns whether anything was written */
async function checkedPass(driven: DrivenRollout): Promise<boolean> {
  const { snapshot, decision } = await driven.pass();
  expect(decideRollout(structuredClone(snapshot))).toEqual(decision);
  const edits = decision.actions.some((action) => action.type === 'patch' && action.after.kind === 'Rollout');
  expect(edits && decision.status !== undefined).toBe(false);
  return decision.actions.length > 0 || decision.status !== undefined;
}

/** Until nothing has been written for a while: pods take their time. */
async function settle(driven: DrivenRollout, check: () => Promise<void>): Promise<void> {
  let quiet = 0;
  for (let count = 0; count < 300 && quiet < 6; count += 1) {
    quiet = (await checkedPass(driven)) ? 0 : quiet + 1;
    await check();
  }
  expect(quiet).toBe(6);
}

async function bounds(driven: DrivenRollout, { given }: Case): Promise<() => Promise<void>> {
  const { maxSurge, maxUnavailable } = given.canary ?? {};
  const { surge, unavailable } = resolveFenceposts(given.replicas, maxSurge, maxUnavailable);
  return async () => {
    const sets = await driven.replicaSets();
    expect(sum(sets, sizeOf)).toBeLessThanOrEqual(given.replicas + surge);
    expect(sum(sets, availableOf)).toBeGreaterThanOrEqual(given.replicas - unavailable);
  };
}

/** v1 is deployed, and people do what they do. @returns what must hold after every pass from then on */
async function played(testCase: Case): Promise<{ driven: DrivenRollout; check: () => Promise<void> }> {
  const driven = await DrivenRollout.of(testCase.given, testCase.startDelay);
  await settle(driven, async () => undefined);
  const check = await bounds(driven, testCase);
  for (const deed of testCase.deeds) {
    if (typeof deed !== 'number') await perform(driven, deed);
    else for (let count = 0; count < deed; count += 1) await checkedPass(driven).then(check);
  }
  await perform(driven, 'unpause');
  return { driven, check };
}

describe('whatever people do to a canary', () => {
  it('when it is aborted in the end, then it ends on stable, and was within surge and availability all the way', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (testCase) => {
        const { driven, check } = await played(testCase);
        // An abort is of the update that has begun; one that no pass has seen yet begins anyway.
        for (let count = 0; count < 6; count += 1) await checkedPass(driven).then(check);
        const { status } = await driven.rollout();
        await perform(driven, 'abort');
        await settle(driven, check);
        const after = await driven.rollout();
        const left = (await driven.replicaSets()).filter((set) => sizeOf(set) > 0);
        expect(left.map((set) => [hashOf(set), availableOf(set)])).toEqual([
          [after.status?.stableRS, testCase.given.replicas],
        ]);
        const promoted = status?.stableRS === status?.currentPodHash;
        if (!promoted && after.status?.stableRS !== after.status?.currentPodHash) {
          expect(after.status).toMatchObject({ phase: 'Degraded', abort: true, stableRS: status?.stableRS });
        }
        driven.end();
      }),
      { numRuns: 10 },
    );
  });

  it('when a good version goes through in the end, then it alone is left, whole and stable', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (testCase) => {
        const { driven, check } = await played(testCase);
        await driven.deploy('good');
        for (let round = 0; round < 8; round += 1) {
          await settle(driven, check);
          await perform(driven, 'promote');
        }
        const { status } = await driven.rollout();
        expect(status).toMatchObject({ phase: 'Healthy', availableReplicas: testCase.given.replicas });
        expect(status?.stableRS).toBe(status?.currentPodHash);
        const left = (await driven.replicaSets()).filter((set) => sizeOf(set) > 0);
        expect(left.map(hashOf)).toEqual([status?.stableRS]);
        driven.end();
      }),
      { numRuns: 5 },
    );
  });
});
