/** What a firing alert does to a release. Pure. */
import type { ReleaseSummary } from '../history/record.ts';
import type { Rollout } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import type { Alert } from './alert.ts';
import { bakesUntil } from './bake.ts';
import { isBackground, type Delivery } from './background.ts';
import { ALERT_ACTIONS, actionFor, type AlertAction, type AlertPolicy } from './policy.ts';
import { subjectOf } from './subject.ts';

/** Annotation on the Rollout that overrides the default. */
export const ALERTS_ANNOTATION = 'weir.dev/alerts';

export interface Reaction {
  /** `rollback` is what an abort is after promotion. */
  readonly action: AlertAction | 'rollback';
  readonly because: string;
}

/** What is known besides the alert itself. */
export interface AlertContext {
  readonly policy: AlertPolicy;
  readonly release: ReleaseSummary | undefined;
  /** Earlier deliveries of the same fingerprint. */
  readonly earlier: readonly Delivery[];
  readonly now: Instant;
}

/** Abort latches: nothing that resolves ever un-aborts. */
export function reactTo(alert: Alert, rollout: Rollout, context: AlertContext): Reaction {
  const { policy, release, earlier } = context;
  if (alert.status === 'resolved') return { action: 'notify', because: 'it is resolved; an abort stays' };
  const bakes = isBaking(rollout, context);
  if (release === undefined || (release.outcome !== 'running' && !bakes)) {
    return { action: 'notify', because: 'no release is going on' };
  }
  if (isBackground(alert, earlier, release.startedAt)) {
    return { action: 'off', because: 'it was firing already when the release began' };
  }
  const told = rollout.metadata.annotations?.[ALERTS_ANNOTATION];
  const reaction = told === undefined ? byAttribution(alert, rollout, policy, bakes) : annotated(told);
  return bakes ? afterPromotion(reaction) : reaction;
}

function isBaking(rollout: Rollout, { release, now }: AlertContext): boolean {
  const until = bakesUntil(release, rollout);
  return until !== undefined && now < until;
}

/** There is nothing left to pause; going back is an undo. */
function afterPromotion({ action, because }: Reaction): Reaction {
  if (action === 'abort') return { action: 'rollback', because };
  return action === 'pause' ? { action: 'notify', because: `${because}; it is promoted already` } : { action, because };
}

function annotated(value: string): Reaction {
  const action = ALERT_ACTIONS.find((known) => known === value);
  if (action !== undefined) return { action, because: `${ALERTS_ANNOTATION}: ${value}` };
  const known = ALERT_ACTIONS.join(', ');
  return { action: 'notify', because: `${ALERTS_ANNOTATION}: "${value}" is none of ${known}; it is told only` };
}

/** After promotion all pods are the released ones: an alert on the rollout is one on them. */
function byAttribution(alert: Alert, rollout: Rollout, policy: AlertPolicy, bakes: boolean): Reaction {
  const found = subjectOf(alert, rollout);
  const subject = bakes && found !== 'other' ? 'canary' : found;
  if (subject === 'other') return { action: 'notify', because: 'it is about pods that are not being released' };
  const severity = alert.labels['severity'] ?? '';
  return { action: actionFor(policy, subject, severity), because: reasonFor(subject, severity) };
}

function reasonFor(subject: 'canary' | 'stable' | 'rollout', severity: string): string {
  switch (subject) {
    case 'canary':
      return severity === '' ? 'it is about the pods being released' : `${severity}, on the pods being released`;
    case 'stable':
      return 'it is about pods that are not being released';
    case 'rollout':
      return 'it names no pod hash: the release’s metrics are asked now';
  }
}
