/** Objects of traffic routers for tests. */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { NAMESPACE } from './builders.ts';

/** Any object with a spec, in the test's namespace. */
export function anObject<Spec extends object>(
  apiVersion: string,
  kind: string,
  name: string,
  spec: Spec,
  more: Partial<KubernetesObject['metadata']> = {},
): KubernetesObject & { readonly spec: Spec } {
  const metadata = { name, namespace: NAMESPACE, uid: `uid-${kind}-${name}`, ...more };
  return { apiVersion, kind, metadata, spec };
}

export function aVirtualService(
  name: string,
  spec: object = { hosts: ['shop'], http: [splitRoute('primary')] },
): KubernetesObject & { readonly spec: object } {
  return anObject('networking.istio.io/v1alpha3', 'VirtualService', name, spec);
}

/** A route between the Services `stable` and `canary`, all to stable. */
export function splitRoute(name?: string, canary = 0): object {
  return {
    ...(name === undefined ? {} : { name }),
    retries: { attempts: 3 },
    route: [
      { destination: { host: 'stable', port: { number: 80 } }, weight: 100 - canary },
      { destination: { host: 'canary', port: { number: 80 } }, weight: canary },
    ],
  };
}

export function aDestinationRule(name: string, subsets: readonly object[]): KubernetesObject {
  return anObject('networking.istio.io/v1alpha3', 'DestinationRule', name, { host: 'shop', subsets });
}
