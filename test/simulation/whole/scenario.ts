/** What a seed is about: one Rollout, its steps and analysis, and what its versions are like. */
import type { CanaryStep, Rollout } from '#core/resources/argo.ts';
import type { NewObject } from '#core/resources/kubernetes.ts';
import type { Random } from '../random.ts';

export const NAMESPACE = 'sim';
export const NAME = 'shop';
export const KEY = { cluster: 'prod', kind: 'Rollout', namespace: NAMESPACE, name: NAME } as const;
const LABELS = { app: NAME };

export interface Scenario {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly strategy: 'canary' | 'blueGreen';
  readonly steps: readonly CanaryStep[];
  readonly background: boolean;
  /** `weir.dev/on-provider-error`. */
  readonly onOutage: 'argo' | 'hold';
  readonly bakes: boolean;
  /** Its traffic goes through an Ingress of nginx. */
  readonly routed: boolean;
  /** `weir.dev/approvals`: pauses need two people; `expiring` ones are aborted when they do not come. */
  readonly approvals: 'none' | 'two' | 'expiring';
}

export function aScenario(random: Random): Scenario {
  const strategy = random.chance(0.15) ? 'blueGreen' : 'canary';
  const maxSurge = random.pick([0, 1, 2]);
  return {
    replicas: random.pick([1, 2, 3]),
    maxSurge,
    maxUnavailable: maxSurge === 0 ? 1 : random.pick([0, 1]),
    strategy,
    steps: Array.from({ length: Math.floor(random.between(2, 6)) }, () => aStep(random)),
    background: strategy === 'canary' && random.chance(0.3),
    onOutage: random.pick(['argo', 'hold'] as const),
    bakes: random.chance(0.2),
    routed: strategy === 'canary' && random.chance(0.25),
    approvals: random.pick(['none', 'none', 'none', 'none', 'two', 'expiring'] as const),
  };
}

function aStep(random: Random): CanaryStep {
  const kind = random.next();
  if (kind < 0.1) return { experiment: anExperiment(random) };
  if (kind < 0.35) return { setWeight: random.pick([20, 40, 60, 80]) };
  if (kind < 0.6) return { pause: {} };
  if (kind < 0.75) return { pause: { duration: 15 } };
  return { analysis: ANALYSIS };
}

const ANALYSIS = {
  templates: [{ templateName: 'errors' }],
  args: [{ name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' as const } }],
};

/** Of one pod of the new version, measured or only watched. */
function anExperiment(random: Random): NonNullable<CanaryStep['experiment']> {
  const args = [{ name: 'hash', value: '{{templates.probe.podTemplateHash}}' }];
  return {
    duration: '20s',
    templates: [{ name: 'probe', specRef: 'canary', replicas: 1 }],
    ...(random.chance(0.5) && { analyses: [{ name: 'errors', templateName: 'errors', args }] }),
  };
}

/** A tag with `bad` has many errors; one with `stuck` never starts. */
export function imageOf(version: string): string {
  return `${NAME}:${version}`;
}

export function podTemplateOf(version: string): NonNullable<Rollout['spec']['template']> {
  return { metadata: { labels: LABELS }, spec: { containers: [{ name: 'app', image: imageOf(version) }] } };
}

export function manifestsOf(scenario: Scenario): readonly NewObject[] {
  const { replicas, strategy, onOutage, bakes, approvals } = scenario;
  const annotations = {
    ...(onOutage === 'hold' && { 'weir.dev/on-provider-error': 'hold' }),
    ...(bakes && { 'weir.dev/bake': '5m' }),
    ...(approvals !== 'none' && { 'weir.dev/approvals': '2' }),
    ...(approvals === 'expiring' && { 'weir.dev/approval-timeout': '3m' }),
  };
  const rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: NAME, namespace: NAMESPACE, annotations },
    spec: {
      replicas,
      progressDeadlineSeconds: 120,
      selector: { matchLabels: LABELS },
      template: podTemplateOf('v1'),
      strategy: strategy === 'canary' ? { canary: canaryOf(scenario) } : { blueGreen: blueGreenOf(scenario) },
    },
  };
  const around = [aService('active'), aService('preview'), anIngress(), anAnalysisTemplate()];
  return [...around, rollout] as unknown as readonly NewObject[];
}

function canaryOf({ maxSurge, maxUnavailable, steps, background, routed }: Scenario): object {
  const services = { stableService: 'active', canaryService: 'preview' };
  const routing = { ...services, trafficRouting: { nginx: { stableIngress: NAME } } };
  return { maxSurge, maxUnavailable, steps, ...(background && { analysis: ANALYSIS }), ...(routed && routing) };
}

function blueGreenOf({ steps }: Scenario): object {
  const analysed = steps.some(({ analysis }) => analysis !== undefined);
  const waits = steps.some(({ pause }) => pause !== undefined);
  return {
    activeService: 'active',
    previewService: 'preview',
    autoPromotionEnabled: !waits,
    scaleDownDelaySeconds: 30,
    ...(analysed && { prePromotionAnalysis: ANALYSIS }),
  };
}

function aService(name: string): object {
  const spec = { selector: LABELS, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE }, spec };
}

function anIngress(): object {
  const backend = { service: { name: 'active', port: { number: 80 } } };
  const spec = { rules: [{ host: 'shop.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: NAME, namespace: NAMESPACE }, spec };
}

/** A run that belongs to no Rollout, as a person starts one. */
export function anAnalysisRun(name: string, hash: string): NewObject {
  const metadata = { name, namespace: NAMESPACE };
  const spec = { args: [{ name: 'hash', value: hash }], metrics: [METRIC] };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata, spec } as unknown as NewObject;
}

const METRIC = {
  name: 'errors',
  interval: '10s',
  count: 3,
  failureLimit: 0,
  successCondition: 'result[0] < 0.05',
  provider: { prometheus: { address: 'http://prometheus:9090', query: 'errors{hash="{{args.hash}}"}' } },
};

function anAnalysisTemplate(): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'errors', namespace: NAMESPACE },
    spec: { args: [{ name: 'hash' }], metrics: [METRIC] },
  };
}
