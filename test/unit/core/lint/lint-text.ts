/** Manifests that no rule objects to, and lint over texts. */
import { lintManifests } from '#core/lint/lint.ts';
import type { Finding } from '#core/lint/finding.ts';
import { checkFields } from '../../../../cli/lint/check-fields.ts';
import { readDocuments } from '../../../../cli/lint/documents.ts';
import { readQuery } from '../../../../cli/lint/read-query.ts';

export const ROLLOUT = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  replicas: 5
  strategy:
    canary:
      steps:
      - setWeight: 20
      - pause: {duration: 5m}
      analysis:
        templates:
        - templateName: health
        args:
        - name: service
          value: shop
        - name: canary-hash
          valueFrom: {podTemplateHashValue: Latest}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - name: app
        image: shop:v2
`;

export const TEMPLATE = `
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: health}
spec:
  args:
  - name: service
  - name: canary-hash
  - name: max-errors
    value: "0.05"
  metrics:
  - name: errors
    interval: 1m
    failureLimit: 3
    successCondition: len(result) > 0 && !isNaN(result[0]) && result[0] < {{args.max-errors}}
    provider:
      prometheus:
        address: http://prometheus:9090
        query: |
          sum(rate(errors_total{service="{{args.service}}", pod_hash="{{args.canary-hash}}"}[5m])) /
          sum(rate(requests_total{service="{{args.service}}", pod_hash="{{args.canary-hash}}"}[5m]))
  - name: p95
    interval: 1m
    failureLimit: 3
    successCondition: len(result) > 0 && !isNaN(result[0]) && result[0] < 0.5
    provider:
      prometheus:
        address: http://prometheus:9090
        query: |
          histogram_quantile(0.95, sum by (le) (
            rate(latency_seconds_bucket{service="{{args.service}}", pod_hash="{{args.canary-hash}}"}[5m])))
`;

export const BLUE_GREEN = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  replicas: 2
  strategy:
    blueGreen:
      activeService: shop
      previewService: shop-preview
      autoPromotionEnabled: false
      prePromotionAnalysis:
        templates: [{templateName: smoke}]
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: app, image: 'shop:v2'}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}}
---
apiVersion: v1
kind: Service
metadata: {name: shop-preview}
spec: {selector: {app: shop}}
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: smoke}
spec:
  metrics:
  - name: answers
    successCondition: result.ok
    provider: {web: {url: 'http://shop-preview/health'}}
  - name: speaks
    provider:
      job: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}
`;

export const RUN = `
apiVersion: argoproj.io/v1alpha1
kind: AnalysisRun
metadata: {generateName: smoke-}
spec:
  metrics:
  - name: answers
    successCondition: result == "ok"
    provider: {web: {url: 'http://shop-preview/health'}}
`;

/** The text with one edit. @throws when there is nothing to edit: such a test would test nothing */
export function edited(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the manifest does not contain ${from}`);
  return text.replace(from, to);
}

export function lintText(...texts: readonly string[]): readonly Finding[] {
  const read = texts.flatMap((text, index) => {
    const { manifests, broken } = readDocuments(`${index}.yaml`, text);
    if (broken.length > 0) throw new Error(broken[0]?.message);
    return manifests;
  });
  const readers = { checkFields, readQuery, scrapeInterval: 30_000 };
  return lintManifests(
    read.map(({ object }, id) => ({ id, folder: '.', object })),
    readers,
  );
}
