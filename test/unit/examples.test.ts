import { describe, expect, it } from '@jest/globals';
import { AnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate';
import { Rollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import { Service } from 'kubernetes-models/v1/Service';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { GUIDELINES } from './guidelines.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Template extends Manifest {
  readonly spec: {
    readonly args: readonly { readonly name: string; readonly value?: string }[];
    readonly metrics: readonly TemplateMetric[];
  };
}

interface TemplateMetric {
  readonly name: string;
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly provider: { readonly prometheus: { readonly query: string } };
}

interface Kustomization {
  readonly namespace: string;
  readonly resources: readonly string[];
}

function textOf(path: string): string {
  return readFileSync(join(EXAMPLES, path), 'utf8');
}

function manifestsOf(path: string): readonly Manifest[] {
  return parseAllDocuments(textOf(path)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
}

/** All manifests for a cluster: no kustomizations, no tests, nothing for Prometheus, Alertmanager or Argo CD. */
const FILES = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.includes('/') && path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'))
  .filter((path) => !/^(tests|argo-cd)\//.test(path))
  .toSorted();

const TEMPLATES = FILES.filter((path) => path.startsWith('templates/') && !path.endsWith('rollout.yaml'));

function validate(manifest: Manifest): void {
  const kinds = { Rollout, AnalysisTemplate, Service, Namespace };
  const Kind = kinds[manifest.kind as keyof typeof kinds];
  new Kind(manifest as never).validate();
}

describe('examples', () => {
  it.each(Object.keys(GUIDELINES))('%s is the manifest of the guidelines, unchanged', (path) => {
    expect(textOf(path)).toBe(GUIDELINES[path]);
  });

  it.each(FILES)('%s holds only valid manifests of kinds that Argo Rollouts and Kubernetes know', (path) => {
    const manifests = manifestsOf(path);
    expect(manifests.length).toBeGreaterThan(0);
    for (const manifest of manifests) expect(() => validate(manifest)).not.toThrow();
  });

  it.each([
    { folder: 'canary', namespace: 'canary' },
    { folder: 'blue-green', namespace: 'blue-green' },
    { folder: 'templates', namespace: 'canary' },
  ])('$folder is applied as a whole to namespace $namespace', ({ folder, namespace }) => {
    const [kustomization] = manifestsOf(
      `${folder}/kustomization.yaml`,
    ) as readonly unknown[] as readonly Kustomization[];
    const files = FILES.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
    expect(kustomization?.namespace).toBe(namespace);
    expect(kustomization?.resources.toSorted()).toEqual(files);
  });

  it('the blue-green Rollout finds both of its Services', () => {
    const names = manifestsOf('blue-green/services.yaml').map((service) => service.metadata.name);
    expect(names).toEqual(['my-app-active', 'my-app-preview']);
  });
});

describe('analysis of the other required metrics', () => {
  const templates = TEMPLATES.flatMap((path) => manifestsOf(path) as readonly Template[]);
  const metrics = templates.flatMap((template) => template.spec.metrics.map((metric) => ({ template, ...metric })));
  const argumentsOf = (template: Template) => new Map(template.spec.args.map(({ name, value }) => [name, value]));

  it('covers request rate, error rate, latency, saturation and a business metric', () => {
    expect(metrics.map((metric) => metric.name).toSorted()).toEqual([
      'canary-request-share',
      'canary-saturation',
      'client-errors',
      'orders-per-request',
      'p50-latency',
      'p95-latency',
      'p99-latency',
      'saturation-increase',
      'server-errors',
    ]);
  });

  it('all of them fit into one AnalysisRun: no two give one argument different defaults', () => {
    const values = new Map<string, Set<string | undefined>>();
    for (const { name, value } of templates.flatMap((template) => template.spec.args)) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
    expect([...values].filter(([, defaults]) => defaults.size > 1)).toEqual([]);
  });

  it.each(templates.map((template) => ({ name: template.metadata.name, template })))(
    '$name takes both pod hashes and has a default for everything else but the service',
    ({ template }) => {
      const required = [...argumentsOf(template)].filter(([, value]) => value === undefined).map(([name]) => name);
      expect(required).toEqual(['service-name', 'canary-hash', 'stable-hash']);
    },
  );

  it.each(metrics)('$name asks valid PromQL about arguments that its template declares', ({ template, provider }) => {
    const declared = argumentsOf(template);
    const query = provider.prometheus.query.replaceAll(/\{\{args\.([\w-]+)\}\}/g, (_, name: string) => {
      expect(declared.has(name)).toBe(true);
      return 'x';
    });
    let broken = false;
    promql.parse(query).iterate({ enter: (node) => void (broken ||= node.type.isError) });
    expect(broken).toBe(false);
    expect(query).toContain('rollouts_pod_template_hash');
  });

  it.each(metrics)('$name is inconclusive without data, and bounded either way', (metric) => {
    for (const condition of [metric.successCondition, metric.failureCondition]) {
      expect(condition).toMatch(
        /^len\(result\) > 0 && !isNaN\(result\[0\]\) && result\[0\] (<=|>=|<|>) \{\{args\.[\w-]+\}\}$/,
      );
    }
    expect(metric.failureLimit).toBeGreaterThan(0);
    expect(metric.inconclusiveLimit).toBeGreaterThan(0);
  });

  it('histograms of several pods are summed by bucket before a quantile is taken', () => {
    const quantiles = metrics
      .map((metric) => metric.provider.prometheus.query)
      .filter((query) => query.includes('_quantile'));
    expect(quantiles).toHaveLength(3);
    for (const query of quantiles) expect(query.match(/histogram_quantile\([\d.]+,\s+sum by \(le\)/g)).toHaveLength(2);
  });
});

describe('alerts about versions', () => {
  interface Rule {
    readonly alert?: string;
    readonly expr: string;
    readonly labels?: { readonly severity: string };
  }
  const [file] = parseAllDocuments(textOf('alerts.yaml')).map((document) => document.toJS()) as [
    { readonly groups: readonly { readonly rules: readonly Rule[] }[] },
  ];
  const rules = file.groups.flatMap((group) => group.rules);
  const alerts = rules.filter(({ alert }) => alert !== undefined && alert !== 'Watchdog');

  it('covers server errors, client errors, latency and saturation, and proves its way by a Watchdog', () => {
    const names = rules.flatMap(({ alert }) => alert ?? []);
    expect(names).toEqual([
      'VersionErrorRate',
      'VersionClientErrorRate',
      'VersionLatency',
      'VersionSaturation',
      'Watchdog',
    ]);
  });

  it.each(rules)('$expr is valid PromQL', ({ expr }) => {
    let broken = false;
    promql.parse(expr).iterate({ enter: (node) => void (broken ||= node.type.isError) });
    expect(broken).toBe(false);
  });

  it.each(alerts)('$alert names the version and how bad it is, so that Weir can react', ({ expr, labels }) => {
    expect(expr).toMatch(/by \(namespace, service, rollouts_pod_template_hash/);
    expect(['critical', 'warning']).toContain(labels?.severity);
  });
});

describe('Argo CD', () => {
  it('installs a base that is there, into the namespace that it makes', () => {
    const [weir] = manifestsOf('argo-cd/application.yaml') as readonly unknown[] as readonly [
      {
        readonly spec: {
          readonly source: { readonly path: string };
          readonly destination: { readonly namespace: string };
        };
      },
    ];
    const base = fileURLToPath(new URL(`../../${weir.spec.source.path}/kustomization.yaml`, import.meta.url));
    expect(readFileSync(base, 'utf8')).toContain('kind: Kustomization');
    expect(weir.spec.destination.namespace).toBe('weir');
  });
});
