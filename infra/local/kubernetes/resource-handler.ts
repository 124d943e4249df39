/** The verbs on collections and objects; watches apart. */
import { answeredDelete, deleteOptionsIn } from './delete-request.ts';
import { json, shown, shownPage, viewOf, type Answer } from './answers.ts';
import { FrontDoor } from './front-door.ts';
import { countIn, objectIn, valueIn, type HttpRequest } from './http-request.ts';
import { recordAt, type ApiObject, type ApiRef, type Draft, type SentObject } from './objects.ts';
import { Pages } from './pages.ts';
import { patchType, type Patch } from './patches.ts';
import type { StoreQuery } from './query.ts';
import type { Route, Target } from './routes.ts';
import { patchOfScale, scaleOf } from './scale.ts';
import { badRequest, methodNotAllowed, tooLargeResourceVersion } from './status-error.ts';
import { Store } from './store.ts';

type Collection = Extract<Route, { readonly type: 'collection' }>;
type Eviction = Extract<Route, { readonly type: 'eviction' }>;
type Single = Extract<Route, { readonly type: 'object' }>;

export class ResourceHandler {
  readonly #store: Store;
  readonly #door: FrontDoor;
  readonly #pages: Pages;

  constructor(store: Store) {
    this.#store = store;
    this.#door = new FrontDoor(store);
    this.#pages = new Pages(store);
  }

  async collection({ target }: Collection, request: HttpRequest): Promise<Answer> {
    switch (request.method) {
      case 'GET':
        return this.#list(target, request);
      case 'POST':
        return this.#create(target, request);
      case 'DELETE':
        return this.#deleteAll(target, request);
    }
    throw methodNotAllowed();
  }

  async single(route: Single, request: HttpRequest): Promise<Answer> {
    const changed = await this.#one(route, request);
    const object = route.subresource === 'scale' ? scaleOf(changed) : changed;
    return json(shown(route.target.kind, object, viewOf(request, this.#store.clock.now())));
  }

  async delete(route: Single, request: HttpRequest): Promise<Answer> {
    if (route.subresource !== undefined) throw methodNotAllowed();
    const outcome = await this.#doorFor(request).delete(refOf(route), deleteOptionsIn(request));
    return json(answeredDelete(route.target.kind, outcome));
  }

  async evict({ target, name }: Eviction, request: HttpRequest): Promise<Answer> {
    if (request.method !== 'POST') throw methodNotAllowed();
    const body = objectIn(request);
    const metadata = recordAt(body, 'metadata');
    requireSame(metadata['name'], name, 'the name of the object', 'the name on the URL');
    const { namespace } = target;
    const placed = { ...metadata, name, ...(namespace === undefined ? {} : { namespace }) };
    await this.#doorFor(request).create({ ...body, apiVersion: 'policy/v1', kind: 'Eviction', metadata: placed });
    return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, 201);
  }

  async #list(target: Target, request: HttpRequest): Promise<Answer> {
    const { query } = request;
    const limit = countIn(query, 'limit') ?? 0;
    const token = query.get('continue') ?? '';
    const list = await this.#door.list(queryOf(target, query));
    const asked = Number(query.get('resourceVersion') ?? 0);
    if (asked > Number(list.resourceVersion)) throw tooLargeResourceVersion(asked, Number(list.resourceVersion));
    const page = token === '' ? this.#pages.first(list, limit) : this.#pages.next(token, limit);
    return json(shownPage(target, page, viewOf(request, this.#store.clock.now())));
  }

  async #create(target: Target, request: HttpRequest): Promise<Answer> {
    const object = sentObject(target, objectIn(request));
    const created = await this.#doorFor(request).create(object);
    return json(shown(target.kind, created, viewOf(request, this.#store.clock.now())), 201);
  }

  async #deleteAll(target: Target, request: HttpRequest): Promise<Answer> {
    const list = await this.#door.list(queryOf(target, request.query));
    const { uid: _, resourceVersion: __, ...options } = deleteOptionsIn(request);
    for (const { apiVersion, kind, metadata } of list.items) {
      const { namespace, name } = metadata;
      await this.#doorFor(request).delete({ apiVersion, kind, namespace, name }, options);
    }
    return json(shownPage(target, list, { table: undefined }));
  }

  #one(route: Single, request: HttpRequest): Promise<ApiObject> {
    switch (request.method) {
      case 'GET':
        return this.#door.get(refOf(route));
      case 'PUT':
        return this.#update(route, request);
      case 'PATCH':
        return this.#patch(route, request);
    }
    throw methodNotAllowed();
  }

  #update(route: Single, request: HttpRequest): Promise<ApiObject> {
    const { target, name, subresource } = route;
    const door = this.#doorFor(request);
    const sent = objectIn(request);
    if (subresource === 'scale') return door.patch(refOf(route), { type: 'merge', body: patchOfScale(sent) });
    const object = sentObject(target, sent);
    requireSame(recordAt(sent, 'metadata')['name'], name, 'the name of the object', 'the name on the URL');
    return door.update(object, subresource);
  }

  #patch(route: Single, request: HttpRequest): Promise<ApiObject> {
    const { target, subresource } = route;
    const patch: Patch = { type: patchType(request.contentType, target.kind), body: valueIn(request) };
    const door = this.#doorFor(request);
    if (subresource !== 'scale') return door.patch(refOf(route), patch, subresource);
    return door.patch(refOf(route), { type: 'merge', body: patchOfScale(patch.body as Draft) });
  }

  /** A dry run happens to a copy of everything. */
  #doorFor(request: HttpRequest): FrontDoor {
    if (request.query.get('dryRun') !== 'All') return this.#door;
    return new FrontDoor(Store.load({ clock: this.#store.clock }, this.#store.dump()));
  }
}

export function queryOf({ apiVersion, kind, namespace }: Target, query: URLSearchParams): StoreQuery {
  return {
    apiVersion,
    kind: kind.kind,
    namespace,
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined,
  };
}

function refOf({ target, name }: Single): ApiRef {
  return { apiVersion: target.apiVersion, kind: target.kind.kind, namespace: target.namespace, name };
}

/** The path says kind and namespace where the body does not. @throws StatusError 400 when they differ */
function sentObject({ apiVersion, kind, namespace }: Target, body: Draft): SentObject {
  const metadata = recordAt(body, 'metadata');
  requireSame(
    metadata['namespace'],
    namespace,
    'the namespace of the provided object',
    'the namespace sent on the request',
  );
  requireSame(body['apiVersion'], apiVersion, 'the API version in the data', 'the expected API version');
  requireSame(body['kind'], kind.kind, 'the kind in the data', 'the expected kind');
  const placed = { ...metadata, ...(namespace === undefined ? {} : { namespace }) };
  return { ...body, apiVersion, kind: kind.kind, metadata: placed };
}

function requireSame(given: unknown, expected: string | undefined, what: string, against: string): void {
  if (expected === undefined || typeof given !== 'string' || given === '' || given === expected) return;
  throw badRequest(`${what} (${given}) does not match ${against} (${expected})`);
}
