/** Istio, Gateway API, SMI, Ambassador, App Mesh, Traefik, APISIX: objects before and after, to the letter. strategies §3.7. */
import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { ambassador } from '#core/traffic-routing/ambassador.ts';
import { apisix } from '#core/traffic-routing/apisix.ts';
import { appMesh } from '#core/traffic-routing/app-mesh.ts';
import { gatewayApi } from '#core/traffic-routing/gateway-api.ts';
import { istio } from '#core/traffic-routing/istio.ts';
import { smi } from '#core/traffic-routing/smi.ts';
import { traefik } from '#core/traffic-routing/traefik.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import { applied, HEADER_ROUTE, routesTo } from '../../../contracts/traffic-router.ts';
import { aReplicaSet, controllerOfRollout, hashOfVersion, T0 } from '../../../support/builders.ts';
import { routed, ROUTER_FIXTURES } from '../../../support/router-fixtures.ts';
import { aDestinationRule, anObject, aVirtualService, splitRoute } from '../../../support/routers.ts';

type Routing = Parameters<typeof routed>[0];
type WithSpec = KubernetesObject & { readonly spec: Record<string, unknown> };

const specs = (objects: readonly KubernetesObject[]) => objects.map((object) => (object as WithSpec).spec);
const destination = (host: string, weight: number, more: object = {}) => ({ destination: { host, ...more }, weight });

describe('Istio', () => {
  const use = (virtualService: object): Routing => ({ istio: { virtualService: { name: 'shop', ...virtualService } } });

  it.each<{ given: string; use: object; spec: object; then: object }>([
    {
      given: 'the only route, which has no name',
      use: {},
      spec: { http: [splitRoute()] },
      then: { http: [splitRoute(undefined, 20)] },
    },
    {
      given: 'two of three routes by name',
      use: { routes: ['a', 'c'] },
      spec: { http: [splitRoute('a'), splitRoute('b'), splitRoute('c')] },
      then: { http: [splitRoute('a', 20), splitRoute('b'), splitRoute('c', 20)] },
    },
    {
      given: 'hosts with their namespace, and a destination of nobody',
      use: {},
      spec: {
        http: [
          { route: [destination('stable.shop.svc', 60), destination('canary.shop.svc', 0), destination('old', 40)] },
        ],
      },
      then: { http: [{ route: [destination('stable.shop.svc', 80), destination('canary.shop.svc', 20)] }] },
    },
    {
      given: 'tlsRoutes by port and sniHosts',
      use: { tlsRoutes: [{ port: 443, sniHosts: ['a', 'b'] }] },
      spec: {
        tls: [
          {
            match: [{ port: 443, sniHosts: ['b', 'a'] }],
            route: [destination('stable', 100), destination('canary', 0)],
          },
          { match: [{ port: 443, sniHosts: ['a'] }], route: [destination('stable', 100), destination('canary', 0)] },
        ],
      },
      then: {
        tls: [
          {
            match: [{ port: 443, sniHosts: ['b', 'a'] }],
            route: [destination('stable', 80), destination('canary', 20)],
          },
          { match: [{ port: 443, sniHosts: ['a'] }], route: [destination('stable', 100), destination('canary', 0)] },
        ],
      },
    },
    {
      given: 'tcpRoutes by port',
      use: { tcpRoutes: [{ port: 3306 }] },
      spec: {
        tcp: [
          { match: [{ port: 3306 }], route: [destination('stable', 100), destination('canary', 0)] },
          { match: [{ port: 1 }, { port: 2 }], route: [destination('stable', 100), destination('canary', 0)] },
        ],
      },
      then: {
        tcp: [
          { match: [{ port: 3306 }], route: [destination('stable', 80), destination('canary', 20)] },
          { match: [{ port: 1 }, { port: 2 }], route: [destination('stable', 100), destination('canary', 0)] },
        ],
      },
    },
  ])('given $given, when 20 is set, then only those weights change', ({ use: named, spec, then }) => {
    const objects = [aVirtualService('shop', spec)];
    const { actions, events } = istio.route(routed(use(named)), objects, routesTo(20));
    expect(specs(applied(objects, actions))).toEqual([then]);
    expect(events).toEqual([
      { type: 'Normal', reason: 'Updated VirtualService', message: "VirtualService `shop` set to desiredWeight '20'" },
    ]);
  });

  it('given virtualServices, one in another namespace, when 20 is set, then each of them is changed', () => {
    const virtualServices = [{ name: 'shop', routes: ['primary'] }, { name: 'edge.gateways' }];
    const elsewhere = aVirtualService('edge', { http: [splitRoute()] });
    const objects = [
      aVirtualService('shop', { http: [splitRoute('primary')] }),
      { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'gateways' } },
    ];
    const { actions } = istio.route(routed({ istio: { virtualServices } }), objects, routesTo(20));
    expect(specs(applied(objects, actions))).toEqual([
      { http: [splitRoute('primary', 20)] },
      { http: [splitRoute(undefined, 20)] },
    ]);
  });

  const destinationRule = { name: 'shop', canarySubsetName: 'canary', stableSubsetName: 'stable' };
  const subsets = [
    { name: 'stable', labels: { app: 'x' }, trafficPolicy: { tls: {} } },
    { name: 'canary' },
    { name: 'old', labels: { app: 'x' } },
    { name: 'kept', labels: { app: 'x' } },
  ];
  const bySubset = {
    http: [
      {
        route: [
          destination('shop', 100, { subset: 'stable' }),
          destination('shop', 0, { subset: 'canary' }),
          destination('shop', 10, { subset: 'kept' }),
        ],
      },
    ],
  };
  const HASH = 'rollouts-pod-template-hash';

  it('given a destinationRule, when 20 is set, then its subsets mean the versions first, and additionalSubsetNames are left alone', () => {
    const rollout = routed({
      istio: {
        virtualService: { name: 'shop' },
        destinationRule: { ...destinationRule, additionalSubsetNames: ['kept'] },
      },
    });
    const objects = [aVirtualService('shop', bySubset), aDestinationRule('shop', subsets)];
    const { actions, events } = istio.route(rollout, objects, routesTo(20));
    const [service, rule] = applied(objects, actions) as readonly WithSpec[];
    expect(rule?.spec['subsets']).toEqual([
      { name: 'stable', labels: { app: 'x', [HASH]: hashOfVersion('v1') }, trafficPolicy: { tls: {} } },
      { name: 'canary', labels: { [HASH]: hashOfVersion('v2') } },
      { name: 'kept', labels: { app: 'x' } },
    ]);
    expect(rule?.metadata.annotations).toEqual({ 'argo-rollouts.argoproj.io/managed-by-rollouts': 'checkout' });
    expect(service?.spec['http']).toEqual([
      {
        route: [
          destination('shop', 70, { subset: 'stable' }),
          destination('shop', 20, { subset: 'canary' }),
          destination('shop', 10, { subset: 'kept' }),
        ],
      },
    ]);
    expect(actions.map((action) => action.type === 'patch' && action.after.kind)).toEqual([
      'DestinationRule',
      'VirtualService',
    ]);
    expect(events[0]?.message).toBe(
      `DestinationRule shop subset updated (canary: ${hashOfVersion('v2')}, stable: ${hashOfVersion('v1')})`,
    );
  });

  it('given a canary that lost its pods, then its weight goes before its subset changes', () => {
    const rollout = routed({ istio: { virtualService: { name: 'shop' }, destinationRule } });
    const objects = [
      aVirtualService('shop', {
        http: [
          { route: [destination('shop', 40, { subset: 'stable' }), destination('shop', 60, { subset: 'canary' })] },
        ],
      }),
      aDestinationRule('shop', subsets),
    ];
    const { actions } = istio.route(rollout, objects, routesTo(0, { weightFirst: true }));
    expect(actions.map((action) => action.type === 'patch' && action.after.kind)).toEqual([
      'VirtualService',
      'DestinationRule',
    ]);
  });

  it('given subsets without Services, when a version lacks pods, then nothing is switched before they are there', () => {
    const services = { canaryService: '', stableService: '' };
    const rollout = routed({ istio: { virtualService: { name: 'shop' }, destinationRule } }, services);
    const short = aReplicaSet({ version: 'v2', size: 3, available: 1 });
    const edits = istio.route(rollout, [], routesTo(20, { mustBeAvailable: [short] }));
    expect(edits).toEqual({
      actions: [],
      events: [],
      waitsFor: `delaying destination rule switch: ReplicaSet ${short.metadata.name} not fully available`,
    });
  });

  it('given header and mirror steps, when they are reached, then the routes are as Istio reads them, in order', () => {
    const objects = [aVirtualService('shop', { http: [splitRoute('primary')] })];
    const mirrorRoute = {
      name: 'shadow',
      percentage: 35,
      match: [{ method: { exact: 'GET' }, path: { prefix: '/' }, headers: { a: { regex: 'b' } } }],
    };
    const routes = routesTo(20, { headerRoute: HEADER_ROUTE, mirrorRoute });
    const { actions, events } = istio.route(routed(use({ routes: ['primary'] })), objects, routes);
    const [{ http }] = specs(applied(objects, actions)) as [{ http: readonly object[] }];
    expect(http).toEqual([
      {
        name: 'beta',
        match: [{ headers: { agent: { exact: 'beta' } } }],
        route: [{ destination: { host: 'canary', port: { number: 80 } }, weight: 100 }],
      },
      {
        name: 'shadow',
        match: [{ method: { exact: 'GET' }, uri: { prefix: '/' }, headers: { a: { regex: 'b' } } }],
        route: (splitRoute('primary', 20) as { route: unknown }).route,
        mirror: { host: 'canary', port: { number: 80 } },
        mirrorPercentage: { value: 35 },
      },
      splitRoute('primary', 20),
    ]);
    expect(events.map(({ message }) => message)).toEqual([
      "VirtualService `shop` set headerRoute 'beta'",
      "VirtualService `shop` set mirrorRoute 'shadow'",
      "VirtualService `shop` set to desiredWeight '20'",
    ]);
  });

  const HTTP = 'Istio VirtualService has invalid HTTP routes. Error: ';
  const PATH = 'spec.strategy.canary.trafficRouting.istio.virtualService';
  it.each<{ given: string; routing: Routing; spec: object; says: string }>([
    {
      given: 'no routes at all',
      routing: use({}),
      spec: {},
      says: 'Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService',
    },
    {
      given: 'a route that is not there',
      routing: use({ routes: ['x'] }),
      spec: { http: [splitRoute('a')] },
      says: `${HTTP}HTTP Route 'x' is not found in the defined Virtual Service.`,
    },
    {
      given: 'several routes and none named',
      routing: use({}),
      spec: { http: [splitRoute('a'), splitRoute('b')] },
      says: `${HTTP}spec.http[] should be set in VirtualService and it must have exactly one route when omitting ${PATH}.routes`,
    },
    {
      given: 'no canary destination',
      routing: use({}),
      spec: { http: [{ route: [destination('stable', 100)] }] },
      says: `${HTTP}Canary Service 'canary' not found in route`,
    },
    {
      given: 'no stable destination',
      routing: use({}),
      spec: { http: [{ route: [destination('canary', 100)] }] },
      says: `${HTTP}Stable Service 'stable' not found in route`,
    },
    {
      given: 'no canary subset',
      routing: { istio: { virtualService: { name: 'shop' }, destinationRule } },
      spec: { http: [splitRoute()] },
      says: `${HTTP}Canary DestinationRule subset 'canary' not found in route`,
    },
    {
      given: 'no such TLS route',
      routing: use({ tlsRoutes: [{ port: 1 }] }),
      spec: { tls: [{ match: [{ port: 2 }], route: [] }] },
      says: 'Istio VirtualService has invalid TLS routes. Error: No matching TLS routes found in the defined Virtual Service.',
    },
  ])('given $given, then it is refused in the words of Argo', ({ routing, spec, says }) => {
    const found = istio.problems?.(routed(routing), [aVirtualService('shop', spec)]);
    expect(found).toEqual({ missing: [], unfit: [`${PATH}.name: Invalid value: "shop": ${says}`] });
  });

  it('given both kinds of naming, or none, then that is the error', () => {
    const both = routed({ istio: { virtualService: { name: 'a' }, virtualServices: [{ name: 'b' }] } });
    for (const rollout of [both, routed({ istio: {} })]) {
      expect(istio.problems?.(rollout, [])?.missing).toEqual([
        'spec.strategy.canary.trafficRouting.istio: Internal error: either VirtualService or VirtualServices must be configured',
      ]);
    }
  });
});

describe('Gateway API', () => {
  const gateway = (config: object): Routing => ({ plugins: { 'argoproj-labs/gatewayAPI': config } });
  const rule = (canary?: number) => ({
    matches: [{ path: { type: 'PathPrefix', value: '/' }, queryParams: [{ name: 'q', value: '1' }] }],
    backendRefs: [
      { name: 'stable', port: 80, ...(canary === undefined ? {} : { weight: 100 - canary }) },
      { name: 'canary', port: 80, ...(canary === undefined ? {} : { weight: canary }) },
    ],
  });
  const aRoute = (kind: string, name: string, rules: readonly object[], labels: Record<string, string> = {}) =>
    anObject('gateway.networking.k8s.io/v1', kind, name, { rules }, { labels });

  it('given an httpRoute and grpcRoutes, when 20 is set, then all their rules are weighted and labelled while it lasts', () => {
    const rollout = routed(gateway({ httpRoute: 'shop', grpcRoutes: [{ name: 'rpc' }] }));
    const objects = [aRoute('HTTPRoute', 'shop', [rule(), rule()]), aRoute('GRPCRoute', 'rpc', [rule()])];
    const during = applied(objects, gatewayApi.route(rollout, objects, routesTo(20)).actions);
    expect(specs(during)).toEqual([{ rules: [rule(20), rule(20)] }, { rules: [rule(20)] }]);
    expect(during.map(({ metadata }) => metadata.labels)).toEqual([
      { 'rollouts.argoproj.io/gatewayapi-canary': 'in-progress' },
      { 'rollouts.argoproj.io/gatewayapi-canary': 'in-progress' },
    ]);
    const after = applied(during, gatewayApi.route(rollout, during, routesTo(0)).actions);
    expect(after.map(({ metadata }) => metadata.labels)).toEqual([{}, {}]);
  });

  it('given a selector, then the routes that carry the labels are read and weighted', () => {
    const rollout = routed(
      gateway({ httpRouteSelector: { matchLabels: { app: 'shop' } }, disableInProgressLabel: true }),
    );
    expect(gatewayApi.selects?.(rollout)).toMatchObject([{ kind: 'HTTPRoute', labelSelector: 'app=shop' }]);
    const objects = [
      aRoute('HTTPRoute', 'a', [rule()], { app: 'shop' }),
      aRoute('HTTPRoute', 'b', [rule()], { app: 'else' }),
    ];
    const after = applied(objects, gatewayApi.route(rollout, objects, routesTo(20)).actions);
    expect(specs(after)).toEqual([{ rules: [rule(20)] }, { rules: [rule()] }]);
  });

  it('given a header step, then a rule is added and remembered in the ConfigMap where Argo’s plugin looks for it', () => {
    const rollout = routed(gateway({ httpRoute: 'shop', configMap: 'mine' }));
    const match = [
      ...HEADER_ROUTE.match,
      { headerName: 'v', headerValue: { prefix: '2.' } },
      { headerName: 'r', headerValue: { regex: 'x+' } },
    ];
    const objects = [aRoute('HTTPRoute', 'shop', [rule()])];
    const { actions } = gatewayApi.route(rollout, objects, routesTo(20, { headerRoute: { name: 'beta', match } }));
    const [route, memory] = applied(objects, actions);
    expect(actions.map(({ type }) => type)).toEqual(['create', 'patch']);
    expect((memory as unknown as { data: object }).data).toEqual({ httpManagedRoutes: '{"beta":{"shop":1}}' });
    expect((route as WithSpec).spec).toEqual({
      rules: [
        rule(20),
        {
          matches: [
            {
              path: { type: 'PathPrefix', value: '/' },
              headers: [
                { name: 'agent', type: 'Exact', value: 'beta' },
                { name: 'v', type: 'RegularExpression', value: '2..*' },
                { name: 'r', type: 'RegularExpression', value: 'x+' },
              ],
              queryParams: [{ name: 'q', value: '1' }],
            },
          ],
          backendRefs: [{ group: '', kind: 'Service', name: 'canary', port: 80 }],
        },
      ],
    });
  });

  it('given that somebody put a rule of their own before it, when the header route is taken away, then that rule stays', () => {
    const rollout = routed(gateway({ httpRoute: 'shop' }));
    const own = { backendRefs: [{ name: 'elsewhere' }] };
    const memory = {
      ...anObject('v1', 'ConfigMap', 'argo-gatewayapi-configmap', {}),
      data: { httpManagedRoutes: '{"beta":{"shop":1}}' },
    };
    const objects = [aRoute('HTTPRoute', 'shop', [rule(20), own]), memory];
    const after = applied(
      objects,
      gatewayApi.route(rollout, objects, routesTo(0, { dropsManagedRoutes: true })).actions,
    );
    expect(specs(after)[0]).toEqual({ rules: [rule(0), own] });
    expect((after[1] as unknown as { data: object }).data).toEqual({ httpManagedRoutes: '{}' });
  });

  it.each([
    { given: 'no route', config: {}, says: 'No routes configured' },
    {
      given: 'a route without the canary',
      config: { httpRoute: 'shop' },
      says: 'backendRef was not found in httpRoute: canary in HTTPRoute "shop"',
    },
  ])('given $given, then the error says so', ({ config, says }) => {
    const objects = [aRoute('HTTPRoute', 'shop', [{ backendRefs: [{ name: 'stable' }] }])];
    expect(() => gatewayApi.route(routed(gateway(config)), objects, routesTo(20))).toThrow(says);
  });
});

describe('SMI', () => {
  it('given rootService and trafficSplitName, when 20 is set, then the TrafficSplit is made as v1alpha1 has it', () => {
    const rollout = routed({ smi: { rootService: 'root', trafficSplitName: 'split' } });
    const { actions, events } = smi.route(rollout, [], routesTo(20, { others: [{ weight: 5, serviceName: 'exp' }] }));
    expect(actions).toMatchObject([
      {
        type: 'create',
        object: {
          apiVersion: 'split.smi-spec.io/v1alpha1',
          metadata: { name: 'split', ownerReferences: [controllerOfRollout()] },
          spec: {
            service: 'root',
            backends: [
              { service: 'canary', weight: '20' },
              { service: 'exp', weight: '5' },
              { service: 'stable', weight: '75' },
            ],
          },
        },
      },
    ]);
    expect(events.map(({ message }) => message)).toEqual(['TrafficSplit `split` created']);
  });

  it('given neither, then they are the Rollout’s name and the stable Service; one of somebody else is an error', () => {
    const rollout = routed({ smi: {} });
    expect(smi.route(rollout, [], routesTo(0)).actions).toMatchObject([
      { object: { metadata: { name: 'checkout' }, spec: { service: 'stable' } } },
    ]);
    const foreign = anObject('split.smi-spec.io/v1alpha1', 'TrafficSplit', 'checkout', {});
    expect(() => smi.route(rollout, [foreign], routesTo(0))).toThrow('Rollout does not own TrafficSplit `checkout`');
  });
});

describe('SMI of a later version', () => {
  it('given a TrafficSplit of v1alpha2 that is its own, when 20 is set, then weights are numbers, as that version has them', () => {
    const split = anObject('split.smi-spec.io/v1alpha2', 'TrafficSplit', 'checkout', {
      service: 'stable',
      backends: [],
    });
    const owned = { ...split, metadata: { ...split.metadata, ownerReferences: [controllerOfRollout()] } };
    const { actions } = smi.route(routed({ smi: {} }), [owned], routesTo(20));
    const backends = [
      { service: 'canary', weight: 20 },
      { service: 'stable', weight: 80 },
    ];
    expect(actions).toMatchObject([{ type: 'patch', after: { spec: { service: 'stable', backends } } }]);
  });
});

describe('Ambassador', () => {
  const rollout = routed({ ambassador: { mappings: ['shop'] } });
  const base = anObject('getambassador.io/v2', 'Mapping', 'shop', { prefix: '/', service: 'stable.shop:80' });

  it('given base mappings, when weights come and go, then a canary Mapping comes, is emptied, and goes 5 s later', () => {
    const made = applied([base], ambassador.route(rollout, [base], routesTo(20)).actions);
    expect(made[1]).toMatchObject({
      metadata: { name: 'shop-canary' },
      spec: { prefix: '/', service: 'canary.shop:80', weight: 20 },
    });
    const emptied = ambassador.route(rollout, made, routesTo(0));
    expect(emptied.requeueAfter).toBe(5 * SECOND);
    const waiting = applied(made, emptied.actions);
    expect(waiting[1]).toMatchObject({
      metadata: { annotations: { 'weir.dev/delete-after': formatTimestamp(T0 + 5 * SECOND) } },
      spec: { weight: 0 },
    });
    expect(ambassador.route(rollout, waiting, routesTo(0, { now: T0 + SECOND })).actions).toEqual([]);
    const gone = ambassador.route(rollout, waiting, routesTo(0, { now: T0 + 6 * SECOND }));
    expect(applied(waiting, gone.actions)).toEqual([base]);
  });

  it('given a base mapping with a weight, then it is refused in the words of Argo', () => {
    const weighted = anObject('getambassador.io/v2', 'Mapping', 'shop', { service: 'stable', weight: 3 });
    const path = 'spec.strategy.canary.trafficRouting.ambassador.mappings';
    expect(ambassador.problems?.(rollout, [weighted])?.unfit).toEqual([
      `${path}: Invalid value: "shop": Ambassador mapping "shop" can not define weight`,
    ]);
    expect(ambassador.problems?.(routed({ ambassador: { mappings: [] } }), [])?.missing).toEqual([
      `${path}: Invalid value: []: must provide at least one mapping`,
    ]);
  });
});

describe('App Mesh', () => {
  const { rollout, objects } = ROUTER_FIXTURES.find(({ router }) => router === appMesh) ?? {
    rollout: routed({}),
    objects: [],
  };

  it('given virtualNodeGroup and virtualService, when 20 is set, then the nodes select the versions before the router splits', () => {
    const { actions } = appMesh.route(rollout, objects, routesTo(20));
    expect(
      actions.map((action) => action.type === 'patch' && `${action.after.kind} ${action.after.metadata.name}`),
    ).toEqual(['VirtualNode stable', 'VirtualNode canary', 'VirtualRouter shop']);
    const canary = applied(objects, actions).find(
      ({ kind, metadata }) => kind === 'VirtualNode' && metadata.name === 'canary',
    );
    expect(canary).toMatchObject({
      metadata: { annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'checkout' } },
      spec: { podSelector: { matchLabels: { app: 'x', 'rollouts-pod-template-hash': hashOfVersion('v2') } } },
    });
  });

  it('given one version alone, then canaryVirtualNodeRef selects nobody: two nodes must not select the same pods', () => {
    const hash = hashOfVersion('v1');
    const after = applied(
      objects,
      appMesh.route(rollout, objects, routesTo(0, { canaryHash: hash, stableHash: hash })).actions,
    );
    const label = (name: string) => {
      const node = after.find(({ kind, metadata }) => kind === 'VirtualNode' && metadata.name === name) as WithSpec;
      return (node.spec['podSelector'] as { matchLabels: Record<string, string> }).matchLabels[
        'rollouts-pod-template-hash'
      ];
    };
    expect([label('canary'), label('stable')]).toEqual(['canary-hash', hash]);
  });

  it('given routes by name, then only those are split; without a virtualService it is refused', () => {
    const named = routed({
      appMesh: {
        virtualService: { name: 'shop', routes: ['other'] },
        virtualNodeGroup: { canaryVirtualNodeRef: { name: 'canary' }, stableVirtualNodeRef: { name: 'stable' } },
      },
    });
    const kinds = appMesh
      .route(named, objects, routesTo(20))
      .actions.map((action) => action.type === 'patch' && action.after.kind);
    expect(kinds).toEqual(['VirtualNode', 'VirtualNode']);
    expect(appMesh.problems?.(routed({ appMesh: {} }), [])?.missing[0]).toContain('must provide virtual-service');
  });
});

describe('Traefik', () => {
  it.each([
    {
      given: 'no canary',
      spec: { weighted: { services: [{ name: 'stable' }] } },
      says: 'traefik canary service was not found',
    },
    {
      given: 'no weighted services',
      spec: {},
      says: 'spec.weighted.services was not found in traefik service manifest',
    },
  ])('given a weightedTraefikServiceName with $given, then the error says: $says', ({ spec, says }) => {
    const rollout = routed({ traefik: { weightedTraefikServiceName: 'shop' } });
    const service = anObject('traefik.io/v1alpha1', 'TraefikService', 'shop', spec);
    expect(() => traefik.route(rollout, [service], routesTo(20))).toThrow(says);
  });
});

describe('APISIX', () => {
  const { rollout, objects } = ROUTER_FIXTURES.find(({ router }) => router === apisix) ?? {
    rollout: routed({}),
    objects: [],
  };

  it('given a header step, then an ApisixRoute of its own asks for the headers above the route it was copied from', () => {
    const match = [...HEADER_ROUTE.match, { headerName: 'v', headerValue: { prefix: '2.' } }];
    const { actions } = apisix.route(rollout, objects, routesTo(20, { headerRoute: { name: 'beta', match } }));
    const made = applied(objects, actions).find(({ metadata }) => metadata.name === 'beta') as WithSpec;
    expect(made.metadata.ownerReferences).toEqual([controllerOfRollout()]);
    expect(made.spec['http']).toEqual([
      {
        name: 'primary',
        priority: 1,
        match: {
          paths: ['/*'],
          exprs: [
            { subject: { scope: 'Header', name: 'agent' }, op: 'Equal', value: 'beta' },
            { subject: { scope: 'Header', name: 'v' }, op: 'RegexMatch', value: '^2..*' },
          ],
        },
        backends: [{ serviceName: 'canary', servicePort: 80, weight: 100 }],
      },
    ]);
  });

  it('given an ApisixRoute of that name that is somebody else’s, then it is an error, and it is never deleted', () => {
    const foreign = anObject('apisix.apache.org/v2', 'ApisixRoute', 'beta', {});
    const all = [...objects, foreign];
    expect(() => apisix.route(rollout, all, routesTo(20, { headerRoute: HEADER_ROUTE }))).toThrow(
      'duplicate ApisixRoute [beta] already exists',
    );
    const dropped = apisix.route(rollout, all, routesTo(0, { dropsManagedRoutes: true }));
    expect(dropped.actions.filter(({ type }) => type === 'delete')).toEqual([]);
  });

  it('given a route whose rules do not name one that is there, then the error names it', () => {
    const other = routed({ apisix: { route: { name: 'shop', rules: ['gone'] } } });
    expect(() => apisix.route(other, objects, routesTo(20))).toThrow('Apisix http route rule gone not found');
  });
});
