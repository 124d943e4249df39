/** What a handler gives back, and how it looks to the client that asked. */
import type { Instant } from '#core/time.ts';
import type { HttpRequest } from './http-request.ts';
import type { KindDefinition } from './kinds.ts';
import type { ApiObject } from './objects.ts';
import type { RawAnswer } from './openapi.ts';
import type { Page } from './pages.ts';
import type { Target } from './routes.ts';
import { tableOf, wantsTable, type TableOptions } from './tables.ts';

export type Answer =
  | { readonly type: 'json'; readonly code: number; readonly body: object }
  | { readonly type: 'raw'; readonly code: number; readonly raw: RawAnswer };

export function json(body: object, code = 200): Answer {
  return { type: 'json', code, body };
}

export function raw(answer: RawAnswer, code = 200): Answer {
  return { type: 'raw', code, raw: answer };
}

/** How a client wants to see objects. */
export interface View {
  readonly table: TableOptions | undefined;
}

export function viewOf(request: HttpRequest, now: Instant): View {
  if (!wantsTable(request.accept)) return { table: undefined };
  const asked = request.query.get('includeObject');
  const includeObject = asked === 'None' || asked === 'Object' ? asked : 'Metadata';
  return { table: { now, includeObject } };
}

export function shown(kind: KindDefinition, object: ApiObject, { table }: View): object {
  if (table === undefined) return object;
  return tableOf(kind, [object], { resourceVersion: object.metadata.resourceVersion }, table);
}

export function shownPage({ kind, apiVersion }: Target, page: Page, { table }: View): object {
  const metadata = {
    resourceVersion: page.resourceVersion,
    ...(page.next === undefined ? {} : { continue: page.next, remainingItemCount: page.remaining }),
  };
  if (table !== undefined) return tableOf(kind, page.items, metadata, table);
  const items = kind.builtIn ? page.items.map(withoutType) : page.items;
  return { kind: `${kind.kind}List`, apiVersion, metadata, items };
}

/** Items of built-in kinds come without apiVersion and kind, as those of the API server do. */
function withoutType(object: ApiObject): object {
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}
