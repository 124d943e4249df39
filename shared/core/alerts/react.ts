/** What a firing alert does to a release. Pure. */
import type { ReleaseSummary } from '../history/record.ts';
import type { Rollout } from '../resources/argo.ts';
import type { Alert } from './alert.ts';

/** Annotation on the Rollout that overrides the default. */
export const ALERTS_ANNOTATION = 'weir.dev/alerts';

const ACTIONS = ['abort', 'pause', 'evaluate', 'notify', 'off'] as const;
export type AlertAction = (typeof ACTIONS)[number];

export interface Reaction {
  readonly action: AlertAction;
  readonly because: string;
}

/** Abort latches: nothing that resolves ever un-aborts. */
export function reactTo(alert: Alert, rollout: Rollout, release: ReleaseSummary | undefined): Reaction {
  if (alert.status === 'resolved') return { action: 'notify', because: 'it is resolved; an abort stays' };
  if (release?.outcome !== 'running') return { action: 'notify', because: 'no release is going on' };
  if (alert.startsAt < release.startedAt) {
    return { action: 'off', because: 'it was firing already when the release began' };
  }
  const told = rollout.metadata.annotations?.[ALERTS_ANNOTATION];
  if (told !== undefined) return annotated(told);
  return byAttribution(alert, rollout);
}

function annotated(value: string): Reaction {
  const action = ACTIONS.find((known) => known === value);
  if (action !== undefined) return { action, because: `${ALERTS_ANNOTATION}: ${value}` };
  const known = ACTIONS.join(', ');
  return { action: 'notify', because: `${ALERTS_ANNOTATION}: "${value}" is none of ${known}; it is told only` };
}

function byAttribution({ labels }: Alert, { status }: Rollout): Reaction {
  const hash = labels['rollouts_pod_template_hash'];
  if (hash === undefined || hash === '') {
    return { action: 'evaluate', because: 'it names no pod hash: the release’s metrics are asked now' };
  }
  if (hash !== status?.currentPodHash)
    return { action: 'notify', because: 'it is about pods that are not being released' };
  const severity = labels['severity'] ?? '';
  if (severity === 'critical') return { action: 'abort', because: 'critical, on the pods being released' };
  if (severity === 'warning') return { action: 'pause', because: 'warning, on the pods being released' };
  return { action: 'notify', because: `severity "${severity}" on the pods being released` };
}
