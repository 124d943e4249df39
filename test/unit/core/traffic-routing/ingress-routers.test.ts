/** NGINX and ALB: Ingresses before and after, to the letter. strategies §3.7. */
import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { alb } from '#core/traffic-routing/alb.ts';
import type { SeenIngress } from '#core/traffic-routing/load-balancers.ts';
import { canaryIngressName, nginx } from '#core/traffic-routing/nginx.ts';
import type { TrafficRouter } from '#core/traffic-routing/router.ts';
import { applied, HEADER_ROUTE, routesTo } from '../../../contracts/traffic-router.ts';
import { controllerOfRollout, NAMESPACE } from '../../../support/builders.ts';
import { anIngress, INGRESS_RULES, routed } from '../../../support/router-fixtures.ts';

type Routing = Parameters<typeof routed>[0];

function routeOnce(router: TrafficRouter, routing: Routing, objects: readonly KubernetesObject[], weight = 20) {
  const { actions, events } = router.route(routed(routing), objects, routesTo(weight));
  return { objects: applied(objects, actions), events: events.map(({ reason, message }) => `${reason}: ${message}`) };
}

const CANARY_RULES = [
  {
    host: 'shop.example.com',
    http: {
      paths: [
        { path: '/', pathType: 'Prefix', backend: { service: { name: 'canary', port: { number: 80 } } } },
        { path: '/other', pathType: 'Prefix', backend: { service: { name: 'other', port: { number: 80 } } } },
      ],
    },
  },
];

describe('NGINX', () => {
  const P = 'nginx.ingress.kubernetes.io';

  it('given only a stable Ingress, when a weight is set, then a canary Ingress is made from it, owned by the Rollout', () => {
    const { objects, events } = routeOnce(nginx, { nginx: { stableIngress: 'shop' } }, [anIngress('shop')]);
    expect(objects[1]).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        name: 'checkout-shop-canary',
        namespace: NAMESPACE,
        uid: 'uid-1',
        annotations: { [`${P}/canary`]: 'true', [`${P}/canary-weight`]: '20' },
        ownerReferences: [controllerOfRollout()],
      },
      spec: { tls: [{ hosts: ['shop.example.com'] }], ingressClassName: 'nginx', rules: CANARY_RULES },
    });
    expect(events).toEqual(['CreatingCanaryIngress: Creating canary ingress `checkout-shop-canary` with weight `20`']);
  });

  it('given a canary Ingress, when the weight changes, then it is patched and annotations of others stay', () => {
    const first = routeOnce(nginx, { nginx: { stableIngress: 'shop' } }, [anIngress('shop')], 0).objects;
    const own = { ...first[1]?.metadata.annotations, 'example.com/own': 'x' };
    const edited = first.map((object, index) =>
      index === 0 ? object : { ...object, metadata: { ...object.metadata, annotations: own } },
    );
    const { objects, events } = routeOnce(nginx, { nginx: { stableIngress: 'shop' } }, edited, 100);
    expect(objects[1]?.metadata.annotations).toEqual({ ...own, [`${P}/canary-weight`]: '100' });
    expect(events).toEqual(["PatchingCanaryIngress: Updating Ingress `checkout-shop-canary` to desiredWeight '100'"]);
  });

  it.each<{ given: string; routing: Routing; then: Record<string, string> }>([
    {
      given: 'additionalIngressAnnotations',
      routing: {
        nginx: {
          stableIngress: 'shop',
          additionalIngressAnnotations: { 'canary-by-header': 'X-Canary', [`${P}/canary-by-header-value`]: 'yes' },
        },
      },
      then: { [`${P}/canary-by-header`]: 'X-Canary', [`${P}/canary-by-header-value`]: 'yes' },
    },
    {
      given: 'canaryIngressAnnotations',
      routing: { nginx: { stableIngress: 'shop', canaryIngressAnnotations: { 'example.com/team': 'shop' } } },
      then: { 'example.com/team': 'shop' },
    },
    {
      given: 'annotationPrefix',
      routing: { nginx: { stableIngress: 'shop', annotationPrefix: 'my.nginx' } },
      then: { 'my.nginx/canary': 'true', 'my.nginx/canary-weight': '20' },
    },
    {
      given: 'maxTrafficWeight',
      routing: { maxTrafficWeight: 1000, nginx: { stableIngress: 'shop' } },
      then: { [`${P}/canary-weight`]: '20', [`${P}/canary-weight-total`]: '1000' },
    },
  ])('given $given, then the canary Ingress has $then', ({ routing, then }) => {
    const { objects } = routeOnce(nginx, routing, [
      anIngress('shop', { annotations: { 'kubernetes.io/ingress.class': 'n' } }),
    ]);
    expect(objects[1]?.metadata.annotations).toMatchObject({ ...then, 'kubernetes.io/ingress.class': 'n' });
  });

  it('given stableIngresses, when a weight is set, then each gets a canary Ingress', () => {
    const routing = { nginx: { stableIngresses: ['shop', 'admin'] } };
    const { objects } = routeOnce(nginx, routing, [anIngress('shop'), anIngress('admin')]);
    expect(objects.slice(2).map(({ metadata }) => metadata.name)).toEqual([
      'checkout-shop-canary',
      'checkout-admin-canary',
    ]);
  });

  it('given very long names, then the canary Ingress’s is cut to what Kubernetes takes', () => {
    const name = canaryIngressName(routed({ nginx: {} }), 'x'.repeat(300));
    expect([name.length, name.startsWith('checkout-xxx'), name.endsWith('x-canary')]).toEqual([253, true, true]);
  });

  it('given a canary Ingress of somebody else, when a weight is set, then that is the error', () => {
    const objects = [anIngress('shop'), anIngress('checkout-shop-canary')];
    const attempt = () => routeOnce(nginx, { nginx: { stableIngress: 'shop' } }, objects);
    expect(attempt).toThrow('canary ingress `checkout-shop-canary` controlled by different object');
  });

  it.each<{ given: string; routing: Routing; missing: readonly string[]; unfit: readonly string[] }>([
    {
      given: 'neither field',
      routing: { nginx: {} },
      missing: [
        'nginx: Internal error: Either StableIngress or StableIngresses must be configured. Neither are configured.',
      ],
      unfit: [],
    },
    {
      given: 'both fields',
      routing: { nginx: { stableIngress: 'shop', stableIngresses: ['shop'] } },
      missing: [
        'nginx: Internal error: Either StableIngress or StableIngresses must be configured. Both are configured.',
      ],
      unfit: [],
    },
    {
      given: 'an Ingress that is not there',
      routing: { nginx: { stableIngress: 'gone' } },
      missing: ['nginx.stableIngress: Invalid value: "gone": ingress.networking.k8s.io "gone" not found'],
      unfit: [],
    },
    {
      given: 'a list with one that is not there',
      routing: { nginx: { stableIngresses: ['shop', 'gone'] } },
      missing: ['nginx.StableIngresses: Invalid value: ["shop","gone"]: ingress.networking.k8s.io "gone" not found'],
      unfit: [],
    },
  ])('given $given, then it is refused in the words of Argo', ({ routing, missing, unfit }) => {
    const at = (texts: readonly string[]) => texts.map((text) => `spec.strategy.canary.trafficRouting.${text}`);
    expect(nginx.problems?.(routed(routing), [anIngress('shop')])).toEqual({ missing: at(missing), unfit: at(unfit) });
  });

  it('given an Ingress without the stable Service, then it is refused in the words of Argo', () => {
    const rollout = routed({ nginx: { stableIngress: 'shop' } }, { stableService: 'nobody' });
    expect(nginx.problems?.(rollout, [anIngress('shop')])?.unfit).toEqual([
      'spec.strategy.canary.trafficRouting.nginx.stableIngress: Invalid value: "shop": ingress `shop` has no rules using service nobody backend',
    ]);
  });
});

describe('ALB', () => {
  const P = 'alb.ingress.kubernetes.io';
  const MANAGED = 'rollouts.argoproj.io/managed-alb-annotations';
  const group = (service: string, weight: number, port = '80') =>
    `{"ServiceName":"${service}","ServicePort":"${port}","Weight":${weight}}`;
  const forward = (groups: readonly string[], more = '') =>
    `{"Type":"forward","ForwardConfig":{"TargetGroups":[${groups.join(',')}]${more}}}`;

  it.each<{ given: string; routing: Routing; key: string; value: string }>([
    {
      given: 'an ingress',
      routing: { alb: { ingress: 'shop', servicePort: 80 } },
      key: `${P}/actions.stable`,
      value: forward([group('canary', 20), group('stable', 80)]),
    },
    {
      given: 'a rootService',
      routing: { alb: { ingress: 'shop', servicePort: 443, rootService: 'other' } },
      key: `${P}/actions.other`,
      value: forward([group('canary', 20, '443'), group('stable', 80, '443')]),
    },
    {
      given: 'an annotationPrefix',
      routing: { alb: { ingress: 'shop', servicePort: 80, annotationPrefix: 'my.alb' } },
      key: 'my.alb/actions.stable',
      value: forward([group('canary', 20), group('stable', 80)]),
    },
    {
      given: 'stickinessConfig',
      routing: { alb: { ingress: 'shop', servicePort: 80, stickinessConfig: { enabled: true, durationSeconds: 60 } } },
      key: `${P}/actions.stable`,
      value: forward(
        [group('canary', 20), group('stable', 80)],
        ',"TargetGroupStickinessConfig":{"Enabled":true,"DurationSeconds":60}',
      ),
    },
  ])('given $given, then the action is written as Argo writes it', ({ routing, key, value }) => {
    const { objects, events } = routeOnce(alb, routing, [anIngress('shop')]);
    expect(objects[0]?.metadata.annotations).toEqual({ [key]: value, [MANAGED]: `{"checkout":["${key}"]}` });
    expect(events).toEqual(["PatchingALBIngress: Updating Ingress `shop` to desiredWeight '20'"]);
  });

  it('given versions of an Experiment, then they stand between canary and stable', () => {
    const others = [{ weight: 5, serviceName: 'exp-a' }];
    const rollout = routed({ alb: { ingress: 'shop', servicePort: 80 } });
    const { actions } = alb.route(rollout, [anIngress('shop')], routesTo(20, { others }));
    const [after] = applied([anIngress('shop')], actions);
    const value = forward([group('canary', 20), group('exp-a', 5), group('stable', 75)]);
    expect(after?.metadata.annotations?.[`${P}/actions.stable`]).toBe(value);
  });

  it('given a stickiness beyond what AWS takes, then that is the error', () => {
    const stickinessConfig = { enabled: true, durationSeconds: 604_801 };
    const attempt = () =>
      routeOnce(alb, { alb: { ingress: 'shop', servicePort: 80, stickinessConfig } }, [anIngress('shop')]);
    expect(attempt).toThrow("TargetGroupStickinessConfig's duration must be between 1 and 604800 seconds (7 days)!");
  });

  it('given ping-pong, then those two Services share, whatever canary and stable Service say', () => {
    const pingPong = { pingService: 'ping', pongService: 'pong' };
    const rollout = routed({ alb: { ingress: 'shop', servicePort: 80, rootService: 'stable' } }, { pingPong });
    const { actions } = alb.route(rollout, [anIngress('shop')], routesTo(20));
    const [after] = applied([anIngress('shop')], actions);
    expect(after?.metadata.annotations?.[`${P}/actions.stable`]).toBe(forward([group('ping', 20), group('pong', 80)]));
  });

  it('given ingresses of which the first is right already, then the others are set all the same', () => {
    const routing = { alb: { ingresses: ['shop', 'admin'], servicePort: 80 } };
    const [shop] = routeOnce(alb, { alb: { ingress: 'shop', servicePort: 80 } }, [anIngress('shop')]).objects;
    const { objects } = routeOnce(alb, routing, [shop as KubernetesObject, anIngress('admin')]);
    expect(objects[1]?.metadata.annotations).toEqual(shop?.metadata.annotations);
  });

  it('given a header route, then its action, its condition and a first path for it are written', () => {
    const rollout = routed({ alb: { ingress: 'shop', servicePort: 80 } });
    const match = [...HEADER_ROUTE.match, { headerName: 'agent', headerValue: { exact: 'gamma' } }];
    const { actions } = alb.route(rollout, [anIngress('shop')], routesTo(20, { headerRoute: { name: 'beta', match } }));
    const [after] = applied([anIngress('shop')], actions) as readonly (KubernetesObject & { spec: object })[];
    expect(after?.metadata.annotations).toMatchObject({
      [`${P}/actions.beta`]: forward([group('canary', 100)]),
      [`${P}/conditions.beta`]:
        '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"agent","values":["beta","gamma"]}}]',
      [MANAGED]: `{"checkout":["${P}/actions.beta","${P}/conditions.beta","${P}/actions.stable"]}`,
    });
    const backend = { service: { name: 'beta', port: { name: 'use-annotation' } } };
    const path = { path: '/*', pathType: 'ImplementationSpecific', backend };
    expect(after?.spec).toMatchObject({
      rules: [{ http: { paths: [path, ...(INGRESS_RULES[0]?.http.paths ?? [])] } }],
    });
  });

  it('given managed annotations that somebody broke, then the error names the annotation', () => {
    const broken = anIngress('shop', { annotations: { [MANAGED]: '{not json' } });
    expect(() => routeOnce(alb, { alb: { ingress: 'shop', servicePort: 80 } }, [broken])).toThrow(MANAGED);
  });
});

describe('the weights of an ALB', () => {
  const rollout = routed({ alb: { ingress: 'shop', servicePort: 80 } });
  const arn = (name: string) => `arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/${name}/abc`;
  const seen = (canary: number | undefined): SeenIngress => ({
    ingress: 'shop',
    hostname: 'shop.elb.amazonaws.com',
    loadBalancer: {
      name: 'k8s-shop',
      arn: 'arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/app/k8s-shop/123',
      targetGroups: [
        {
          name: 'canary',
          arn: arn('canary'),
          resource: `${NAMESPACE}/shop-canary:80`,
          ...(canary === undefined ? {} : { weight: canary }),
        },
        { name: 'stable', arn: arn('stable'), resource: `${NAMESPACE}/shop-stable:80`, weight: 80 },
      ],
    },
  });

  it.each([
    {
      given: 'that weight',
      canary: 20,
      verified: true,
      says: `TargetGroupVerified: Service canary (TargetGroup ${arn('canary')}) verified: canary weight 20 set`,
    },
    {
      given: 'another weight',
      canary: 10,
      verified: false,
      says: `TargetGroupUnverified: Service canary (TargetGroup ${arn('canary')}) not verified: canary weight 20 not yet set (current: 10)`,
    },
    { given: 'no rule yet', canary: undefined, verified: false, says: undefined },
  ])('given that its listener has $given, then verified is $verified', ({ canary, verified, says }) => {
    const answer = alb.verify?.(rollout, routesTo(20), [seen(canary)]);
    expect(answer?.verified).toBe(verified);
    expect(answer?.events.map(({ reason, message }) => `${reason}: ${message}`)).toEqual(
      says === undefined ? [] : [says],
    );
    expect(answer?.statuses).toEqual([
      {
        ingress: 'shop',
        loadBalancer: { name: 'k8s-shop', arn: seen(1).loadBalancer?.arn, fullName: 'k8s-shop/123' },
        canaryTargetGroup: { name: 'canary', arn: arn('canary'), fullName: 'canary/abc' },
        stableTargetGroup: { name: 'stable', arn: arn('stable'), fullName: 'stable/abc' },
      },
    ]);
  });

  it('given that nobody was asked, then nothing is said', () => {
    expect(alb.verify?.(rollout, routesTo(20), undefined)).toBeUndefined();
  });

  it('given that AWS did not answer, or knows no such load balancer, then it is unverified and that is told', () => {
    const failed = alb.verify?.(rollout, routesTo(20), [{ ingress: 'shop', hostname: 'h', error: 'throttled' }]);
    expect(failed).toMatchObject({
      verified: false,
      failed: true,
      events: [{ reason: 'WeightVerifyError', message: 'Failed to verify weight: throttled' }],
    });
    const lost = alb.verify?.(rollout, routesTo(20), [{ ingress: 'shop', hostname: 'h' }]);
    expect(lost).toMatchObject({ verified: false, failed: false, events: [{ reason: 'LoadBalancerNotFound' }] });
  });
});
