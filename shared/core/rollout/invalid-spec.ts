/** A Rollout that cannot be understood is told so, and otherwise left alone. engine §3. */
import type { Decision } from '../decision.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import { SECOND, type Millis } from '../time.ts';
import { addedText } from './added.ts';
import { findCondition, removeCondition, setCondition } from './conditions.ts';
import { phaseOf } from './phase.ts';
import { sameJson } from './same-json.ts';
import type { RolloutSnapshot } from './snapshot.ts';
import { storedForm } from './status.ts';

export interface SpecProblem {
  /** `<path>: <kind>: <value>: <detail>` */
  readonly text: string;
  /** Objects besides the Rollout are to blame: they may change without it. */
  readonly ofReference: boolean;
  /** When to look again; by default in 10 s at what a reference may change. */
  readonly retryAfter?: Millis;
}

export function refuseSpec({ rollout, now }: RolloutSnapshot, problem: SpecProblem): Decision<RolloutStatus> {
  const stored = rollout.status ?? {};
  const message = `The Rollout "${rollout.metadata.name}" is invalid: ${problem.text}`;
  const known = findCondition(stored.conditions, 'InvalidSpec');
  const others = known?.message === message ? stored.conditions : removeCondition(stored.conditions, 'InvalidSpec');
  const condition = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message } as const;
  const { conditions } = setCondition(others, condition, now);
  const draft = { ...stored, conditions, observedGeneration: String(rollout.metadata.generation ?? 0) };
  const status = storedForm({ ...draft, ...phaseOf(rollout, draft) });
  const added = { type: 'Normal', reason: 'RolloutAddedToInformer', message: addedText(rollout) } as const;
  return {
    actions: [],
    events: rollout.status === undefined ? [added] : [],
    ...(sameJson(status, storedForm(stored)) ? {} : { status }),
    ...(problem.ofReference ? { requeueAfter: problem.retryAfter ?? 10 * SECOND } : {}),
  };
}
