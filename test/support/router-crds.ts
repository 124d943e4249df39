/** CustomResourceDefinitions of the routers' kinds, as small as an API server takes them: any spec, no validation. */
export function aDefinition(apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`) {
  const [group = '', version = ''] = apiVersion.split('/');
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

export const ROUTER_DEFINITIONS = [
  aDefinition('networking.istio.io/v1alpha3', 'VirtualService'),
  aDefinition('networking.istio.io/v1alpha3', 'DestinationRule'),
  aDefinition('split.smi-spec.io/v1alpha1', 'TrafficSplit'),
  aDefinition('traefik.io/v1alpha1', 'TraefikService'),
  aDefinition('getambassador.io/v2', 'Mapping'),
  aDefinition('appmesh.k8s.aws/v1beta2', 'VirtualService'),
  aDefinition('appmesh.k8s.aws/v1beta2', 'VirtualRouter'),
  aDefinition('appmesh.k8s.aws/v1beta2', 'VirtualNode'),
  aDefinition('apisix.apache.org/v2', 'ApisixRoute'),
  aDefinition('gateway.networking.k8s.io/v1', 'HTTPRoute'),
  aDefinition('gateway.networking.k8s.io/v1', 'GRPCRoute'),
];
