/** One Rollout and its objects per traffic router, as their owners write them. */
import type { CanaryStrategy, Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { alb } from '#core/traffic-routing/alb.ts';
import { ambassador } from '#core/traffic-routing/ambassador.ts';
import { apisix } from '#core/traffic-routing/apisix.ts';
import { appMesh } from '#core/traffic-routing/app-mesh.ts';
import { gatewayApi } from '#core/traffic-routing/gateway-api.ts';
import { istio } from '#core/traffic-routing/istio.ts';
import { nginx } from '#core/traffic-routing/nginx.ts';
import { smi } from '#core/traffic-routing/smi.ts';
import { traefik } from '#core/traffic-routing/traefik.ts';
import type { RouterFixture, Split } from '../contracts/traffic-router.ts';
import { aRollout, NAMESPACE, setWeight } from './builders.ts';
import { aDestinationRule, anObject, aVirtualService, splitRoute } from './routers.ts';

type Routing = NonNullable<CanaryStrategy['trafficRouting']>;

export function routed(routing: Routing, strategy: Partial<CanaryStrategy> = {}): Rollout {
  const services = { canaryService: 'canary', stableService: 'stable' };
  const trafficRouting = { managedRoutes: [{ name: 'beta' }, { name: 'shadow' }], ...routing };
  return aRollout()
    .canary([setWeight(20)], { ...services, trafficRouting, ...strategy })
    .build();
}

interface Named {
  readonly [field: string]: unknown;
}

function at(object: KubernetesObject | undefined, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Named | undefined)?.[key as string], object);
}

function named(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject | undefined {
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}

/** Shares from name and weight of each party. */
function splitOf(parties: readonly (readonly [string, number | undefined])[]): Split | undefined {
  const shares = new Map(parties.map(([name, weight]) => [name, weight ?? 0]));
  const others = [...shares].filter(([name]) => name !== 'canary' && name !== 'stable');
  return {
    canary: shares.get('canary') ?? 0,
    stable: shares.get('stable') ?? 0,
    others: Object.fromEntries(others),
  };
}

type Destinations = readonly { destination: { host: string; subset?: string }; weight?: number }[];

function istioSplit(objects: readonly KubernetesObject[]): Split | undefined {
  const http = at(named(objects, 'VirtualService', 'shop'), 'spec', 'http') as readonly {
    name?: string;
    route: Destinations;
  }[];
  const { route } = http.find(({ name }) => name === 'primary') ?? { route: [] };
  return splitOf(route.map(({ destination, weight }) => [destination.subset ?? destination.host, weight]));
}

function istioHeaderRoutes(objects: readonly KubernetesObject[]): readonly string[] {
  const http = at(named(objects, 'VirtualService', 'shop'), 'spec', 'http') as readonly { name: string }[];
  return http.map(({ name }) => name).filter((name) => name !== 'primary');
}

const VIRTUAL_SERVICE = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'VirtualService',
  namespace: NAMESPACE,
  name: 'shop',
};

const ISTIO: RouterFixture = {
  router: istio,
  rollout: routed({ istio: { virtualService: { name: 'shop', routes: ['primary'] } } }),
  objects: [aVirtualService('shop', { hosts: ['shop'], http: [splitRoute('primary')] })],
  split: istioSplit,
  splitsExperiments: true,
  headerRoutes: istioHeaderRoutes,
  needs: VIRTUAL_SERVICE,
};

const SUBSETS: RouterFixture = {
  ...ISTIO,
  rollout: routed(
    {
      istio: {
        virtualService: { name: 'shop', routes: ['primary'] },
        destinationRule: { name: 'shop', canarySubsetName: 'canary', stableSubsetName: 'stable' },
      },
    },
    { canaryService: '', stableService: '' },
  ),
  objects: [
    aDestinationRule('shop', [
      { name: 'stable', labels: { app: 'x' } },
      { name: 'canary', trafficPolicy: { tls: {} } },
    ]),
    aVirtualService('shop', {
      http: [
        {
          name: 'primary',
          route: [
            { destination: { host: 'shop', subset: 'stable' }, weight: 100 },
            { destination: { host: 'shop', subset: 'canary' } },
          ],
        },
      ],
    }),
  ],
  needs: { ...VIRTUAL_SERVICE, kind: 'DestinationRule' },
};

export const INGRESS_RULES = [
  {
    host: 'shop.example.com',
    http: {
      paths: [
        { path: '/', pathType: 'Prefix', backend: { service: { name: 'stable', port: { number: 80 } } } },
        { path: '/other', pathType: 'Prefix', backend: { service: { name: 'other', port: { number: 80 } } } },
      ],
    },
  },
];

export function anIngress(name: string, more: Partial<KubernetesObject['metadata']> = {}): KubernetesObject {
  const spec = { ingressClassName: 'nginx', tls: [{ hosts: ['shop.example.com'] }], rules: INGRESS_RULES };
  return anObject('networking.k8s.io/v1', 'Ingress', name, spec, more);
}

const INGRESS = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: NAMESPACE, name: 'shop' };

const NGINX: RouterFixture = {
  router: nginx,
  rollout: routed({ nginx: { stableIngress: 'shop' } }),
  objects: [anIngress('shop')],
  split: (objects) => {
    const canary = at(
      named(objects, 'Ingress', 'checkout-shop-canary'),
      'metadata',
      'annotations',
      'nginx.ingress.kubernetes.io/canary-weight',
    );
    return { canary: Number(canary), stable: 100 - Number(canary) };
  },
  splitsExperiments: false,
  needs: INGRESS,
};

interface TargetGroup {
  readonly ServiceName: string;
  readonly Weight: number;
}

const ALB: RouterFixture = {
  router: alb,
  rollout: routed({ alb: { ingress: 'shop', servicePort: 80 } }),
  objects: [anIngress('shop')],
  split: (objects) => {
    const text = at(
      named(objects, 'Ingress', 'shop'),
      'metadata',
      'annotations',
      'alb.ingress.kubernetes.io/actions.stable',
    );
    const action = JSON.parse(text as string) as { ForwardConfig: { TargetGroups: readonly TargetGroup[] } };
    return splitOf(action.ForwardConfig.TargetGroups.map(({ ServiceName, Weight }) => [ServiceName, Weight]));
  },
  splitsExperiments: true,
  headerRoutes: (objects) => {
    const annotations = (at(named(objects, 'Ingress', 'shop'), 'metadata', 'annotations') ?? {}) as Named;
    const marks = ['actions', 'conditions'].filter(
      (mark) => annotations[`alb.ingress.kubernetes.io/${mark}.beta`] !== undefined,
    );
    const paths = at(
      named(objects, 'Ingress', 'shop'),
      'spec',
      'rules',
      0,
      'http',
      'paths',
    ) as readonly KubernetesObject[];
    const inPaths = paths.some((path) => at(path, 'backend', 'service', 'name') === 'beta');
    return marks.length === 2 && inPaths ? ['beta'] : marks.length === 0 && !inPaths ? [] : ['half of beta'];
  },
  needs: INGRESS,
};

const SMI: RouterFixture = {
  router: smi,
  rollout: routed({ smi: { rootService: 'shop', trafficSplitName: 'shop' } }),
  objects: [],
  split: (objects) => {
    const backends = at(named(objects, 'TrafficSplit', 'shop'), 'spec', 'backends') as readonly {
      service: string;
      weight: string;
    }[];
    return splitOf(backends.map(({ service, weight }) => [service, Number(weight)]));
  },
  splitsExperiments: true,
};

const TRAEFIK: RouterFixture = {
  router: traefik,
  rollout: routed({ traefik: { weightedTraefikServiceName: 'shop' } }),
  objects: [
    anObject('traefik.io/v1alpha1', 'TraefikService', 'shop', {
      weighted: {
        sticky: {},
        services: [
          { name: 'stable', port: 80 },
          { name: 'canary', port: 80 },
        ],
      },
    }),
  ],
  split: (objects) => {
    const services = at(named(objects, 'TraefikService', 'shop'), 'spec', 'weighted', 'services') as readonly {
      name: string;
      weight: number;
    }[];
    return splitOf(services.map(({ name, weight }) => [name, weight]));
  },
  splitsExperiments: false,
  needs: { apiVersion: 'traefik.io/v1alpha1', kind: 'TraefikService', namespace: NAMESPACE, name: 'shop' },
};

const AMBASSADOR: RouterFixture = {
  router: ambassador,
  rollout: routed({ ambassador: { mappings: ['shop'] } }),
  objects: [anObject('getambassador.io/v2', 'Mapping', 'shop', { prefix: '/', service: 'stable:80' })],
  split: (objects) => {
    const canary = at(named(objects, 'Mapping', 'shop-canary'), 'spec', 'weight');
    return canary === undefined ? undefined : { canary: Number(canary), stable: 100 - Number(canary) };
  },
  splitsExperiments: false,
  needs: { apiVersion: 'getambassador.io/v2', kind: 'Mapping', namespace: NAMESPACE, name: 'shop' },
};

const target = (name: string, weight: number) => ({ virtualNodeRef: { name }, weight });

const APP_MESH: RouterFixture = {
  router: appMesh,
  rollout: routed({
    appMesh: {
      virtualService: { name: 'shop' },
      virtualNodeGroup: { canaryVirtualNodeRef: { name: 'canary' }, stableVirtualNodeRef: { name: 'stable' } },
    },
  }),
  objects: [
    anObject('appmesh.k8s.aws/v1beta2', 'VirtualService', 'shop', {
      provider: { virtualRouter: { virtualRouterRef: { name: 'shop' } } },
    }),
    anObject('appmesh.k8s.aws/v1beta2', 'VirtualRouter', 'shop', {
      routes: [
        {
          name: 'primary',
          httpRoute: {
            match: { prefix: '/' },
            action: { weightedTargets: [target('stable', 100), target('canary', 0)] },
          },
        },
      ],
    }),
    anObject('appmesh.k8s.aws/v1beta2', 'VirtualNode', 'canary', { podSelector: { matchLabels: { app: 'x' } } }),
    anObject('appmesh.k8s.aws/v1beta2', 'VirtualNode', 'stable', { podSelector: { matchLabels: { app: 'x' } } }),
  ],
  split: (objects) => {
    const path = ['spec', 'routes', 0, 'httpRoute', 'action', 'weightedTargets'];
    const targets = at(named(objects, 'VirtualRouter', 'shop'), ...path) as readonly ReturnType<typeof target>[];
    return splitOf(targets.map(({ virtualNodeRef, weight }) => [virtualNodeRef.name, weight]));
  },
  splitsExperiments: false,
  needs: { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualNode', namespace: NAMESPACE, name: 'canary' },
};

const APISIX: RouterFixture = {
  router: apisix,
  rollout: routed({ apisix: { route: { name: 'shop', rules: ['primary'] } } }),
  objects: [
    anObject('apisix.apache.org/v2', 'ApisixRoute', 'shop', {
      http: [
        {
          name: 'primary',
          match: { paths: ['/*'] },
          backends: [
            { serviceName: 'stable', servicePort: 80 },
            { serviceName: 'canary', servicePort: 80 },
          ],
        },
      ],
    }),
  ],
  split: (objects) => {
    const backends = at(named(objects, 'ApisixRoute', 'shop'), 'spec', 'http', 0, 'backends') as readonly {
      serviceName: string;
      weight: number;
    }[];
    return splitOf(backends.map(({ serviceName, weight }) => [serviceName, weight]));
  },
  splitsExperiments: false,
  headerRoutes: (objects) =>
    objects
      .filter(({ kind, metadata }) => kind === 'ApisixRoute' && metadata.name !== 'shop')
      .map(({ metadata }) => metadata.name),
  needs: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', namespace: NAMESPACE, name: 'shop' },
};

const GATEWAY_API: RouterFixture = {
  router: gatewayApi,
  rollout: routed({ plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'shop', namespace: NAMESPACE } } }),
  objects: [
    anObject('gateway.networking.k8s.io/v1', 'HTTPRoute', 'shop', {
      parentRefs: [{ name: 'gateway' }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [
            { name: 'stable', port: 80 },
            { name: 'canary', port: 80 },
          ],
        },
      ],
    }),
  ],
  split: (objects) => {
    const refs = at(named(objects, 'HTTPRoute', 'shop'), 'spec', 'rules', 0, 'backendRefs') as readonly {
      name: string;
      weight: number;
    }[];
    return splitOf(refs.map(({ name, weight }) => [name, weight]));
  },
  splitsExperiments: true,
  headerRoutes: (objects) => {
    const rules = at(named(objects, 'HTTPRoute', 'shop'), 'spec', 'rules') as readonly object[];
    const text = at(named(objects, 'ConfigMap', 'argo-gatewayapi-configmap'), 'data', 'httpManagedRoutes');
    const remembered = Object.keys(JSON.parse((text as string | undefined) ?? '{}') as object);
    return rules.length - 1 === remembered.length ? remembered : ['half of beta'];
  },
  needs: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace: NAMESPACE, name: 'shop' },
};

export const ROUTER_FIXTURES: readonly RouterFixture[] = [
  ISTIO,
  SUBSETS,
  NGINX,
  ALB,
  SMI,
  TRAEFIK,
  AMBASSADOR,
  APP_MESH,
  APISIX,
  GATEWAY_API,
];
