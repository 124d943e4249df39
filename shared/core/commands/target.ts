/** Commands for a run or an Experiment: terminate both, retry an Experiment. engine §18. */
import { isCompleted } from '../resources/argo.ts';
import type { KubernetesObject } from '../resources/kubernetes.ts';
import type { Binding, Command, TargetKind } from './command.ts';
import { applied, refused, stale, type Effect } from './effect.ts';

/** What is read of an AnalysisRun and of an Experiment here. */
export type Target = KubernetesObject & {
  readonly spec?: { readonly terminate?: boolean };
  readonly status?: { readonly phase?: string };
};

export function bindToTarget(target: KubernetesObject): Binding {
  return { uid: target.metadata.uid, podHash: '' };
}

export function applyToTarget({ verb, binding }: Command, target: Target): Effect {
  if (binding.uid !== target.metadata.uid)
    return stale(`the ${target.kind} was deleted and created anew since; ask again`);
  switch (verb) {
    case 'terminate':
      return terminate(target);
    case 'retry':
      return target.kind === 'Experiment' ? retryExperiment(target) : notFor(verb, target.kind);
    case 'promote':
    case 'abort':
    case 'pause':
    case 'undo':
    case 'restart':
    case 'set-image':
    case 'freeze':
    case 'unfreeze':
      return notFor(verb, target.kind);
  }
}

export function targetIsFor(verb: Command['verb'], kind: TargetKind): boolean {
  return verb === 'terminate' || (verb === 'retry' && kind === 'Experiment');
}

function notFor(verb: string, kind: string): Effect {
  return refused(`${verb} is not for an ${kind}`);
}

function terminate(target: Target): Effect {
  const phase = target.status?.phase;
  if (isCompleted(phase)) return applied(`the ${target.kind} has ended: ${phase}`);
  if (target.spec?.terminate === true) return applied(`the ${target.kind} is being terminated`);
  return {
    state: 'change',
    other: { object: target, patch: { spec: { terminate: true } } },
    says: `${target.kind} ${target.metadata.name} is terminated`,
  };
}

/** One that has not ended is under way already: a repetition must not start it anew. */
function retryExperiment(target: Target): Effect {
  if (!isCompleted(target.status?.phase)) return applied('the Experiment is under way');
  return {
    state: 'change',
    other: { object: target, patch: { status: null } },
    says: `Experiment ${target.metadata.name} starts again`,
  };
}
