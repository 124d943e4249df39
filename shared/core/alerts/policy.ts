/** What a team says about alerts once, for all its rollouts: `alerts` of weir.yaml. */

/** What a firing alert may do to a release. */
export const ALERT_ACTIONS = ['abort', 'pause', 'evaluate', 'notify', 'off'] as const;
export type AlertAction = (typeof ALERT_ACTIONS)[number];

/** Whose pods an alert is about: those of the version being released, the stable ones, or it does not say. */
export const ALERT_SUBJECTS = ['canary', 'stable', 'rollout'] as const;
export type AlertSubject = (typeof ALERT_SUBJECTS)[number];

/** The action by the alert's `severity` label; `*` stands for any other one. */
export type ActionBySeverity = Readonly<Record<string, AlertAction>>;

/** For alerts that name no rollout themselves: where all labels match, they mean this one. */
export interface AlertMapping {
  /** Label → value; `*` at the end of a value matches any rest. */
  readonly match: Readonly<Record<string, string>>;
  /** `[[cluster/]namespace/]rollout`; `{{label}}` stands for the alert's value of a label. */
  readonly rollout: string;
}

export interface AlertPolicy {
  readonly mapping: readonly AlertMapping[];
  readonly severity: Readonly<Record<AlertSubject, ActionBySeverity>>;
  /** The alert that always fires and proves the way from Prometheus to Weir. */
  readonly watchdog: string;
}

export const DEFAULT_ALERT_POLICY: AlertPolicy = {
  mapping: [],
  severity: {
    canary: { critical: 'abort', warning: 'pause', '*': 'notify' },
    stable: { '*': 'notify' },
    rollout: { '*': 'evaluate' },
  },
  watchdog: 'Watchdog',
};

export function actionFor(policy: AlertPolicy, subject: AlertSubject, severity: string): AlertAction {
  const actions = policy.severity[subject];
  return (Object.hasOwn(actions, severity) ? actions[severity] : actions['*']) ?? 'notify';
}
