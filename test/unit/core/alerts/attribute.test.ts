import { describe, expect, it } from '@jest/globals';
import type { Alert } from '#core/alerts/alert.ts';
import { targetOf } from '#core/alerts/attribute.ts';
import { truncatedAlert } from '#core/alerts/truncated.ts';

function anAlert(labels: Record<string, string>, more: Partial<Alert> = {}): Alert {
  return { status: 'firing', labels, annotations: {}, startsAt: 10, fingerprint: 'f1', ...more };
}

const MAPPING = [
  { match: { destination_workload: '*' }, rollout: '{{destination_workload_namespace}}/{{destination_workload}}' },
  { match: { team: 'pay', job: 'checkout-*' }, rollout: 'eu/pay/checkout' },
];

describe('given an alert', () => {
  it.each([
    { labels: { rollout: 'a', namespace: 'n' }, then: { cluster: 'eu', namespace: 'n', by: 'rollout', value: 'a' } },
    { labels: { pod: 'p', service: 's' }, then: { cluster: 'eu', by: 'service', value: 's' } },
    { labels: { rollouts_pod_template_hash: 'h', pod: 'p' }, then: { by: 'rollouts_pod_template_hash', value: 'h' } },
    {
      labels: { destination_workload: 'w', destination_workload_namespace: 'n', pod: 'prometheus-0' },
      then: { by: 'rollout', namespace: 'n', value: 'w' },
    },
    { labels: { destination_workload: 'w', service: 's' }, then: { by: 'service', value: 's' } },
    {
      labels: { team: 'pay', job: 'checkout-eu' },
      then: { cluster: 'eu', namespace: 'pay', by: 'rollout', value: 'checkout' },
    },
    { labels: { team: 'pay', job: 'checkout-eu', rollout: 'own' }, then: { by: 'rollout', value: 'own' } },
  ])('$labels mean $then', ({ labels, then }) => {
    expect(targetOf(anAlert(labels), ['eu'], MAPPING)).toMatchObject({ found: then });
  });

  it.each([
    { labels: { team: 'pay' }, clusters: ['eu'], says: 'no rule of alerts.mapping fits it' },
    { labels: { rollout: 'a' }, clusters: ['eu', 'us'], says: 'no label "cluster"' },
    { labels: { rollout: 'a', cluster: 'mars' }, clusters: ['eu'], says: 'cluster "mars" is not configured' },
  ])('$labels in $clusters mean nothing, and why is said', ({ labels, clusters, says }) => {
    expect(JSON.stringify(targetOf(anAlert(labels), clusters, MAPPING))).toContain(says.replaceAll('"', '\\"'));
  });
});

describe('given a payload from which Alertmanager left alerts out', () => {
  const group = {
    groupKey: 'g',
    truncatedAlerts: 7,
    commonLabels: { rollout: 'a', severity: 'critical', rollouts_pod_template_hash: 'h' },
    alerts: [anAlert({}, { startsAt: 10 }), anAlert({}, { startsAt: 30 })],
  };

  it('then one alert stands for them, about the same rollout and no version', () => {
    expect(truncatedAlert(group, 99)).toMatchObject({
      labels: { rollout: 'a', alertname: '7 alerts left out by Alertmanager' },
      startsAt: 30,
    });
    expect(Object.keys(truncatedAlert(group, 99)?.labels ?? {}).toSorted()).toEqual(['alertname', 'rollout']);
  });

  it.each([
    { given: 'nothing was left out', change: { truncatedAlerts: 0 } },
    { given: 'all are resolved', change: { alerts: [anAlert({}, { status: 'resolved' as const })] } },
  ])('$given: then there is none', ({ change }) => {
    expect(truncatedAlert({ ...group, ...change }, 99)).toBeUndefined();
  });
});
