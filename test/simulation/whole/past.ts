/** What a cache may still answer: the objects of the cluster as they were a moment ago. */
import type { Instant } from '#core/time.ts';
import type { Clock, ListQuery } from '#shared/ports.ts';
import type { ApiObject, ApiRef } from '../../../infra/local/kubernetes/objects.ts';
import { inVersion, matcherOf } from '../../../infra/local/kubernetes/query.ts';
import type { Store } from '../../../infra/local/kubernetes/store.ts';

export interface Past {
  get(ref: ApiRef, at: Instant): ApiObject | undefined;
  list(query: ListQuery, at: Instant): readonly ApiObject[];
}

interface Version {
  readonly at: Instant;
  /** undefined: it was deleted. */
  readonly object: ApiObject | undefined;
}

export function rememberPast(store: Store, clock: Clock): Past {
  /** By kind and group, then by namespace and name. */
  const kinds = new Map<string, Map<string, Version[]>>();

  store.subscribe(({ type, object }) => {
    const named = versionsOf(object);
    const name = nameIn(object.metadata.namespace, object.metadata.name);
    const version: Version = { at: clock.now(), object: type === 'DELETED' ? undefined : object };
    named.set(name, [...(named.get(name) ?? []), version]);
  });

  function versionsOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) {
    const key = `${apiVersion.split('/').slice(0, -1).join('/')}/${kind}`;
    const named = kinds.get(key) ?? new Map<string, Version[]>();
    kinds.set(key, named);
    return named;
  }

  return {
    get(ref, at) {
      const found = asOf(versionsOf(ref).get(nameIn(ref.namespace, ref.name)) ?? [], at);
      return found && inVersion(found, ref.apiVersion);
    },
    list(query, at) {
      const matches = matcherOf(query);
      const objects = [...versionsOf(query).values()].flatMap((versions) => asOf(versions, at) ?? []);
      return objects.filter(matches).map((object) => inVersion(object, query.apiVersion));
    },
  };
}

function nameIn(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function asOf(versions: readonly Version[], at: Instant): ApiObject | undefined {
  return versions.findLast((version) => version.at <= at)?.object;
}
