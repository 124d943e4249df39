/** Ingresses, as the routers that edit them see them. */
import type { Rollout } from '../resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '../resources/kubernetes.ts';
import { invalid, internal } from '../rollout/field-error.ts';
import { findObject, type RoutingProblems } from './router.ts';

export interface IngressPath {
  readonly path?: string;
  readonly pathType?: string;
  readonly backend?: { readonly service?: { readonly name?: string; readonly port?: object } };
}

export interface IngressRule {
  readonly http?: { readonly paths?: readonly IngressPath[] };
}

export interface Ingress extends KubernetesObject {
  readonly spec?: {
    readonly rules?: readonly IngressRule[];
    readonly tls?: readonly object[];
    readonly ingressClassName?: string;
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly hostname?: string }[] } };
}

export function ingressRef(name: string, { metadata }: Rollout): ObjectRef {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: metadata.namespace, name };
}

export function pathsOf(rule: IngressRule): readonly IngressPath[] {
  return rule.http?.paths ?? [];
}

export function serviceOf({ backend }: IngressPath): string {
  return backend?.service?.name ?? '';
}

export function usesService({ spec }: Ingress, service: string): boolean {
  return (spec?.rules ?? []).some((rule) => pathsOf(rule).some((path) => serviceOf(path) === service));
}

/** The two ways in which a router names its Ingresses, and where in the Rollout. */
export interface IngressNames {
  readonly one: string | undefined;
  readonly several: readonly string[] | undefined;
  readonly path: string;
  readonly fields: { readonly one: string; readonly several: string; readonly missing: string };
}

export function namesOf({ one, several }: Pick<IngressNames, 'one' | 'several'>): readonly string[] {
  return several ?? (one === undefined || one === '' ? [] : [one]);
}

/** @param service that some rule of each Ingress must use */
export function ingressProblems(
  names: IngressNames,
  service: string,
  rollout: Rollout,
  objects: readonly KubernetesObject[],
): RoutingProblems {
  const { one = '', several, path, fields } = names;
  const titles = [fields.one, fields.several].map((field) => field.charAt(0).toUpperCase() + field.slice(1));
  if ((one === '') === (several === undefined)) {
    const count = one === '' ? 'Neither are configured.' : 'Both are configured.';
    const detail = `Either ${titles[0]} or ${titles[1]} must be configured. ${count}`;
    return { missing: [internal(path, detail)], unfit: [] };
  }
  const problem = (field: string, name: string, detail: string) => invalid(`${path}.${field}`, several ?? name, detail);
  const found = namesOf(names).map((name) => ({
    name,
    ingress: findObject<Ingress>(objects, ingressRef(name, rollout)),
  }));
  return {
    missing: found.flatMap(({ name, ingress }) =>
      ingress !== undefined
        ? []
        : [
            problem(
              several === undefined ? fields.one : fields.missing,
              name,
              `ingress.networking.k8s.io ${JSON.stringify(name)} not found`,
            ),
          ],
    ),
    unfit: found.flatMap(({ name, ingress }) =>
      ingress === undefined || usesService(ingress, service)
        ? []
        : [
            problem(
              several === undefined ? fields.one : fields.several,
              name,
              `ingress \`${name}\` has no rules using service ${service} backend`,
            ),
          ],
    ),
  };
}
