import { describe, expect, it } from '@jest/globals';
import type { AnalysisTemplate, CanaryStep, CanaryStrategy, RolloutSpec } from '#core/resources/argo.ts';
import { MANAGED_BY } from '#core/resources/keys.ts';
import type { PodTemplate } from '#core/resources/kubernetes.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import type { RolloutSnapshot } from '#core/rollout/snapshot.ts';
import { findSpecProblem } from '#core/rollout/validate.ts';
import {
  aMetric,
  analysis,
  anAnalysisTemplate,
  aRollout,
  aService,
  aTemplate,
  pause,
  setWeight,
  T0,
  type RolloutBuilder,
} from '../../../support/builders.ts';

function snapshotOf(rollout: RolloutBuilder, seen: Partial<RolloutSnapshot> = {}): RolloutSnapshot {
  const nothing = {
    replicaSets: [],
    services: [],
    analysisRuns: [],
    analysisTemplates: [],
    clusterAnalysisTemplates: [],
  };
  return { now: T0, rollout: rollout.build(), ...nothing, ...seen };
}

function problemOf(rollout: RolloutBuilder, seen: Partial<RolloutSnapshot> = {}): string | undefined {
  return findSpecProblem(snapshotOf(rollout, seen))?.text;
}

/** Parts of a spec, undefined to leave one out. */
function withSpec(part: { [Field in keyof RolloutSpec]?: RolloutSpec[Field] | undefined }): RolloutBuilder {
  return aRollout().spec(part as Partial<RolloutSpec>);
}

function withPod(part: object): RolloutBuilder {
  return aRollout().template({ ...aTemplate(), spec: { ...aTemplate().spec, ...part } } as PodTemplate);
}

function withSteps(steps: readonly CanaryStep[], strategy: Partial<CanaryStrategy> = {}): RolloutBuilder {
  return aRollout().canary(steps, strategy);
}

const ISTIO = { istio: { virtualService: { name: 'vs' } } };
const SERVICES = { stableService: 's', canaryService: 'c' };
const twice = (roles: string) =>
  `This rollout uses the same service for the ${roles} services, but two different services are required.`;
const STEP_RULE = 'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause';
const BOTH_SERVICES = 'Canary service and Stable service must to be set to use Traffic Routing';

describe('a spec without fault', () => {
  it.each<{ given: string; rollout: RolloutBuilder }>([
    { given: 'a canary without steps', rollout: aRollout() },
    {
      given: 'steps',
      rollout: withSteps([setWeight(0), pause(), setWeight(100), pause('1h30m'), pause(10), pause('10')]),
    },
    { given: 'no replicas', rollout: aRollout().replicas(0) },
    { given: 'absent replicas', rollout: withSpec({ replicas: undefined }) },
    { given: 'minReadySeconds below the deadline', rollout: withSpec({ minReadySeconds: 599 }) },
    {
      given: 'a selector by expression',
      rollout: withSpec({ selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }),
    },
    {
      given: 'an image with a blank before it, which only pods are refused for',
      rollout: withPod({ containers: [{ name: 'a', image: ' a' }] }),
    },
    {
      given: 'a negative terminationGracePeriodSeconds, which counts as 1',
      rollout: withPod({ terminationGracePeriodSeconds: -1 }),
    },
    { given: 'maxSurge 0 and maxUnavailable 1', rollout: withSteps([], { maxSurge: 0, maxUnavailable: 1 }) },
  ])('given $given, then nothing is said', ({ rollout }) => {
    expect(problemOf(rollout)).toBeUndefined();
  });
});

describe('a spec with a fault', () => {
  it.each<{ then: string; rollout: RolloutBuilder }>([
    {
      then: `spec.selector: Required value: Rollout has missing field '.spec.selector'`,
      rollout: withSpec({ selector: undefined }),
    },
    {
      then: 'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
      rollout: withSpec({ selector: {} }),
    },
    {
      then: `spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator`,
      rollout: withSpec({ selector: { matchExpressions: [{ key: 'app', operator: 'Is', values: ['checkout'] }] } }),
    },
    {
      then: "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      rollout: withSpec({ selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }),
    },
    {
      then: "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      rollout: withSpec({ selector: { matchExpressions: [{ key: 'app', operator: 'Exists', values: ['a'] }] } }),
    },
    {
      then: 'spec.template.metadata.labels: Invalid value: {"app":"demo"}: `selector` does not match template `labels`',
      rollout: aRollout().template(aTemplate('v1', { app: 'demo' })),
    },
    { then: 'spec.replicas: Invalid value: -1: must be greater than or equal to 0', rollout: aRollout().replicas(-1) },
    {
      then: 'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
      rollout: withSpec({ minReadySeconds: -1 }),
    },
    {
      then: 'spec.revisionHistoryLimit: Invalid value: -2: must be greater than or equal to 0',
      rollout: withSpec({ revisionHistoryLimit: -2 }),
    },
    {
      then: 'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
      rollout: withSpec({ progressDeadlineSeconds: -1 }),
    },
    {
      then: 'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
      rollout: withSpec({ minReadySeconds: 600 }),
    },
    {
      then: 'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      rollout: withPod({ restartPolicy: 'Never' }),
    },
    {
      then: 'spec.template.spec.containers[0].image: Required value',
      rollout: withPod({ containers: [{ name: 'a' }] }),
    },
    { then: 'spec.template.spec.containers: Required value', rollout: withPod({ containers: [] }) },
    {
      then: 'spec.template.spec.containers[0].name: Required value',
      rollout: withPod({ containers: [{ image: 'a' }] }),
    },
    {
      then: 'spec.template.spec.containers[1].name: Duplicate value: "a"',
      rollout: withPod({
        containers: [
          { name: 'a', image: 'a' },
          { name: 'a', image: 'b' },
        ],
      }),
    },
    {
      then: 'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "tmp"',
      rollout: withPod({ containers: [{ name: 'a', image: 'a', volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] }] }),
    },
    {
      then: 'spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      rollout: withPod({ containers: [{ name: 'a', image: 'a', ports: [{ containerPort: 70_000 }] }] }),
    },
    {
      then: 'spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      rollout: withPod({
        containers: [{ name: 'a', image: 'a', resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }],
      }),
    },
    {
      then: 'spec.template.spec.containers[0].resources.requests: Invalid value: "500m": must be less than or equal to memory limit of 100m',
      rollout: withPod({
        containers: [{ name: 'a', image: 'a', resources: { requests: { memory: '0.5' }, limits: { memory: '0.1' } } }],
      }),
    },
    {
      then: 'spec.template.spec.containers[0].ports[0].name: Invalid value: "ht_tp": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      rollout: withPod({ containers: [{ name: 'a', image: 'a', ports: [{ name: 'ht_tp', containerPort: 70_000 }] }] }),
    },
    {
      then: `spec.template.spec.containers[0].env[0].name: Invalid value: "1A": a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')`,
      rollout: withPod({ containers: [{ name: 'a', image: 'a', env: [{ name: '1A', value: 'x' }] }] }),
    },
    {
      then: 'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
      rollout: withSpec({ template: { spec: { containers: [{ name: 'a', image: 'a' }] } } }),
    },
    {
      then: 'spec.template: Internal error: template must be empty for workload reference rollout',
      rollout: withSpec({ workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } }),
    },
    {
      then: `spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'`,
      rollout: withSpec({ strategy: {} }),
    },
    {
      then: 'spec.strategy.strategy: Invalid value: "blueGreen: true canary: true": Multiple Strategies can not be listed',
      rollout: withSpec({ strategy: { canary: {}, blueGreen: { activeService: 'a' } } }),
    },
  ])('then $then', ({ then, rollout }) => {
    expect(problemOf(rollout)).toBe(then);
  });
});

describe('a blue-green strategy with a fault', () => {
  it.each<{ then: string; rollout: RolloutBuilder }>([
    {
      then: `spec.strategy.activeService: Invalid value: "a": ${twice('active and preview')}`,
      rollout: aRollout().blueGreen({ activeService: 'a', previewService: 'a' }),
    },
    {
      then: `spec.strategy.activeService: Invalid value: "": ${twice('active and preview')}`,
      rollout: aRollout().blueGreen({ activeService: '' }),
    },
    {
      then: `spec.strategy.scaleDownDelayRevisionLimit: Invalid value: 11: This rollout's revision history limit can not be smaller than the rollout's scale down limit`,
      rollout: aRollout().blueGreen({ scaleDownDelayRevisionLimit: 11 }),
    },
    {
      then: 'spec.strategy.antiAffinity: Invalid value: "antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: false antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: false": AntiAffinity must have exactly one strategy listed',
      rollout: aRollout().blueGreen({ antiAffinity: {} }),
    },
    {
      then: 'spec.strategy.antiAffinity.weight: Invalid value: 101: AntiAffinity weight must be between 1-100',
      rollout: aRollout().blueGreen({
        antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 101 } },
      }),
    },
  ])('then $then', ({ then, rollout }) => {
    expect(problemOf(rollout)).toBe(then);
  });
});

describe('a canary strategy with a fault', () => {
  it.each<{ then: string; strategy: Partial<CanaryStrategy> }>([
    {
      then: 'spec.strategy.maxSurge: Invalid value: 0: MaxSurge and MaxUnavailable both can not be zero',
      strategy: { maxSurge: 0, maxUnavailable: 0 },
    },
    {
      then: 'spec.strategy.maxSurge: Invalid value: "0%": MaxSurge and MaxUnavailable both can not be zero',
      strategy: { maxSurge: '0%', maxUnavailable: 0 },
    },
    {
      then: `spec.strategy.stableService: Invalid value: "a": ${twice('stable and canary')}`,
      strategy: { stableService: 'a', canaryService: 'a' },
    },
    {
      then: 'spec.strategy.trafficRouting.alb: Invalid value: null: Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only',
      strategy: { trafficRouting: { smi: {} }, pingPong: { pingService: 'a', pongService: 'b' } },
    },
    {
      then: 'spec.strategy.pingPong.pingService: Invalid value: "": Ping service and Pong service must to be set to use Ping-Pong feature',
      strategy: { trafficRouting: ISTIO, pingPong: { pingService: '', pongService: 'b' } },
    },
    {
      then: 'spec.strategy.pingPong.pongService: Invalid value: "": Ping service and Pong service must to be set to use Ping-Pong feature',
      strategy: { trafficRouting: ISTIO, pingPong: { pingService: 'a', pongService: '' } },
    },
    {
      then: `spec.strategy.pingPong.pingService: Invalid value: "a": ${twice('ping and pong')}`,
      strategy: { trafficRouting: ISTIO, pingPong: { pingService: 'a', pongService: 'a' } },
    },
    {
      then: 'spec.strategy.trafficRouting.alb.rootService: Invalid value: "": Root service field is required for the configuration with ALB and ping-pong feature enabled',
      strategy: {
        trafficRouting: { alb: { ingress: 'i', servicePort: 80 } },
        pingPong: { pingService: 'a', pongService: 'b' },
      },
    },
    {
      then: `spec.strategy.stableService: Invalid value: "": ${BOTH_SERVICES}`,
      strategy: { trafficRouting: { nginx: { stableIngress: 'i' } } },
    },
    {
      then: `spec.strategy.canaryService: Invalid value: "": ${BOTH_SERVICES}`,
      strategy: { trafficRouting: ISTIO, stableService: 's' },
    },
    {
      then: 'spec.strategy.scaleDownDelaySeconds: Invalid value: 30: Canary scaleDownDelaySeconds can only be used with traffic routing',
      strategy: { scaleDownDelaySeconds: 30 },
    },
    {
      then: 'spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale can only be used with traffic routing',
      strategy: { dynamicStableScale: true },
    },
    {
      then: 'spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale cannot be used with scaleDownDelaySeconds',
      strategy: { trafficRouting: ISTIO, ...SERVICES, dynamicStableScale: true, scaleDownDelaySeconds: 30 },
    },
    {
      then: 'spec.strategy.maxSurge: Invalid value: "x": MaxSurge and MaxUnavailable both can not be zero',
      strategy: { maxSurge: 'x', maxUnavailable: '0%' },
    },
    {
      then: 'spec.strategy.trafficRouting.maxTrafficWeight: Invalid value: 1000: Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins',
      strategy: { trafficRouting: { ...ISTIO, maxTrafficWeight: 1000 }, ...SERVICES },
    },
  ])('then $then', ({ then, strategy }) => {
    expect(problemOf(aRollout().canary(undefined, strategy))).toBe(then);
  });

  it.each<{ then: string; step: CanaryStep; strategy?: Partial<CanaryStrategy> }>([
    {
      then: `spec.strategy.steps[0]: Invalid value: "step.Experiment: true step.Pause: true step.SetWeight: true step.Analysis: true step.SetCanaryScale: true step.SetHeaderRoute: true step.SetMirrorRoute: true step.Plugin: true": ${STEP_RULE}`,
      step: {},
    },
    {
      then: `spec.strategy.steps[0]: Invalid value: "step.Experiment: false step.Pause: true step.SetWeight: true step.Analysis: false": ${STEP_RULE}`,
      step: { ...setWeight(10), ...pause() },
    },
    {
      then: `spec.strategy.steps[0]: Invalid value: "step.Experiment: true step.Pause: false step.SetWeight: false step.Analysis: true": ${STEP_RULE}`,
      step: { experiment: { templates: [] }, analysis: { templates: [{ templateName: 'a' }] } },
    },
    {
      then: 'spec.strategy.steps[0].setMirrorRoute.match[0]: Invalid value: {}: StringMatch value missed, match value must have one of the following: exact, regex, prefix',
      step: { setMirrorRoute: { name: 'a', match: [{ path: {} }] } },
      strategy: { trafficRouting: { ...ISTIO, managedRoutes: [{ name: 'a' }] }, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].setMirrorRoute.match[1]: Invalid value: {"exact":"GET","prefix":"P"}: StringMatch match value must have exactly one of the following: exact, regex, prefix',
      step: { setMirrorRoute: { name: 'a', match: [{}, { method: { exact: 'GET', prefix: 'P' } }] } },
      strategy: { trafficRouting: ISTIO, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100',
      step: setWeight(101),
    },
    {
      then: 'spec.strategy.steps[0].setWeight: Invalid value: -1: SetWeight needs to be between 0 and 100',
      step: setWeight(-1),
    },
    {
      then: 'spec.strategy.steps[0].setWeight: Invalid value: 2000: SetWeight needs to be between 0 and 1000',
      step: setWeight(2000),
      strategy: { trafficRouting: { nginx: { stableIngress: 'i' }, maxTrafficWeight: 1000 }, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].pause.duration: Invalid value: -1: Duration needs to be greater than 0',
      step: pause('1d'),
    },
    {
      then: 'spec.strategy.steps[0].pause.duration: Invalid value: -1: Duration needs to be greater than 0',
      step: pause(''),
    },
    {
      then: 'spec.strategy.steps[0].pause.duration: Invalid value: -5: Duration needs to be greater than 0',
      step: pause('-5'),
    },
    {
      then: 'spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set',
      step: { setCanaryScale: { weight: 25 } },
    },
    {
      then: 'spec.strategy.steps[0].setHeaderRoute: Invalid value: {"name":"a"}: SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix',
      step: { setHeaderRoute: { name: 'a' } },
    },
    {
      then: 'spec.strategy.steps[0].setMirrorRoute: Invalid value: {"name":"a"}: SetMirrorRoute requires TrafficRouting, supports Istio and Plugins',
      step: { setMirrorRoute: { name: 'a' } },
    },
    {
      then: `spec.strategy.trafficRouting.managedRoutes: Required value: Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'`,
      step: { setHeaderRoute: { name: 'a' } },
      strategy: { trafficRouting: ISTIO, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].setHeaderRoute: Invalid value: "a": Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes',
      step: { setHeaderRoute: { name: 'a' } },
      strategy: { trafficRouting: { ...ISTIO, managedRoutes: [{ name: 'b' }] }, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {"exact":"a","regex":"b"}: StringMatch match value must have exactly one of the following: exact, regex, prefix',
      step: { setHeaderRoute: { name: 'a', match: [{ headerName: 'h', headerValue: { exact: 'a', regex: 'b' } }] } },
      strategy: { trafficRouting: { ...ISTIO, managedRoutes: [{ name: 'a' }] }, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {}: StringMatch value missed, match value must have one of the following: exact, regex, prefix',
      step: { setHeaderRoute: { name: 'a', match: [{ headerName: 'h', headerValue: {} }] } },
      strategy: { trafficRouting: { ...ISTIO, managedRoutes: [{ name: 'a' }] }, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {"exact":"a","regex":"b"}: StringMatch match value must have exactly one of the following: exact, regex, prefix',
      step: { setHeaderRoute: { name: 'a', match: [{ headerName: 'h', headerValue: { exact: 'a', regex: 'b' } }] } },
      strategy: { trafficRouting: ISTIO, ...SERVICES },
    },
    {
      then: `spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {"exact":"a","prefix":"b"}: SetHeaderRoute match value invalid. ALB supports 'exact' value only`,
      step: { setHeaderRoute: { name: 'a', match: [{ headerName: 'h', headerValue: { exact: 'a', prefix: 'b' } }] } },
      strategy: {
        trafficRouting: { alb: { ingress: 'i', servicePort: 80 }, managedRoutes: [{ name: 'a' }] },
        ...SERVICES,
      },
    },
    {
      then: `spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {"regex":"b"}: SetHeaderRoute match value invalid. ALB supports 'exact' value only`,
      step: { setHeaderRoute: { name: 'a', match: [{ headerName: 'h', headerValue: { regex: 'b' } }] } },
      strategy: {
        trafficRouting: { alb: { ingress: 'i', servicePort: 80 }, managedRoutes: [{ name: 'a' }] },
        ...SERVICES,
      },
    },
    {
      then: 'spec.strategy.steps[0].experiment.templates[0].weight: Invalid value: 5: Experiment template weight cannot be set unless TrafficRouting is enabled',
      step: { experiment: { templates: [{ name: 'a', specRef: 'canary', weight: 5 }] } },
    },
    {
      then: 'spec.strategy.steps[0].experiment.templates[0].weight: Invalid value: 5: Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time',
      step: { experiment: { templates: [{ name: 'a', specRef: 'canary', weight: 5 }] } },
      strategy: { trafficRouting: { nginx: { stableIngress: 'i' } }, ...SERVICES },
    },
    {
      then: 'spec.strategy.steps[0].analyses: Invalid value: [{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.generation"}}}]: Analyses arguments must refer to valid object metadata supported by downwardAPI',
      step: {
        analysis: {
          templates: [{ templateName: 'a' }],
          args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.generation' } } }],
        },
      },
    },
    {
      then: 'spec.strategy.steps[0].analysis.templates: Required value: an analysis step needs at least one template',
      step: { analysis: {} },
    },
  ])('then $then', ({ then, step, strategy }) => {
    expect(problemOf(withSteps([step], strategy))).toBe(then);
  });
});

describe('what Weir does not do', () => {
  it.each<{ then: string; rollout: RolloutBuilder }>([
    {
      then: 'spec.strategy.canary.trafficRouting.plugins[org/router]: Forbidden: Weir runs no plugins and does not know traffic router "org/router"; of plugins it has argoproj-labs/gatewayAPI built in',
      rollout: withSteps([setWeight(10)], { trafficRouting: { plugins: { 'org/router': {} } }, ...SERVICES }),
    },
    {
      then: 'spec.strategy.canary.trafficRouting.plugins[org/router]: Forbidden: Weir runs no plugins and does not know traffic router "org/router"; of plugins it has argoproj-labs/gatewayAPI built in',
      rollout: withSteps([setWeight(10)], {
        trafficRouting: { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'shop' }, 'org/router': {} } },
        ...SERVICES,
      }),
    },
    {
      then: 'spec.strategy.canary.trafficRouting.newMesh: Forbidden: Weir does not know this traffic router',
      rollout: withSteps([setWeight(10)], { trafficRouting: { newMesh: {} } as never, ...SERVICES }),
    },
    {
      then: 'spec.strategy.canary.steps[0].plugin: Forbidden: Weir runs no plugins, so that step plugin "org/x" would never be done; take the step out',
      rollout: withSteps([{ plugin: { name: 'org/x' } }]),
    },
  ])('given $then, then it is refused by name, and nothing is skipped', ({ then, rollout }) => {
    expect(problemOf(rollout)).toBe(then);
    const decision = decideRollout(snapshotOf(rollout));
    expect(decision.actions).toEqual([]);
    expect(decision.status).toMatchObject({
      phase: 'Degraded',
      message: `InvalidSpec: The Rollout "checkout" is invalid: ${then}`,
    });
  });
});

describe('the objects that a Rollout refers to', () => {
  const FINITE = { ...aMetric(), count: 1 };
  const seen = (...templates: AnalysisTemplate[]) => ({ analysisTemplates: templates });

  it.each<{ then: string; rollout: RolloutBuilder; seen?: Partial<RolloutSnapshot> }>([
    {
      then: 'spec.strategy.blueGreen.activeService: Invalid value: "active": service "active" not found',
      rollout: aRollout().blueGreen({ previewService: 'preview' }),
    },
    {
      then: 'spec.strategy.blueGreen.previewService: Invalid value: "preview": service "preview" not found',
      rollout: aRollout().blueGreen({ previewService: 'preview' }),
      seen: { services: [aService('active')] },
    },
    {
      then: 'spec.strategy.canary.stableService: Invalid value: "s": service "s" not found',
      rollout: aRollout().canary([], SERVICES),
    },
    {
      then: `spec.strategy.canary.steps[1].analysis.templates: Invalid value: "t": AnalysisTemplate 't' not found`,
      rollout: withSteps([setWeight(10), analysis('t')]),
    },
    {
      then: `spec.strategy.canary.analysis.templates: Invalid value: "t": ClusterAnalysisTemplate 't' not found`,
      rollout: withSteps([], { analysis: { templates: [{ templateName: 't', clusterScope: true }] } }),
    },
    {
      then: `spec.strategy.blueGreen.prePromotionAnalysis.templates: Invalid value: "t": AnalysisTemplate 't' not found`,
      rollout: aRollout().blueGreen({ prePromotionAnalysis: { templates: [{ templateName: 't' }] } }),
      seen: { services: [aService('active')] },
    },
    {
      then: `spec.templates: Invalid value: "u": AnalysisTemplate 'u' not found`,
      rollout: withSteps([analysis('t')]),
      seen: seen({ ...anAnalysisTemplate('t'), spec: { templates: [{ templateName: 'u' }] } }),
    },
    {
      then: 'spec.strategy.blueGreen.activeService: Invalid value: "active": Service "active" has unmatch label "app" in rollout',
      rollout: aRollout().blueGreen(),
      seen: { services: [{ ...aService('active'), spec: { selector: { app: 'other' } } }] },
    },
    {
      then: 'spec.strategy.blueGreen.activeService: Invalid value: "active": Service "active" is managed by another Rollout',
      rollout: aRollout().blueGreen(),
      seen: { services: [aService('active', undefined, { [MANAGED_BY]: 'other' })] },
    },
    {
      then: `spec.strategy.canary.steps[0].analysis.templates: Invalid value: "templateNames: [a b]": two metrics have the same name 'success-rate'`,
      rollout: withSteps([analysis('a', 'b')]),
      seen: seen(anAnalysisTemplate('a', [FINITE]), anAnalysisTemplate('b', [FINITE])),
    },
    {
      then: `spec.strategy.canary.steps[0].analysis.templates: Invalid value: "templateNames: [a]": args.host was not resolved`,
      rollout: withSteps([analysis('a')]),
      seen: seen({ ...anAnalysisTemplate('a'), spec: { metrics: [FINITE], args: [{ name: 'host' }] } }),
    },
    {
      then: 'spec.strategy.canary.steps[0].analysis.templates: Invalid value: "a": AnalysisTemplate a has metric success-rate which runs indefinitely. Invalid value for count: <nil>',
      rollout: withSteps([analysis('a')]),
      seen: seen(anAnalysisTemplate('a', [{ ...aMetric(), interval: '10s' }])),
    },
  ])('then $then', ({ then, rollout, seen: objects }) => {
    const snapshot = snapshotOf(rollout, objects);
    expect(findSpecProblem(snapshot)).toEqual({ text: then, ofReference: true });
    expect(decideRollout(snapshot).requeueAfter).toBe(10_000);
  });

  it('given a Service that selects what only pods in its role carry, then it is fit', () => {
    const rollout = aRollout().canary([], {
      ...SERVICES,
      canaryMetadata: { labels: { role: 'canary' } },
      stableMetadata: { labels: { role: 'stable' } },
    });
    const selecting = (name: string, role: string) => {
      const service = aService(name);
      return { ...service, spec: { ...service.spec, selector: { app: 'checkout', role } } };
    };
    const services = [selecting('s', 'stable'), selecting('c', 'canary')];
    expect(problemOf(rollout, { services })).toBeUndefined();
    expect(problemOf(rollout, { services: [selecting('s', 'canary'), selecting('c', 'canary')] })).toBe(
      'spec.strategy.canary.stableService: Invalid value: "s": Service "s" has unmatch label "role" in rollout',
    );
  });

  it.each([
    { given: 'no arguments at all', args: undefined },
    { given: 'another argument', args: [{ name: 'other', value: 'x' }] },
  ])('given background analysis whose template wants one, and $given, then it is told', ({ args }) => {
    const template = anAnalysisTemplate('t');
    const open = { ...template, spec: { ...template.spec, args: [{ name: 'host' }] } };
    const analysis = { templates: [{ templateName: 't' }], ...(args === undefined ? {} : { args }) };
    expect(problemOf(aRollout().canary([], { analysis }), { analysisTemplates: [open] })).toBe(
      'spec.strategy.canary.analysis.templates: Invalid value: "templateNames: [t]": args.host was not resolved',
    );
  });

  it('given the templates of a template are at odds, then all of them are named', () => {
    const nesting = { ...anAnalysisTemplate('t'), spec: { templates: [{ templateName: 'u' }], metrics: [FINITE] } };
    const rollout = withSteps([analysis('t')]);
    expect(problemOf(rollout, seen(nesting, anAnalysisTemplate('u', [FINITE])))).toBe(
      `spec.strategy.canary.steps[0].analysis.templates: Invalid value: "templateNames: [t u]": two metrics have the same name 'success-rate'`,
    );
  });

  it('given background analysis that never ends, then that is what it is for', () => {
    const rollout = withSteps([], { analysis: { templates: [{ templateName: 'a' }] } });
    expect(problemOf(rollout, seen(anAnalysisTemplate('a', [{ ...aMetric(), interval: '10s' }])))).toBeUndefined();
  });
});

describe('telling of a fault', () => {
  const broken = aRollout().replicas(-1).generation(3);
  const message =
    'The Rollout "checkout" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0';

  it('given a fault, then a condition, the phase and the generation say so, and the rest of the status stays', () => {
    const { status, actions, requeueAfter } = decideRollout(
      snapshotOf(broken.status({ stableRS: 'abc', abort: true })),
    );
    expect(actions).toEqual([]);
    expect(requeueAfter).toBeUndefined();
    expect(status).toMatchObject({
      stableRS: 'abc',
      abort: true,
      phase: 'Degraded',
      message: `InvalidSpec: ${message}`,
      observedGeneration: '3',
      conditions: [{ type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message }],
    });
  });

  it('given it was told already, then nothing is written', () => {
    const told = decideRollout(snapshotOf(broken)).status ?? {};
    const later = { ...snapshotOf(broken.status(told)), now: T0 + 60_000 };
    expect(decideRollout(later).status).toBeUndefined();
  });

  it('given another fault, then the condition begins anew', () => {
    const told = decideRollout(snapshotOf(broken)).status ?? {};
    const other = snapshotOf(broken.replicas(-2).status(told));
    const { status } = decideRollout({ ...other, now: T0 + 60_000 });
    expect(status?.conditions).toMatchObject([{ lastTransitionTime: '2024-01-01T00:01:00Z' }]);
  });

  it('given the fault is gone, then the condition goes with the next full status', () => {
    const told = decideRollout(snapshotOf(broken)).status ?? {};
    const mended = snapshotOf(aRollout().replicas(1).generation(4).status(told));
    const created = decideRollout(mended);
    expect(created.actions).toMatchObject([{ type: 'create' }]);
    expect(created.status?.conditions?.map(({ type }) => type)).toContain('InvalidSpec');
  });
});
