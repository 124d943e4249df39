/**
 * CustomResourceDefinitions of the traffic routers' kinds: no registry carries the real ones. Structural, with the fields and the
 * defaults of the real ones as far as a Rollout's routes reach, so that an API server drops what they do not know and fills in
 * what they do; whatever lies deeper may be anything.
 */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const whole: Schema = { type: 'integer', format: 'int32' };
const flag: Schema = { type: 'boolean' };
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const wholeOrText: Schema = { 'x-kubernetes-int-or-string': true };
const percent: Schema = { ...whole, minimum: 0, maximum: 100 };
const words: Schema = { type: 'object', additionalProperties: text };
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const byDefault = (schema: Schema, value: unknown): Schema => ({ ...schema, default: value });

// --- Istio

const destination = object({ host: text, subset: text, port: object({ number: whole }) }, 'host');
const routes = list(object({ destination, weight: whole, headers: anything }, 'destination'));

const istioHttp = object({
  name: text,
  match: list(anything),
  route: routes,
  redirect: anything,
  rewrite: anything,
  timeout: text,
  retries: object({ attempts: whole, perTryTimeout: text, retryOn: text }),
  fault: anything,
  mirror: destination,
  mirrorPercentage: object({ value: { type: 'number', format: 'double' } }),
  headers: anything,
});

const istioVirtualService = object({
  hosts: list(text),
  gateways: list(text),
  exportTo: list(text),
  http: list(istioHttp),
  tls: list(object({ match: list(anything), route: routes }, 'match')),
  tcp: list(object({ match: list(anything), route: routes })),
});

const destinationRule = object(
  {
    host: text,
    exportTo: list(text),
    trafficPolicy: anything,
    subsets: list(object({ name: text, labels: words, trafficPolicy: anything }, 'name')),
  },
  'host',
);

// --- App Mesh

const reference = object({ name: text, namespace: text }, 'name');
const action = object(
  {
    weightedTargets: {
      ...list(
        object({ virtualNodeRef: reference, virtualNodeARN: text, weight: { ...percent, format: 'int64' } }, 'weight'),
      ),
      minItems: 1,
      maxItems: 10,
    },
  },
  'weightedTargets',
);
const meshRoute = object({ match: anything, action, retryPolicy: anything, timeout: anything }, 'action');
const virtualRouter = object({
  awsName: text,
  meshRef: anything,
  listeners: list(object({ portMapping: object({ port: whole, protocol: oneOf('http', 'http2', 'grpc', 'tcp') }) })),
  routes: list(
    object(
      {
        name: text,
        priority: whole,
        httpRoute: meshRoute,
        http2Route: meshRoute,
        grpcRoute: meshRoute,
        tcpRoute: meshRoute,
      },
      'name',
    ),
  ),
});
const meshVirtualService = object({
  awsName: text,
  meshRef: anything,
  provider: object({
    virtualRouter: object({ virtualRouterRef: reference, virtualRouterARN: text }),
    virtualNode: anything,
  }),
});
const virtualNode = object({
  awsName: text,
  meshRef: anything,
  podSelector: object({ matchLabels: words, matchExpressions: list(anything) }),
  listeners: list(anything),
  serviceDiscovery: anything,
});

// --- Gateway API

const backendRef = object(
  {
    group: byDefault(text, ''),
    kind: byDefault(text, 'Service'),
    name: text,
    namespace: text,
    port: { ...whole, minimum: 1, maximum: 65_535 },
    weight: byDefault({ ...whole, minimum: 0, maximum: 1_000_000 }, 1),
    filters: list(anything),
  },
  'name',
);
const parentRef = object(
  {
    group: byDefault(text, 'gateway.networking.k8s.io'),
    kind: byDefault(text, 'Gateway'),
    name: text,
    namespace: text,
    sectionName: text,
    port: whole,
  },
  'name',
);
const matchType = oneOf('Exact', 'RegularExpression');
const httpMatch = object({
  path: byDefault(
    object({
      type: byDefault(oneOf('Exact', 'PathPrefix', 'RegularExpression'), 'PathPrefix'),
      value: byDefault(text, '/'),
    }),
    { type: 'PathPrefix', value: '/' },
  ),
  headers: list(object({ type: byDefault(matchType, 'Exact'), name: text, value: text }, 'name', 'value')),
  queryParams: list(object({ type: byDefault(matchType, 'Exact'), name: text, value: text }, 'name', 'value')),
  method: text,
});
const gatewayRoute = (match: Schema, whenNone: readonly object[]) =>
  object({
    parentRefs: list(parentRef),
    hostnames: list(text),
    rules: list(
      object({
        name: text,
        matches: byDefault(list(match), whenNone),
        filters: list(anything),
        backendRefs: list(backendRef),
        timeouts: anything,
      }),
    ),
  });

// --- the others

const trafficSplit = object({
  service: text,
  backends: list(object({ service: text, weight: wholeOrText }, 'service', 'weight')),
});
const traefikService = object({
  weighted: object({
    services: list(
      object(
        { name: text, kind: oneOf('Service', 'TraefikService'), namespace: text, port: wholeOrText, weight: whole },
        'name',
      ),
    ),
    sticky: object({ cookie: anything }),
  }),
  mirroring: anything,
});
const mapping = object(
  {
    prefix: text,
    service: text,
    host: text,
    headers: words,
    weight: whole,
    timeout_ms: whole,
    ambassador_id: list(text),
  },
  'prefix',
  'service',
);
const apisixRoute = object({
  ingressClassName: text,
  http: list(
    object(
      {
        name: text,
        priority: whole,
        websocket: flag,
        timeout: anything,
        match: object({ paths: list(text), hosts: list(text), methods: list(text), exprs: list(anything) }, 'paths'),
        backends: list(
          object(
            { serviceName: text, servicePort: wholeOrText, weight: whole, subset: text },
            'serviceName',
            'servicePort',
          ),
        ),
        plugins: list(object({ name: text, enable: flag, config: anything }, 'name', 'enable')),
      },
      'name',
      'match',
    ),
  ),
});

function definition(apiVersion: string, kind: string, spec: Schema) {
  const [group = '', version = ''] = apiVersion.split('/');
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const openAPIV3Schema = object({
    apiVersion: text,
    kind: text,
    metadata: { type: 'object' },
    spec,
    status: anything,
  });
  const versions = [
    { name: version, served: true, storage: true, schema: { openAPIV3Schema }, subresources: { status: {} } },
  ];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // Names below k8s.io are those of Kubernetes: who defines one says who has agreed to it.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, only for tests' },
    },
    spec: { group, scope: 'Namespaced', names: { kind, plural, singular, listKind: `${kind}List` }, versions },
  };
}

export const DEFINITIONS = [
  definition('networking.istio.io/v1alpha3', 'VirtualService', istioVirtualService),
  definition('networking.istio.io/v1alpha3', 'DestinationRule', destinationRule),
  definition('appmesh.k8s.aws/v1beta2', 'VirtualService', meshVirtualService),
  definition('appmesh.k8s.aws/v1beta2', 'VirtualRouter', virtualRouter),
  definition('appmesh.k8s.aws/v1beta2', 'VirtualNode', virtualNode),
  definition(
    'gateway.networking.k8s.io/v1',
    'HTTPRoute',
    gatewayRoute(httpMatch, [{ path: { type: 'PathPrefix', value: '/' } }]),
  ),
  definition('gateway.networking.k8s.io/v1', 'GRPCRoute', gatewayRoute(anything, [])),
  definition('split.smi-spec.io/v1alpha1', 'TrafficSplit', trafficSplit),
  definition('traefik.io/v1alpha1', 'TraefikService', traefikService),
  definition('getambassador.io/v2', 'Mapping', mapping),
  definition('apisix.apache.org/v2', 'ApisixRoute', apisixRoute),
];
