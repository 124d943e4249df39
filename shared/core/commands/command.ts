/** What a person, an alert or a program may ask of a Rollout, and what the asking was bound to. */
import type { Rollout } from '../resources/argo.ts';

/** The state that the asker saw: the command holds for that state only. */
export interface Binding {
  readonly uid: string;
  readonly podHash: string;
  /** Promote only: the step that was paused, and since when. */
  readonly stepIndex?: number;
  readonly pausedAt?: string;
}

export type CommandVerb = 'promote' | 'abort' | 'retry' | 'pause';

export interface Command {
  readonly verb: CommandVerb;
  readonly rollout: { readonly cluster: string; readonly namespace: string; readonly name: string };
  readonly binding: Binding;
  /** Promote: skip all remaining steps, pauses and analyses. */
  readonly full?: boolean;
  /** Promote: pass a step that is running, not paused. */
  readonly skipCurrentStep?: boolean;
  /** Why, in the asker's words. */
  readonly reason?: string;
}

/** Who asks. `id` is stable (`slack:T1/U2`, `cli:ana`, `alertmanager:<fingerprint>`), `name` is what people read. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'alert' | 'program';
}

/** What became of a command, with the sentence that the asker is told. */
export interface Verdict {
  readonly state: 'applied' | 'refused' | 'stale';
  readonly says: string;
}

/** The binding of a command that was typed now: what the Rollout shows at its receipt. */
export function bindTo(rollout: Rollout): Binding {
  const status = rollout.status ?? {};
  const pausedAt = status.pauseConditions?.[0]?.startTime;
  return {
    uid: rollout.metadata.uid,
    podHash: status.currentPodHash ?? '',
    ...(status.currentStepIndex === undefined ? {} : { stepIndex: status.currentStepIndex }),
    ...(pausedAt === undefined ? {} : { pausedAt }),
  };
}
