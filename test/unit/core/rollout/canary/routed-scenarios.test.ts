import { describe, expect, it } from '@jest/globals';
import type { CanaryStep, CanaryStrategy } from '#core/resources/argo.ts';
import { MANAGED_BY, SCALE_DOWN_DEADLINE } from '#core/resources/keys.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { selectedHash } from '#core/rollout/services.ts';
import { SECOND } from '#core/time.ts';
import type { SeenIngress } from '#core/traffic-routing/load-balancers.ts';
import { aRollout, aService, hashOfVersion, pause, setWeight } from '../../../../support/builders.ts';
import { aVirtualService, splitRoute } from '../../../../support/routers.ts';
import { anIngress } from '../../../../support/router-fixtures.ts';
import { RolloutWorld } from '../../../../support/rollout-world.ts';

const STEPS = [setWeight(20), pause(), setWeight(60), pause()];
const ISTIO = { istio: { virtualService: { name: 'shop', routes: ['primary'] } } };

/** Ten replicas of v1 behind an Istio VirtualService, promoted and settled. */
function givenRouted(
  strategy: Partial<CanaryStrategy> = {},
  steps: readonly CanaryStep[] = STEPS,
  objects: readonly KubernetesObject[] = [aVirtualService('shop')],
): RolloutWorld {
  const services = { canaryService: 'canary', stableService: 'stable' };
  const rollout = aRollout()
    .replicas(10)
    .canary(steps, { ...services, trafficRouting: ISTIO, ...strategy });
  const world = new RolloutWorld(rollout.build(), {
    services: [aService('canary'), aService('stable'), aService('ping'), aService('pong')],
    routingObjects: objects,
  });
  world.settle();
  return world;
}

interface Split {
  readonly route: readonly { readonly weight?: number }[];
}

/** Weights of [stable, canary] in the VirtualService's first weighted route. */
function weightsIn(world: RolloutWorld, name = 'shop'): readonly (number | undefined)[] {
  const found = world.routingObjects.find(({ metadata }) => metadata.name === name);
  const { http } = (found as unknown as { spec: { http: readonly (Split & { name?: string })[] } }).spec;
  return (http.find((route) => route.name === 'primary')?.route ?? []).map(({ weight }) => weight);
}

const canaryWeight = (world: RolloutWorld) => world.status.canary?.weights?.canary.weight;
const selects = (world: RolloutWorld, service: string) => selectedHash(world.service(service));

describe('given a canary behind a router', () => {
  it('when it is first deployed, then it is promoted and no weight is set before it is stable', () => {
    const world = givenRouted();
    expect(world.status.phase).toBe('Healthy');
    expect(weightsIn(world)).toEqual([100, 0]);
    const hash = hashOfVersion('v1');
    expect(world.status.canary?.weights).toEqual({
      canary: { weight: 0, serviceName: 'canary', podTemplateHash: hash },
      stable: { weight: 100, serviceName: 'stable', podTemplateHash: hash },
    });
  });

  it('when a version is released, then stable keeps its pods, pods come before weight, and weight before promotion', () => {
    const world = givenRouted();
    world.deploy('v2');
    const seen: string[] = [];
    const look = () => {
      const next = `${world.sizes()['v2'] ?? '0/0'} at ${canaryWeight(world)}`;
      if (seen.at(-1) !== next) seen.push(next);
      expect(world.sizes()['v1']).toBe('10/10');
    };
    for (let step = 0; step < 3; step += 1) {
      while (world.pass()) look();
      look();
      world.promote();
    }
    expect(seen).toEqual([
      '0/0 at 0',
      '2/2 at 0',
      '2/2 at 20',
      '6/6 at 20',
      '6/6 at 60',
      '10/10 at 60',
      '10/10 at 100',
      '10/10 at 0',
    ]);
    expect(world.eventTexts('TrafficWeightUpdated')).toEqual([
      'Traffic weight updated to 0',
      'Traffic weight updated ',
      'Traffic weight updated from 0 to 20',
      'Traffic weight updated from 20 to 60',
      'Traffic weight updated from 60 to 100',
      'Traffic weight updated from 100 to 0',
    ]);
  });

  it('when it is promoted, then the stable Service moves, the weight goes back to 0, and the old pods stay 30 s', () => {
    const world = givenRouted({}, [setWeight(50)]);
    world.deploy('v2');
    world.settle();
    expect(world.status.stableRS).toBe(hashOfVersion('v2'));
    expect(selects(world, 'stable')).toBe(hashOfVersion('v2'));
    expect(weightsIn(world)).toEqual([100, 0]);
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '10/10' });
    world.wait(20 * SECOND);
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '10/10' });
    world.wait(15 * SECOND);
    expect(world.sizes()).toEqual({ v2: '10/10' });
  });

  it('when it is aborted, then all traffic is stable’s at once and the canary’s pods stay 30 s', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.abort();
    world.pass();
    expect(weightsIn(world)).toEqual([100, 0]);
    expect(selects(world, 'canary')).toBe(hashOfVersion('v1'));
    world.wait(20 * SECOND);
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '2/2' });
    world.wait(15 * SECOND);
    expect(world.sizes()).toEqual({ v1: '10/10' });
    expect(world.status.currentStepIndex).toBe(0);
    expect(world.eventTexts('SwitchService').filter((text) => text.includes("'canary'"))).toHaveLength(3);
  });

  it('when it is aborted and its pods shall stay for good, then they do, without traffic', () => {
    const world = givenRouted({ abortScaleDownDelaySeconds: 0 }, [{ setCanaryScale: { replicas: 3 } }, ...STEPS]);
    world.deploy('v2');
    world.settle();
    world.abort();
    world.wait(120 * SECOND);
    expect(weightsIn(world)).toEqual([100, 0]);
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '3/3' });
  });

  it('when the aborted update is retried, then it starts again from its first step', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.abort();
    world.settle();
    world.retry();
    world.settle();
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '2/2' });
    expect(weightsIn(world)).toEqual([80, 20]);
    expect(selects(world, 'canary')).toBe(hashOfVersion('v2'));
  });

  it('when all canary pods die, then their traffic goes back to stable until they are back', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.broken.add('v2');
    world.settle();
    expect(weightsIn(world)).toEqual([100, 0]);
    world.broken.delete('v2');
    world.settle();
    expect(weightsIn(world)).toEqual([80, 20]);
  });

  it('when stable lacks pods for its share, then no weight is moved to it', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.promote();
    world.settle();
    expect(weightsIn(world)).toEqual([40, 60]);
    world.broken.add('v1');
    world.settle();
    world.abort();
    world.settle();
    expect(weightsIn(world)).toEqual([40, 60]);
    world.broken.delete('v1');
    world.settle();
    expect(weightsIn(world)).toEqual([100, 0]);
  });

  it('when a third version comes in the middle, then the second gives its traffic back before its pods go', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.deploy('v3');
    const seen: unknown[] = [];
    for (let count = 0; count < 12; count += 1) {
      world.pass();
      seen.push([canaryWeight(world), world.sizes()['v2']]);
    }
    const firstGone = seen.findIndex((each) => (each as unknown[])[1] === undefined);
    expect(firstGone).toBeGreaterThan(0);
    expect(seen[firstGone - 1]).toEqual([0, '2/2']);
    world.settle();
    expect(world.sizes()).toEqual({ v1: '10/10', v3: '2/2' });
    expect(weightsIn(world)).toEqual([80, 20]);
  });

  it('when it goes back to stable in the middle, then the canary waits 30 s and gets nothing', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.deploy('v1');
    world.settle();
    expect(weightsIn(world)).toEqual([100, 0]);
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '2/2' });
    world.wait(40 * SECOND);
    expect(world.sizes()).toEqual({ v1: '10/10' });
    expect(world.status.phase).toBe('Healthy');
  });

  it('when it is promoted fully, then the weight stays until all pods are there and is stable’s afterwards', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.promoteFull();
    world.wait(60 * SECOND);
    expect(world.sizes()).toEqual({ v2: '10/10' });
    expect(weightsIn(world)).toEqual([100, 0]);
    expect(world.status.stableRS).toBe(hashOfVersion('v2'));
  });

  it('when it has no steps, then no weight is set and the stable Service moves', () => {
    const world = givenRouted({}, []);
    world.deploy('v2');
    world.wait(60 * SECOND);
    expect(selects(world, 'stable')).toBe(hashOfVersion('v2'));
    expect(world.eventTexts('TrafficWeightUpdated').filter((text) => text.includes('from'))).toEqual([]);
  });

  it('when R changes at a step, then both versions follow and the weight stays', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    world.edit({ replicas: 20 });
    world.settle();
    expect(world.sizes()).toEqual({ v1: '20/20', v2: '4/4' });
    expect(weightsIn(world)).toEqual([80, 20]);
  });

  it('when setCanaryScale asks for pods before any weight, then they come and traffic waits for setWeight', () => {
    const steps = [
      { setCanaryScale: { replicas: 4 } },
      pause(),
      setWeight(10),
      pause(),
      { setCanaryScale: { matchTrafficWeight: true } },
      pause(),
    ];
    const world = givenRouted({}, steps);
    world.deploy('v2');
    world.settle();
    expect([world.sizes()['v2'], canaryWeight(world)]).toEqual(['4/4', 0]);
    world.promote();
    world.settle();
    expect([world.sizes()['v2'], canaryWeight(world)]).toEqual(['4/4', 10]);
    world.promote();
    world.settle();
    expect([world.sizes()['v2'], canaryWeight(world)]).toEqual(['1/1', 10]);
    expect(world.eventTexts('RolloutStepCompleted')).toContain(
      'Rollout step 1/6 completed (setCanaryScale{replicas: 4})',
    );
  });
});

describe('given an old version that waits for its deadline behind a router', () => {
  it('when the number of replicas changes, then it is not written: its size is what it should be', () => {
    const world = givenRouted({ scaleDownDelaySeconds: 600 }, []);
    world.deploy('v2');
    world.settle();
    const waiting = world.replicaSet('v1');
    expect(waiting?.metadata.annotations).toHaveProperty([SCALE_DOWN_DEADLINE]);
    world.edit({ replicas: 3 });
    world.settle();
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '3/3' });
    expect(world.replicaSet('v1')?.metadata.annotations).toEqual(waiting?.metadata.annotations);
  });
});

describe('given a canary whose stable version shrinks with its traffic', () => {
  it('when it is released, then stable’s pods go only after their traffic, and at its end at once', () => {
    const world = givenRouted({ dynamicStableScale: true });
    world.deploy('v2');
    world.settle();
    expect(world.sizes()).toEqual({ v1: '8/8', v2: '2/2' });
    world.promote();
    world.settle();
    expect(world.sizes()).toEqual({ v1: '4/4', v2: '6/6' });
    world.promote();
    world.settle();
    expect(world.sizes()).toEqual({ v2: '10/10' });
    expect(weightsIn(world)).toEqual([100, 0]);
  });

  it('when it is aborted, then the weight follows what stable can carry, and nobody ever gets more than it has pods', () => {
    const world = givenRouted({ dynamicStableScale: true });
    world.podsPerPass = 1;
    world.deploy('v2');
    world.settle();
    world.promote();
    world.settle();
    world.abort();
    const weights: number[] = [];
    for (let count = 0; count < 60; count += 1) {
      world.pass();
      const weight = canaryWeight(world) ?? 0;
      const stable = Number((world.sizes()['v1'] ?? '0/0').split('/')[1]);
      expect(stable).toBeGreaterThanOrEqual(Math.floor((100 - weight) / 10));
      if (weights.at(-1) !== weight) weights.push(weight);
    }
    expect(weights).toEqual([60, 20, 10, 0]);
    expect(world.sizes()).toEqual({ v1: '10/10' });
  });

  it('when it goes back to stable in the middle, then the interrupted canary serves until stable has grown', () => {
    const world = givenRouted({ dynamicStableScale: true });
    world.podsPerPass = 1;
    world.deploy('v2');
    world.settle();
    world.promote();
    world.settle();
    world.deploy('v1');
    for (let count = 0; count < 4; count += 1) world.pass();
    expect(canaryWeight(world)).toBe(60);
    expect(world.status.canary?.weights?.canary.podTemplateHash).toBe(hashOfVersion('v2'));
    world.settle();
    expect(canaryWeight(world)).toBe(0);
    expect(world.sizes()).toEqual({ v1: '10/10' });
  });
});

describe('given two Services that take turns', () => {
  const pingPong = { canaryService: '', stableService: '', pingPong: { pingService: 'ping', pongService: 'pong' } };
  const split = {
    name: 'primary',
    route: [
      { destination: { host: 'ping' }, weight: 0 },
      { destination: { host: 'pong' }, weight: 100 },
    ],
  };

  it('when versions are released, then the Service of each keeps its selector and the weight jumps', () => {
    const world = givenRouted(pingPong, [setWeight(20), pause()], [aVirtualService('shop', { http: [split] })]);
    expect(world.status.canary?.stablePingPong).toBe('ping');
    expect(selects(world, 'ping')).toBe(hashOfVersion('v1'));
    expect(weightsIn(world)).toEqual([100, 0]);
    world.deploy('v2');
    world.settle();
    expect(selects(world, 'pong')).toBe(hashOfVersion('v2'));
    expect(weightsIn(world)).toEqual([80, 20]);
    world.promote();
    world.wait(60 * SECOND);
    expect(world.status.canary?.stablePingPong).toBe('pong');
    expect([selects(world, 'ping'), selects(world, 'pong')]).toEqual([hashOfVersion('v1'), hashOfVersion('v2')]);
    expect(weightsIn(world)).toEqual([0, 100]);
    expect(world.sizes()).toEqual({ v2: '10/10' });
  });
});

describe('given header and mirror routes in the steps', () => {
  const steps: CanaryStep[] = [
    setWeight(20),
    { setHeaderRoute: { name: 'beta', match: [{ headerName: 'agent', headerValue: { exact: 'beta' } }] } },
    { setMirrorRoute: { name: 'shadow', percentage: 35, match: [{ method: { exact: 'GET' } }] } },
    pause(),
  ];
  const trafficRouting = { ...ISTIO, managedRoutes: [{ name: 'beta' }, { name: 'shadow' }] };
  const routeNames = (world: RolloutWorld) =>
    (world.routingObjects[0] as unknown as { spec: { http: { name?: string }[] } }).spec.http.map(({ name }) => name);

  it('when they are reached, then the routes are made before all others, and taken away with the update’s end', () => {
    const world = givenRouted({ trafficRouting }, steps);
    expect(routeNames(world)).toEqual(['primary']);
    world.deploy('v2');
    world.settle();
    expect(routeNames(world)).toEqual(['beta', 'shadow', 'primary']);
    world.promote();
    world.settle();
    expect(routeNames(world)).toEqual(['primary']);
  });

  it('when the update is aborted, then they are taken away', () => {
    const world = givenRouted({ trafficRouting }, steps);
    world.deploy('v2');
    world.settle();
    world.abort();
    world.settle();
    expect(routeNames(world)).toEqual(['primary']);
  });
});

describe('given a router’s object that is missing or edited by hand', () => {
  const invalidSpec = (world: RolloutWorld) =>
    world.status.conditions?.find(({ type }) => type === 'InvalidSpec')?.message;

  it('when it is missing, then the condition names it, it is looked at again, and once it is there the release goes on', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    const objects = world.routingObjects;
    world.routingObjects = [];
    world.pass();
    expect(invalidSpec(world)).toBe(
      'The Rollout "checkout" is invalid: spec.strategy.canary.trafficRouting.istio.virtualService.name: Invalid value: "shop": virtualservices.networking.istio.io "shop" not found',
    );
    expect(world.decisions.at(-1)?.requeueAfter).toBe(10 * SECOND);
    world.routingObjects = objects;
    world.promote();
    world.settle();
    expect(invalidSpec(world)).toBeUndefined();
    expect([world.sizes()['v2'], weightsIn(world)]).toEqual(['6/6', [40, 60]]);
  });

  it('when somebody sets other weights, then they are set right and nothing else is touched', () => {
    const world = givenRouted();
    world.deploy('v2');
    world.settle();
    const other = { name: 'other', route: [{ destination: { host: 'elsewhere' } }] };
    world.routingObjects = [
      aVirtualService('shop', { hosts: ['shop'], gateways: ['own'], http: [splitRoute('primary', 77), other] }),
    ];
    world.settle();
    const [object] = world.routingObjects as readonly (KubernetesObject & { spec: object })[];
    expect(object?.spec).toEqual({ hosts: ['shop'], gateways: ['own'], http: [splitRoute('primary', 20), other] });
  });

  it('when a Service is another Rollout’s, then that is told and no weight is moved', () => {
    const world = givenRouted();
    world.services = world.services.map((service) =>
      service.metadata.name === 'canary' ? aService('canary', 'x', { [MANAGED_BY]: 'other' }) : service,
    );
    world.deploy('v2');
    world.settle();
    expect(invalidSpec(world)).toContain('Service "canary" is managed by another Rollout');
    expect(weightsIn(world)).toEqual([100, 0]);
  });
});

describe('given an ALB whose weights are verified', () => {
  const trafficRouting = { alb: { ingress: 'shop', servicePort: 80 } };
  const look = (weight: number): SeenIngress => ({
    ingress: 'shop',
    hostname: 'shop.elb',
    loadBalancer: {
      name: 'lb',
      arn: 'arn:a/app/lb/1',
      targetGroups: [{ name: 'c', arn: 'arn:b/c/1', resource: 'shop/shop-canary:80', weight }],
    },
  });

  it('when the load balancer is behind, then the step waits; at the end no stable pod goes before it has caught up', () => {
    const world = givenRouted({ trafficRouting }, [setWeight(20)], [anIngress('shop')]);
    world.loadBalancers = [look(0)];
    world.deploy('v2');
    for (let count = 0; count < 20; count += 1) world.pass();
    expect(world.status).toMatchObject({
      currentStepIndex: 0,
      canary: { weights: { canary: { weight: 20 }, verified: false } },
    });
    expect(world.decisions.at(-1)?.requeueAfter).toBe(10 * SECOND);
    world.loadBalancers = [look(20)];
    for (let count = 0; count < 20; count += 1) world.pass();
    expect(world.status).toMatchObject({
      currentStepIndex: 1,
      stableRS: hashOfVersion('v1'),
      canary: { weights: { canary: { weight: 100 }, verified: false } },
    });
    expect(world.sizes()).toEqual({ v1: '10/10', v2: '10/10' });
    world.loadBalancers = [look(100)];
    world.pass();
    expect(world.status).toMatchObject({
      stableRS: hashOfVersion('v2'),
      albs: [{ ingress: 'shop', loadBalancer: { name: 'lb' } }],
    });
    expect(world.eventTexts('TrafficWeightUpdated').filter((text) => text.includes('to 100'))).toHaveLength(1);
  });
});
