/** Target groups are verified after the switch of a blue-green Rollout. strategies §1.9. */
import { describe, expect, it } from '@jest/globals';
import type { BlueGreenStrategy } from '#core/resources/argo.ts';
import type { Service } from '#core/resources/kubernetes.ts';
import {
  asksTargets,
  bindingsOf,
  TARGET_GROUP_BINDING,
  type SeenTargets,
  type TargetGroupBinding,
} from '#core/rollout/blue-green/target-groups.ts';
import { selectedHash } from '#core/rollout/services.ts';
import { SECOND } from '#core/time.ts';
import { aMetric, anAnalysisTemplate, aRollout, aService, hashOfVersion } from '../../../../support/builders.ts';
import { RolloutWorld } from '../../../../support/rollout-world.ts';

const V1 = hashOfVersion('v1');
const V2 = hashOfVersion('v2');
const ARN = 'arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/shop/abc';
const IPS = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const POST = { postPromotionAnalysis: { templates: [{ templateName: 'smoke' }] } };

function binding(spec: TargetGroupBinding['spec'] = {}): TargetGroupBinding {
  const serviceRef = { name: 'active', port: 80 };
  return {
    ...TARGET_GROUP_BINDING,
    metadata: { name: 'shop', namespace: 'shop', uid: 'binding' },
    spec: { targetGroupARN: ARN, targetType: 'ip', serviceRef, ...spec },
  };
}

interface Aws {
  /** Registered in each group. */
  registered: readonly string[];
  /** Whose pods the cluster lists behind the Service. */
  endpointsOf: string;
  bindings: readonly TargetGroupBinding[];
  error?: string;
}

/** The active Service has been switched to v2, and AWS is asked about it. */
function switched(aws: Partial<Aws> = {}, strategy: Partial<BlueGreenStrategy> = {}) {
  const service = aService('active');
  const ports = [{ name: 'http', port: 80 }];
  const active: Service = { ...service, spec: { ...service.spec, ports } };
  const world = new RolloutWorld(aRollout().replicas(3).blueGreen(strategy).build(), {
    services: [active, aService('preview')],
    templates: [anAnalysisTemplate('smoke', [{ ...aMetric(), count: 1 }])],
  });
  const state: Aws = { registered: [], endpointsOf: V2, bindings: [binding()], ...aws };
  world.settle();
  world.targets = (seen) => (asksTargets(seen.rollout, seen.service('active')) ? told(state) : { state: 'unasked' });
  world.deploy('v2');
  world.events.length = 0;
  for (let pass = 0; pass < 12; pass += 1) world.pass();
  expect(selectedHash(world.service('active'))).toBe(V2);
  return { world, aws: state };
}

function told({ registered, endpointsOf, bindings, error }: Aws): SeenTargets {
  const addresses = IPS.map((ip, pod) => ({ ip, targetRef: { name: `checkout-${endpointsOf}-${pod}` } }));
  const ports = [
    { name: 'http', port: 8080 },
    { name: 'metrics', port: 9090 },
  ];
  const metadata = { name: 'active', namespace: 'shop', uid: 'endpoints' };
  return {
    state: 'seen',
    endpoints: { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses, ports }] },
    groups: bindings.map((each) => ({ binding: each, registered, ...(error === undefined ? {} : { error }) })),
  };
}

const ALL = IPS.map((ip) => `${ip}:8080`);
const SUBJECT = `Service active (TargetGroup ${ARN})`;
const NO_OTHER = { autoPromotionEnabled: true, scaleDownDelaySeconds: 30 };

describe('given that the active Service was just switched', () => {
  it.each([
    { given: 'none of its pods', registered: [], found: 0 },
    { given: 'two of three', registered: ALL.slice(1), found: 2 },
    { given: 'them under another port', registered: IPS.map((ip) => `${ip}:9090`), found: 0 },
  ])(
    'when AWS has registered $given, then nothing is promoted and the stable version stays',
    ({ registered, found }) => {
      const { world } = switched({ registered }, NO_OTHER);
      expect(world.status).toMatchObject({ stableRS: V1, blueGreen: { activeSelector: V2 }, phase: 'Progressing' });
      expect(world.sizes()).toEqual({ v1: '3/3', v2: '3/3' });
      const text = `${SUBJECT} not verified: ${found}/3 endpoints registered`;
      expect(world.eventTexts('TargetGroupUnverified').at(-1)).toBe(text);
      expect(world.decisions.at(-1)?.requeueAfter).toBe(10 * SECOND);
    },
  );

  it('when AWS has registered them all, then it is promoted', () => {
    const { world, aws } = switched({}, NO_OTHER);
    aws.registered = [...ALL, '10.9.9.9:8080'];
    world.pass();
    expect(world.status.stableRS).toBe(V2);
    expect(world.eventTexts('TargetGroupVerified')).toEqual([`${SUBJECT} verified: 3 endpoints registered`]);
    world.events.length = 0;
    world.settle();
    expect(world.events.filter(({ reason }) => reason.startsWith('TargetGroup'))).toEqual([]);
  });

  it('when the cluster still lists the pods of the version before, then their registration counts for nothing', () => {
    const { world } = switched({ registered: ALL, endpointsOf: V1 }, NO_OTHER);
    expect(world.status.stableRS).toBe(V1);
    expect(world.eventTexts('TargetGroupUnverified').at(-1)).toContain('0/3 endpoints registered');
  });

  it('when one of two groups is not there yet, then it waits for both', () => {
    const second = binding({ targetGroupARN: 'second', serviceRef: { name: 'active', port: 'http' } });
    const { world, aws } = switched({ registered: ALL.slice(1), bindings: [binding(), second] }, NO_OTHER);
    expect(world.status.stableRS).toBe(V1);
    aws.registered = ALL;
    world.pass();
    expect(world.status.stableRS).toBe(V2);
    expect(world.eventTexts('TargetGroupVerified')).toHaveLength(2);
  });

  it('when no target group is bound to it, then there is nothing to verify', () => {
    expect(switched({ bindings: [] }, NO_OTHER).world.status.stableRS).toBe(V2);
  });

  it('when AWS does not answer, then that is told, and it goes on once it does', () => {
    const { world, aws } = switched({ error: 'throttled' }, NO_OTHER);
    expect(world.status.stableRS).toBe(V1);
    expect(world.eventTexts('TargetGroupVerifyError').at(-1)).toBe(`Failed to verify ${SUBJECT}: throttled`);
    delete aws.error;
    aws.registered = ALL;
    world.pass();
    expect(world.status.stableRS).toBe(V2);
  });

  it('when the bindings cannot be read, then that is told and nothing is promoted', () => {
    const { world } = switched({}, NO_OTHER);
    world.targets = () => ({ state: 'failed', error: 'forbidden' });
    world.pass();
    expect(world.status.stableRS).toBe(V1);
    expect(world.eventTexts('TargetGroupVerifyError')).toEqual(['Failed to verify Service active: forbidden']);
  });

  it('when it is aborted meanwhile, then the Service goes back at once', () => {
    const { world } = switched({}, NO_OTHER);
    world.abort();
    world.pass();
    expect(selectedHash(world.service('active'))).toBe(V1);
  });

  it('when there is an analysis after promotion, then it begins with the verification', () => {
    const { world, aws } = switched({}, { ...NO_OTHER, ...POST });
    expect(world.runs).toEqual([]);
    aws.registered = ALL;
    world.pass();
    expect(world.runs).toHaveLength(1);
    expect(world.status.stableRS).toBe(V1);
    aws.registered = [];
    world.pass();
    expect(world.decisions.at(-1)?.events.filter(({ reason }) => reason.startsWith('TargetGroup'))).toEqual([]);
  });

  it('when a full promotion is asked for, then it waits too', () => {
    const { world, aws } = switched({}, { ...NO_OTHER, ...POST });
    world.rollout = { ...world.rollout, status: { ...world.status, promoteFull: true } };
    world.pass();
    expect(world.status.stableRS).toBe(V1);
    aws.registered = ALL;
    world.pass();
    expect(world.status.stableRS).toBe(V2);
  });
});

describe('given TargetGroupBindings of a namespace', () => {
  const service = { ...aService('active'), spec: { ports: [{ name: 'http', port: 80 }] } };

  it.each([
    { given: 'of the Service by number', spec: {}, counts: true },
    { given: 'of the Service by name', spec: { serviceRef: { name: 'active', port: 'http' } }, counts: true },
    { given: 'without a target type', spec: { targetType: undefined }, counts: true },
    { given: 'of nodes', spec: { targetType: 'instance' }, counts: false },
    { given: 'of another Service', spec: { serviceRef: { name: 'other', port: 80 } }, counts: false },
    { given: 'of a port that it does not have', spec: { serviceRef: { name: 'active', port: 81 } }, counts: false },
  ])('when one is $given, then it counts: $counts', ({ spec, counts }) => {
    const one = binding(spec as TargetGroupBinding['spec']);
    expect(bindingsOf(service, [one])).toEqual(counts ? [one] : []);
  });
});
