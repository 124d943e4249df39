import type { RolloutSnapshot } from './snapshot.ts';
import type { SpecProblem } from './invalid-spec.ts';
export function findSpecProblem(_snapshot: RolloutSnapshot): SpecProblem | undefined {
  return undefined;
}
