/** Which objects a list or a watch is about, and in which version they are answered. */
import { deepFreeze, type ApiObject } from './objects.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';

export interface StoreQuery {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent or empty: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface StoreList {
  /** By namespace, then name. */
  readonly items: readonly ApiObject[];
  readonly resourceVersion: string;
}

/** @throws StatusError 400 for a selector that is none */
export function matcherOf(query: StoreQuery): (object: ApiObject) => boolean {
  const matchesLabels = parseLabelSelector(query.labelSelector);
  const matchesFields = parseFieldSelector(query.fieldSelector);
  const namespace = query.namespace ?? '';
  return (object) =>
    (namespace === '' || object.metadata.namespace === namespace) &&
    matchesLabels(object.metadata.labels ?? {}) &&
    matchesFields(object);
}

/** Conversion as of a definition with strategy None: only the apiVersion differs. */
export function inVersion(object: ApiObject, apiVersion: string): ApiObject {
  return object.apiVersion === apiVersion ? object : deepFreeze({ ...object, apiVersion });
}
