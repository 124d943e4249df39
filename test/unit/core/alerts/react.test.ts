import { describe, expect, it } from '@jest/globals';
import type { Alert } from '#core/alerts/alert.ts';
import { DEFAULT_ALERT_POLICY, type AlertPolicy } from '#core/alerts/policy.ts';
import { reactTo } from '#core/alerts/react.ts';
import type { ReleaseSummary } from '#core/history/record.ts';
import type { Rollout, RolloutStatus } from '#core/resources/argo.ts';

const RELEASED_AT = 1_000_000;
const NOW = RELEASED_AT + 120_000;
const RELEASE = { outcome: 'running', startedAt: RELEASED_AT } as ReleaseSummary;

function anAlert(labels: Record<string, string>, more: Partial<Alert> = {}): Alert {
  const one = { status: 'firing', labels, annotations: {}, startsAt: RELEASED_AT + 60_000, fingerprint: 'f1' } as const;
  return { ...one, ...more };
}

function aRollout(status: RolloutStatus = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'prod', uid: 'u1' },
    spec: {},
    status: { currentPodHash: 'new', stableRS: 'old', ...status },
  };
}

function react(alert: Alert, rollout = aRollout(), policy: AlertPolicy = DEFAULT_ALERT_POLICY) {
  return reactTo(alert, rollout, { policy, release: RELEASE, earlier: [], now: NOW });
}

describe('given a release and an alert', () => {
  it.each([
    {
      given: 'critical, canary by hash',
      labels: { severity: 'critical', rollouts_pod_template_hash: 'new' },
      then: 'abort',
    },
    {
      given: 'warning, canary by hash',
      labels: { severity: 'warning', rollouts_pod_template_hash: 'new' },
      then: 'pause',
    },
    { given: 'info, canary by hash', labels: { severity: 'info', rollouts_pod_template_hash: 'new' }, then: 'notify' },
    { given: 'no severity, canary by hash', labels: { rollouts_pod_template_hash: 'new' }, then: 'notify' },
    {
      given: 'critical, stable by hash',
      labels: { severity: 'critical', rollouts_pod_template_hash: 'old' },
      then: 'notify',
    },
    {
      given: 'critical, an older version',
      labels: { severity: 'critical', rollouts_pod_template_hash: 'older' },
      then: 'notify',
    },
    { given: 'critical, canary by role', labels: { severity: 'critical', role: 'canary' }, then: 'abort' },
    { given: 'critical, preview by role', labels: { severity: 'critical', role: 'preview' }, then: 'abort' },
    { given: 'critical, stable by role', labels: { severity: 'critical', role: 'stable' }, then: 'notify' },
    {
      given: 'critical, a role of something else',
      labels: { severity: 'critical', role: 'primary' },
      then: 'evaluate',
    },
    { given: 'critical, canary by pod', labels: { severity: 'critical', pod: 'shop-new-x7x2z' }, then: 'abort' },
    { given: 'critical, stable by pod', labels: { severity: 'critical', pod: 'shop-old-x7x2z' }, then: 'notify' },
    { given: 'critical, no version', labels: { severity: 'critical', rollout: 'shop' }, then: 'evaluate' },
    {
      given: 'hash before role',
      labels: { severity: 'critical', rollouts_pod_template_hash: 'old', role: 'canary' },
      then: 'notify',
    },
  ])('$given: $then', ({ labels, then }) => {
    expect(react(anAlert(labels)).action).toBe(then);
  });

  it.each([
    { given: 'before the switch', activeSelector: 'old', then: 'notify' },
    { given: 'after the switch', activeSelector: 'new', then: 'abort' },
  ])('role=active means the version that gets the traffic: $given, $then', ({ activeSelector, then }) => {
    const rollout = aRollout({ blueGreen: { activeSelector } });
    expect(react(anAlert({ severity: 'critical', role: 'active' }), rollout).action).toBe(then);
  });

  it('given a team that wants an abort whenever its rollout has a critical alert, then the policy decides', () => {
    const severity = { ...DEFAULT_ALERT_POLICY.severity, rollout: { critical: 'abort', '*': 'notify' } } as const;
    const policy = { ...DEFAULT_ALERT_POLICY, severity };
    expect(react(anAlert({ severity: 'critical' }), aRollout(), policy).action).toBe('abort');
    expect(react(anAlert({ severity: 'page' }), aRollout(), policy).action).toBe('notify');
  });

  it('given a severity named as a member of every object, then it is a severity like any other', () => {
    expect(react(anAlert({ severity: 'constructor', rollouts_pod_template_hash: 'new' })).action).toBe('notify');
  });
});

describe('given an alert that may be older than the release', () => {
  const earlier = (status: Alert['status'], at: number) => ({ status, receivedAt: RELEASED_AT + at });
  it.each([
    { given: 'it began before', startsAt: -1, received: [], then: 'off' },
    { given: 'it began with the release', startsAt: 0, received: [], then: 'abort' },
    {
      given: 'it fired at the start, under an earlier beginning',
      startsAt: 5,
      received: [earlier('firing', -9)],
      then: 'off',
    },
    {
      given: 'it was resolved before',
      startsAt: 5,
      received: [earlier('resolved', -3), earlier('firing', -9)],
      then: 'abort',
    },
    {
      given: 'it was resolved since',
      startsAt: 5,
      received: [earlier('firing', -9), earlier('resolved', 3)],
      then: 'abort',
    },
    { given: 'it fired since for the first time', startsAt: 5, received: [earlier('firing', 2)], then: 'abort' },
  ])('$given: $then', ({ startsAt, received, then }) => {
    const labels = { severity: 'critical', rollouts_pod_template_hash: 'new' };
    const alert = anAlert(labels, { startsAt: RELEASED_AT + startsAt });
    const context = { policy: DEFAULT_ALERT_POLICY, release: RELEASE, earlier: received, now: NOW };
    expect(reactTo(alert, aRollout(), context).action).toBe(then);
  });
});
