/** The first thing that is wrong with a Rollout, or with what it refers to. engine §3. */
import type { SpecProblem } from './invalid-spec.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { SECOND } from '../time.ts';
import { referenceProblems } from './validate-references.ts';
import { specProblems } from './validate-spec.ts';
import { strategyProblems } from './validate-strategy.ts';
import { unsupportedFields } from './validate-support.ts';

export function findSpecProblem(snapshot: RolloutSnapshot): SpecProblem | undefined {
  const { rollout, workload, workloadProblem } = snapshot;
  if (workloadProblem !== undefined) return { text: workloadProblem, ofReference: true, retryAfter: 20 * SECOND };
  for (const problems of [specProblems, strategyProblems, unsupportedFields]) {
    const [text] = problems(rollout, workload !== undefined);
    if (text !== undefined) return { text, ofReference: false };
  }
  const [text] = referenceProblems(snapshot);
  return text === undefined ? undefined : { text, ofReference: true };
}
