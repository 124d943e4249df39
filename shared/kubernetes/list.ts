/** A whole list, page by page: large clusters answer in pieces that fit. */
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { ListQuery, ObjectList } from '../ports.ts';
import { accepted, isPlaceLost } from './answers.ts';
import type { Connection } from './connection.ts';
import { requestFor, selectorsOf, type Resource } from './requests.ts';

interface Page {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** Items of built-in kinds come without apiVersion and kind. */
  readonly items: readonly object[];
}

/** When the place between two pages is lost (410), the list is asked for once more, in one piece. */
export async function listResource<T extends KubernetesObject>(
  connection: Connection,
  resource: Resource,
  query: ListQuery,
  pageSize: number,
): Promise<ObjectList<T>> {
  const pages =
    (await pagesOf(connection, resource, query, pageSize)) ?? (await pagesOf(connection, resource, query, 0)) ?? [];
  const { apiVersion, kind } = resource;
  const items = pages.flatMap((page) => page.items).map((item) => ({ apiVersion, kind, ...item }) as T);
  return { items, resourceVersion: pages[0]?.metadata.resourceVersion ?? '' };
}

/** @returns undefined when the place between two pages is lost */
async function pagesOf(
  connection: Connection,
  resource: Resource,
  query: ListQuery,
  pageSize: number,
): Promise<readonly Page[] | undefined> {
  const pages: Page[] = [];
  let next: string | undefined;
  do {
    const parameters = {
      ...selectorsOf(query),
      ...(pageSize === 0 ? {} : { limit: String(pageSize) }),
      ...(next === undefined ? {} : { continue: next }),
    };
    const request = requestFor('list', resource, { namespace: query.namespace }, { query: parameters });
    const answer = await connection.send(request);
    if (next !== undefined && isPlaceLost(answer)) return undefined;
    const page = accepted(answer, request, connection.cluster) as Page;
    pages.push(page);
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return pages;
}
