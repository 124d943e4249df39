/** Small objects for the tests of the stand-in. */
import type { SentObject } from '../../../../infra/local/kubernetes/objects.ts';

interface Extra {
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

function manifest(apiVersion: string, kind: string, name: string, extra: Extra): SentObject {
  const { metadata, ...rest } = extra;
  return { apiVersion, kind, ...rest, metadata: { name, namespace: 'shop', ...metadata } };
}

export function configMap(name: string, extra: Extra = {}): SentObject {
  return manifest('v1', 'ConfigMap', name, extra);
}

export function rollout(name: string, extra: Extra = {}): SentObject {
  return manifest('argoproj.io/v1alpha1', 'Rollout', name, { spec: { replicas: 1 }, ...extra });
}

export function analysisRun(name: string, extra: Extra = {}): SentObject {
  return manifest('argoproj.io/v1alpha1', 'AnalysisRun', name, { spec: { metrics: [] }, ...extra });
}

export function pod(name: string, extra: Extra = {}): SentObject {
  return manifest('v1', 'Pod', name, { spec: { containers: [{ name: 'app', image: 'app:1' }] }, ...extra });
}

interface ReplicaSetOptions {
  readonly replicas?: number;
  readonly image?: string;
  readonly minReadySeconds?: number;
  readonly metadata?: object;
}

export function replicaSet(name: string, options: ReplicaSetOptions = {}): SentObject {
  const { replicas = 1, image = 'app:1', minReadySeconds, metadata } = options;
  const labels = { app: name };
  return manifest('apps/v1', 'ReplicaSet', name, {
    ...(metadata === undefined ? {} : { metadata }),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } },
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    },
  });
}
