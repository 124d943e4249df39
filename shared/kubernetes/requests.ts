/** What each operation sends, as data. */
import type { JsonObject } from '#core/json.ts';
import type { ListQuery } from '../ports.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

const METHODS: Readonly<Record<Verb, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  patch: 'PATCH',
  delete: 'DELETE',
};

/** How the API server serves a kind. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Has /status: the status is written there and nowhere else. */
  readonly statusSubresource: boolean;
}

export interface ApiRequest {
  readonly verb: Verb;
  /** What the verb is about, in the words of RBAC: `rollouts/status.argoproj.io in namespace shop`. */
  readonly subject: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

export function methodOf(request: ApiRequest): string {
  return METHODS[request.verb];
}

/** JSON Patch and strategic merge patches are never sent: custom kinds do not take the latter. */
export function contentTypeOf(request: ApiRequest): string {
  return request.verb === 'patch' ? 'application/merge-patch+json' : 'application/json';
}

/** `/api/v1` for the core group, `/apis/argoproj.io/v1alpha1` for every other. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Which objects a request is about. */
export interface Target {
  /** Absent or empty: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly subresource?: 'status';
}

export function requestFor(
  verb: Verb,
  resource: Resource,
  target: Target,
  rest: Pick<ApiRequest, 'query' | 'body'> = {},
): ApiRequest {
  const { namespace = '', name, subresource } = target;
  const inNamespace = resource.namespaced && namespace !== '';
  const segments = [
    ...(inNamespace ? ['namespaces', namespace] : []),
    resource.plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  const path = [groupPath(resource.apiVersion), ...segments.map(encodeURIComponent)].join('/');
  const where = inNamespace ? ` in namespace ${namespace}` : '';
  return { verb, subject: `${rbacName(resource, subresource)}${where}`, path, ...rest };
}

function rbacName(resource: Resource, subresource: string | undefined): string {
  const [group] = resource.apiVersion.includes('/') ? resource.apiVersion.split('/') : [];
  return [
    resource.plural,
    ...(subresource === undefined ? [] : ['/', subresource]),
    ...(group === undefined ? [] : ['.', group]),
  ].join('');
}

export function selectorsOf(query: ListQuery): Record<string, string> {
  const { labelSelector, fieldSelector } = query;
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
