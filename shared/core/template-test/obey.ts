/** A person's order on a simulated Rollout, judged as any order is. */
import { applyCommand } from '../commands/apply.ts';
import { bindTo, type Command, type Verdict } from '../commands/command.ts';
import { applyMerge } from '../merge-patch.ts';
import type { JsonObject } from '../json.ts';
import type { Rollout, RolloutSpec } from '../resources/argo.ts';
import type { Order } from './test-case.ts';

export type Outcome = { readonly state: 'change'; readonly rollout: Rollout } | Verdict;

/** The Rollout as the order leaves it, or why nothing changes. */
export function obey({ verb }: Order, rollout: Rollout): Outcome {
  const effect = applyCommand(commandOf(verb, rollout), rollout);
  if (effect.state !== 'change') return effect;
  const { status = rollout.status, spec } = effect;
  const generation = (rollout.metadata.generation ?? 1) + (spec === undefined ? 0 : 1);
  const metadata = { ...rollout.metadata, generation };
  return {
    state: 'change',
    rollout: { ...rollout, metadata, spec: patched(rollout, spec), ...(status && { status }) },
  };
}

function patched({ spec }: Rollout, patch: JsonObject | undefined): RolloutSpec {
  return patch === undefined ? spec : (applyMerge(spec, patch) as unknown as RolloutSpec);
}

function commandOf(order: Order['verb'], rollout: Rollout): Command {
  const { name, namespace } = rollout.metadata;
  const target = { rollout: { cluster: 'test', namespace, name }, binding: bindTo(rollout) };
  switch (order) {
    case 'promote-full':
      return { verb: 'promote', full: true, ...target };
    case 'skip-step':
      return { verb: 'promote', skipCurrentStep: true, ...target };
    case 'promote':
    case 'abort':
    case 'retry':
    case 'pause':
      return { verb: order, ...target };
  }
}
