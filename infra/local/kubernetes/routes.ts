/** Which thing a path of the API names. Pure. */
import type { KindDefinition, Kinds } from './kinds.ts';
import { unknownResource } from './status-error.ts';

export interface Target {
  readonly apiVersion: string;
  readonly kind: KindDefinition;
  /** Absent: cluster-scoped, or all namespaces. */
  readonly namespace?: string;
}

export type Route =
  | { readonly type: 'health' }
  | { readonly type: 'version' }
  /** `/api`: versions of the core group. */
  | { readonly type: 'core' }
  /** `/apis`: all named groups. */
  | { readonly type: 'groups' }
  | { readonly type: 'group'; readonly group: string }
  | { readonly type: 'resources'; readonly apiVersion: string }
  | { readonly type: 'openapi'; readonly version: 'v2' | 'v3' }
  | { readonly type: 'collection'; readonly target: Target }
  | {
      readonly type: 'object';
      readonly target: Target;
      readonly name: string;
      readonly subresource: 'status' | 'scale' | undefined;
    }
  | { readonly type: 'eviction'; readonly target: Target; readonly name: string }
  | { readonly type: 'proxy'; readonly service: ServiceAddress; readonly path: string };

export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  /** Number or name; empty when the path has none. */
  readonly port: string;
}

/** @throws StatusError 404 for a path that leads nowhere */
export function routeOf(kinds: Kinds, pathname: string): Route {
  const path = pathname.split('/').slice(1).map(decodeURIComponent);
  const [root, first = '', second = ''] = path;
  switch (root) {
    case 'healthz':
    case 'livez':
    case 'readyz':
      return { type: 'health' };
    case 'version':
      return { type: 'version' };
    case 'openapi':
      if (first === 'v2' || first === 'v3') return { type: 'openapi', version: first };
      break;
    case 'api':
      if (first === '') return { type: 'core' };
      return within(kinds, first, path.slice(2));
    case 'apis':
      if (first === '') return { type: 'groups' };
      if (second === '') return { type: 'group', group: first };
      return within(kinds, `${first}/${second}`, path.slice(3));
  }
  throw unknownResource();
}

/** The part of a path behind the version of a group. */
function within(kinds: Kinds, apiVersion: string, path: readonly string[]): Route {
  const [scope = '', namespace, ...rest] = path;
  if (scope === '') return { type: 'resources', apiVersion };
  if (scope !== 'namespaces' || namespace === undefined || rest.length === 0 || isSubresource(rest[0])) {
    return resource(kinds, apiVersion, path);
  }
  const [plural, name, verb, ...tail] = rest;
  if (plural === 'services' && name !== undefined && verb === 'proxy') return proxy(namespace, name, tail);
  return resource(kinds, apiVersion, rest, namespace);
}

function isSubresource(part: string | undefined): part is 'status' | 'scale' {
  return part === 'status' || part === 'scale';
}

function resource(kinds: Kinds, apiVersion: string, path: readonly string[], namespace?: string): Route {
  const [plural = '', name = '', subresource, ...rest] = path;
  const kind = kinds.byPlural(apiVersion, plural);
  if (kind === undefined || rest.length > 0) throw unknownResource();
  if (namespace !== undefined && !kind.namespaced) throw unknownResource();
  const target = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
  if (name === '') return { type: 'collection', target };
  if (kind.namespaced && namespace === undefined) throw unknownResource();
  if (kind.kind === 'Pod' && subresource === 'eviction') return { type: 'eviction', target, name };
  return { type: 'object', target, name, subresource: subresourceOf(kind, subresource) };
}

function subresourceOf(kind: KindDefinition, part: string | undefined): 'status' | 'scale' | undefined {
  if (part === undefined || part === '') return undefined;
  if (part === 'status' && kind.statusSubresource) return part;
  if (part === 'scale' && kind.scalable) return part;
  throw unknownResource();
}

/** `/services/{name}:{port}/proxy/…`, or `{scheme}:{name}:{port}`. */
function proxy(namespace: string, service: string, path: readonly string[]): Route {
  const parts = service.split(':');
  const [name = '', port = ''] = parts.length > 2 ? parts.slice(1) : parts;
  return { type: 'proxy', service: { namespace, name, port }, path: `/${path.map(encodeURIComponent).join('/')}` };
}
