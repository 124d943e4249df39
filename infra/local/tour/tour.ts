/** The tour: real releases of the examples on the local stack, one after the other, each with the end it must have. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, ReleaseSummary } from '#core/history/record.ts';
import { createMissing, readManifests } from '../manifests.ts';
import type { LocalStack } from '../stack.ts';
import { FAULTY, nextVersion } from './images.ts';
import { deployed, finishRunning, release, settled } from './release.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));

export interface TourStep {
  readonly release: ReleaseSummary;
  readonly expected: Outcome;
}

export interface Narrator {
  /** A sentence between the transitions; not part of --json. */
  say(text: string): void;
  /** Why a release ended as it did, with its measurements. */
  explain(release: ReleaseSummary): Promise<void>;
}

interface Chapter {
  readonly title: string;
  readonly suffix: string;
  readonly expected: Outcome;
}

const CANARY = { namespace: 'canary', name: 'my-app' } as const;

const CHAPTERS: readonly Chapter[] = [
  { title: 'a good canary: 20 → 40 → 60 → 80 → 100 %', suffix: '', expected: 'promoted' },
  { title: 'a bad canary: success-rate fails, and it goes back by itself', suffix: FAULTY, expected: 'aborted' },
];

export async function runTour(stack: LocalStack, narrator: Narrator): Promise<readonly TourStep[]> {
  await createMissing(readManifests(join(EXAMPLES, 'canary'), CANARY.namespace), stack.cluster);
  await deployed(stack, CANARY);
  const steps: TourStep[] = [];
  const resumed = await finishRunning(stack, CANARY);
  if (resumed !== undefined)
    narrator.say(`went on with revision ${resumed.revision}, begun before: ${resumed.outcome}`);
  for (const { title, suffix, expected } of CHAPTERS) {
    narrator.say(title);
    const ended = await release(stack, CANARY, (rollout) => nextVersion(rollout, suffix));
    await settled(stack, CANARY);
    await narrator.explain(ended);
    steps.push({ release: ended, expected });
  }
  return steps;
}

/** All ended as told. */
export function asTold(steps: readonly TourStep[]): boolean {
  return steps.every(({ release: { outcome }, expected }) => outcome === expected);
}
