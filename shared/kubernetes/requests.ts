/** What each operation sends, as data. */
import { InvalidSpecError } from '#core/errors.ts';
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
  /** Instead of all that: what the API server hands on to a Service as it is. */
  readonly passed?: PassedRequest;
}

export interface PassedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export function methodOf(request: ApiRequest): string {
  return request.passed?.method ?? METHODS[request.verb];
}

export function bodyOf(request: ApiRequest): Buffer | undefined {
  const text = request.passed?.body ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  return text === undefined ? undefined : Buffer.from(text);
}

/** JSON Patch and strategic merge patches are never sent: custom kinds do not take the latter. */
export function headersOf(request: ApiRequest): Readonly<Record<string, string>> {
  if (request.passed !== undefined) return request.passed.headers;
  const contentType = request.verb === 'patch' ? 'application/merge-patch+json' : 'application/json';
  return { accept: 'application/json', ...(request.body === undefined ? {} : { 'content-type': contentType }) };
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
  readonly subresource?: 'status' | 'eviction';
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
  const path = [groupPath(resource.apiVersion), ...segments.map((name) => segment(name, resource))].join('/');
  const where = inNamespace ? ` in namespace ${namespace}` : '';
  return { verb, subject: `${rbacName(resource, subresource)}${where}`, path, ...rest };
}

/**
 * Names come from manifests. `..` would lead to another path, and an empty one from an object to its whole collection.
 * client-go IsValidPathSegmentName refuses the same.
 */
function segment(name: string, { kind }: Resource): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name)) return encodeURIComponent(name);
  throw new InvalidSpecError(
    `${kind} ${JSON.stringify(name)}: no object can have this name; correct it where it is used`,
  );
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
