import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refOf, type SentObject } from '../../../../infra/local/kubernetes/objects.ts';
import {
  kubeconfigFor,
  startServer,
  type KubernetesServer,
  type ServerOptions,
} from '../../../../infra/local/kubernetes/server.ts';
import { StatusError } from '../../../../infra/local/kubernetes/status-error.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { analysisRun, configMap, pod, replicaSet, rollout } from './manifests.ts';

const ROLLOUTS = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts';
const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const REPLICA_SETS = '/apis/apps/v1/namespaces/shop/replicasets';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

interface Reply {
  readonly code: number;
  readonly body: unknown;
}

let clock: VirtualClock;
let store: Store;
let servers: KubernetesServer[];
let url: string;

async function serve(options: ServerOptions = {}): Promise<string> {
  const server = await startServer(store, options);
  servers.push(server);
  return server.url;
}

beforeEach(async () => {
  clock = new VirtualClock();
  store = new Store({ clock });
  servers = [];
  url = await serve();
});

afterEach(async () => {
  for (const server of servers) await server.close();
});

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method, headers: { ...type, ...headers }, ...sent });
  return { code: answer.status, body: await answer.json() };
}

function patch(path: string, type: string, body: unknown): Promise<Reply> {
  return ask('PATCH', path, body, { 'content-type': `application/${type}+json` });
}

/** A watch as its lines come. */
class Lines {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = '';

  private constructor(reader: ReadableStreamDefaultReader<string>) {
    this.#reader = reader;
  }

  static async of(path: string, headers: Record<string, string> = {}): Promise<Lines> {
    const answer = await fetch(`${url}${path}`, { headers });
    if (answer.body === null) throw new Error('no body');
    return new Lines(answer.body.pipeThrough(new TextDecoderStream()).getReader());
  }

  /** The next line; undefined at the end. */
  async next(): Promise<unknown> {
    while (!this.#rest.includes('\n')) {
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#rest += value;
    }
    const at = this.#rest.indexOf('\n');
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + 1);
    return JSON.parse(line);
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

describe('what the server says of itself', () => {
  it.each([
    { path: '/version', body: { major: '1', minor: '34' } },
    { path: '/api', body: { kind: 'APIVersions', versions: ['v1'] } },
    { path: '/apis', body: { kind: 'APIGroupList' } },
    {
      path: '/apis/argoproj.io',
      body: { kind: 'APIGroup', preferredVersion: { groupVersion: 'argoproj.io/v1alpha1' } },
    },
    { path: '/api/v1', body: { kind: 'APIResourceList', groupVersion: 'v1' } },
    { path: '/openapi/v3', body: { paths: {} } },
  ])('given $path, then it answers', async ({ path, body }) => {
    expect(await ask('GET', path)).toMatchObject({ code: 200, body });
  });

  it('given the resources of a group, then status and scale are listed where there are such', async () => {
    const { body } = await ask('GET', '/apis/argoproj.io/v1alpha1');
    const names = (body as { resources: readonly { name: string }[] }).resources.map(({ name }) => name);
    expect(names).toEqual([
      'rollouts',
      'rollouts/status',
      'rollouts/scale',
      'analysisruns',
      'analysistemplates',
      'clusteranalysistemplates',
      'experiments',
    ]);
  });

  it.each([
    '/nothing',
    '/apis/other',
    '/apis/other/v1',
    '/apis/apps/v1/nothing',
    '/api/v1/pods/a',
    '/api/v1/namespaces/shop/nodes',
    `${CONFIG_MAPS}/a/status`,
  ])('given %s, then there is nothing', async (path) => {
    const message = 'the server could not find the requested resource';
    expect(await ask('GET', path)).toMatchObject({ code: 404, body: { kind: 'Status', reason: 'NotFound', message } });
  });

  it('given the readiness check, then it is ok', async () => {
    const answer = await fetch(`${url}/readyz`);
    expect(await answer.text()).toBe('ok');
  });
});

describe('objects over HTTP', () => {
  it('given a new object, when it is created, read, updated, patched and deleted, then each answer shows it', async () => {
    const created = await ask('POST', ROLLOUTS, rollout('web'));
    expect(created).toMatchObject({ code: 201, body: { metadata: { name: 'web', generation: 1 } } });
    expect(await ask('GET', `${ROLLOUTS}/web`)).toEqual({ code: 200, body: created.body });
    const sent = { ...(created.body as object), spec: { replicas: 2 } };
    expect(await ask('PUT', `${ROLLOUTS}/web`, sent)).toMatchObject({ code: 200, body: { spec: { replicas: 2 } } });
    expect(await patch(`${ROLLOUTS}/web`, 'merge-patch', { spec: { replicas: 3 } })).toMatchObject({ code: 200 });
    const deleted = await ask('DELETE', `${ROLLOUTS}/web`);
    expect(deleted).toMatchObject({ code: 200, body: { kind: 'Status', status: 'Success', details: { name: 'web' } } });
    expect((await ask('GET', `${ROLLOUTS}/web`)).code).toBe(404);
  });

  it('given a body without kind and namespace, in YAML, then the path says them', async () => {
    const yaml = 'metadata:\n  name: a\ndata:\n  x: y\n';
    const reply = await ask('POST', CONFIG_MAPS, yaml, { 'content-type': 'application/yaml' });
    expect(reply).toMatchObject({
      code: 201,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' }, data: { x: 'y' } },
    });
  });

  it.each<{ given: string; request: () => Promise<Reply>; code: number; body: object }>([
    {
      given: 'a taken name',
      request: () => ask('POST', CONFIG_MAPS, configMap('a')),
      code: 409,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'configmaps "a" already exists',
        reason: 'AlreadyExists',
        details: { name: 'a', kind: 'configmaps' },
        code: 409,
      },
    },
    {
      given: 'a stale update',
      request: () => ask('PUT', `${CONFIG_MAPS}/a`, configMap('a', { metadata: { resourceVersion: '77' } })),
      code: 409,
      body: { reason: 'Conflict' },
    },
    {
      given: 'a namespace other than that of the path',
      request: () => ask('POST', CONFIG_MAPS, configMap('b', { metadata: { namespace: 'other' } })),
      code: 400,
      body: { reason: 'BadRequest' },
    },
    {
      given: 'a name other than that of the path',
      request: () => ask('PUT', `${CONFIG_MAPS}/a`, configMap('b')),
      code: 400,
      body: { message: 'the name of the object (b) does not match the name on the URL (a)' },
    },
    {
      given: 'a kind other than that of the path',
      request: () => ask('POST', CONFIG_MAPS, rollout('b')),
      code: 400,
      body: { reason: 'BadRequest' },
    },
    { given: 'no JSON', request: () => ask('POST', CONFIG_MAPS, '{'), code: 400, body: { reason: 'BadRequest' } },
    {
      given: 'protobuf',
      request: () => ask('POST', CONFIG_MAPS, 'k8s', { 'content-type': 'application/vnd.kubernetes.protobuf' }),
      code: 415,
      body: { reason: 'UnsupportedMediaType' },
    },
    {
      given: 'more than three megabytes',
      request: () => ask('POST', CONFIG_MAPS, configMap('b', { data: { x: 'x'.repeat(3 * 1024 * 1024) } })),
      code: 413,
      body: { reason: 'RequestEntityTooLarge' },
    },
    {
      given: 'an unknown method',
      request: () => ask('POST', `${CONFIG_MAPS}/a`, {}),
      code: 405,
      body: { reason: 'MethodNotAllowed' },
    },
    {
      given: 'a selector that is none',
      request: () => ask('GET', `${CONFIG_MAPS}?labelSelector=a%20b`),
      code: 400,
      body: { message: "unable to parse requirement: found 'a b'" },
    },
    {
      given: 'a list from a version to come',
      request: () => ask('GET', `${CONFIG_MAPS}?resourceVersion=99`),
      code: 504,
      body: { reason: 'Timeout', details: { retryAfterSeconds: 1 } },
    },
    {
      given: 'a strategic merge patch of a custom object',
      request: () => patch(`${ROLLOUTS}/web`, 'strategic-merge-patch', {}),
      code: 415,
      body: { reason: 'UnsupportedMediaType' },
    },
    {
      given: 'a server-side apply',
      request: () =>
        ask('PATCH', `${CONFIG_MAPS}/a`, 'kind: ConfigMap', { 'content-type': 'application/apply-patch+yaml' }),
      code: 415,
      body: { reason: 'UnsupportedMediaType' },
    },
    {
      given: 'a JSON patch whose test fails',
      request: () => patch(`${ROLLOUTS}/web`, 'json-patch', [{ op: 'test', path: '/spec/replicas', value: 9 }]),
      code: 422,
      body: { reason: 'Invalid' },
    },
  ])('given $given, then the answer is $code', async ({ request, code, body }) => {
    store.create(configMap('a'));
    store.create(rollout('web'));
    expect(await request()).toMatchObject({ code, body });
  });

  it('given a built-in object, when it is patched strategically, then lists are merged by key', async () => {
    store.create(replicaSet('web'));
    const containers = [{ name: 'side', image: 'side:1' }];
    const { body } = await patch(`${REPLICA_SETS}/web`, 'strategic-merge-patch', {
      spec: { template: { spec: { containers } } },
    });
    expect(body).toMatchObject({ spec: { template: { spec: { containers: [{ name: 'app' }, { name: 'side' }] } } } });
  });

  it('given a status, then it is written where the kind has the subresource, and with the object elsewhere', async () => {
    store.create(rollout('web'));
    store.create(analysisRun('run'));
    const runs = ROLLOUTS.replace('rollouts', 'analysisruns');
    const body = { status: { phase: 'Running' } };
    expect((await patch(`${ROLLOUTS}/web`, 'merge-patch', body)).body).not.toHaveProperty('status');
    expect(await patch(`${ROLLOUTS}/web/status`, 'merge-patch', body)).toMatchObject({ body });
    expect(await patch(`${runs}/run`, 'merge-patch', body)).toMatchObject({ body });
    expect((await patch(`${runs}/run/status`, 'merge-patch', body)).code).toBe(404);
  });

  it('given a scale, when replicas are written there, then the object has them', async () => {
    store.create(replicaSet('web', { replicas: 2 }));
    expect(await ask('GET', `${REPLICA_SETS}/web/scale`)).toMatchObject({
      body: {
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        spec: { replicas: 2 },
        status: { replicas: 0, selector: 'app=web' },
      },
    });
    await patch(`${REPLICA_SETS}/web/scale`, 'merge-patch', { spec: { replicas: 5 } });
    expect(await ask('GET', `${REPLICA_SETS}/web`)).toMatchObject({
      body: { spec: { replicas: 5 }, metadata: { generation: 2 } },
    });
  });

  it('given a Rollout, then its scale shows what it reports to autoscalers', async () => {
    const created = store.create(rollout('web', { spec: { replicas: 3 } }));
    const status = { replicas: 5, HPAReplicas: 3, selector: 'app=web' };
    store.patch(refOf(created), { type: 'merge', body: { status } }, 'status');
    expect(await ask('GET', `${ROLLOUTS}/web/scale`)).toMatchObject({
      body: { spec: { replicas: 3 }, status: { replicas: 3, selector: 'app=web' } },
    });
  });

  it('given a dry run, then the answer shows what would be and nothing is', async () => {
    expect(await ask('POST', `${CONFIG_MAPS}?dryRun=All`, configMap('a'))).toMatchObject({ code: 201 });
    expect((await ask('GET', `${CONFIG_MAPS}/a`)).code).toBe(404);
  });

  it('given preconditions and a policy in the body of a deletion, then they count', async () => {
    const owner = store.create(configMap('owner'));
    const { apiVersion, kind } = owner;
    const ownerReferences = [{ apiVersion, kind, name: 'owner', uid: owner.metadata.uid }];
    store.create(configMap('child', { metadata: { ownerReferences } }));
    const other = await ask('DELETE', `${CONFIG_MAPS}/owner`, { preconditions: { uid: 'other' } });
    expect(other).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
    await ask('DELETE', `${CONFIG_MAPS}/owner`, { propagationPolicy: 'Orphan' });
    expect((await ask('GET', `${CONFIG_MAPS}/child`)).code).toBe(200);
  });

  it('given finalizers, then a deletion answers with the object that lingers', async () => {
    store.create(configMap('a', { metadata: { finalizers: ['x/hold'] } }));
    const { body } = await ask('DELETE', `${CONFIG_MAPS}/a`);
    expect(body).toMatchObject({ kind: 'ConfigMap', metadata: { deletionTimestamp: '2024-01-01T00:00:00Z' } });
  });

  it('given a collection, when it is deleted by selector, then only what matches goes', async () => {
    for (const name of ['a', 'b']) store.create(configMap(name, { metadata: { labels: { app: name } } }));
    await ask('DELETE', `${CONFIG_MAPS}?labelSelector=app%3Da`);
    expect(store.list({ apiVersion: 'v1', kind: 'ConfigMap' }).items.map(({ metadata }) => metadata.name)).toEqual([
      'b',
    ]);
  });
});

describe('lists', () => {
  it('given built-in objects in several namespaces, then all are listed, without the type of each', async () => {
    store.create(configMap('a'));
    store.create(configMap('b', { metadata: { namespace: 'other' } }));
    const { body } = await ask('GET', '/api/v1/configmaps');
    expect(body).toEqual({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '2' },
      items: [
        { metadata: expect.objectContaining({ namespace: 'other', name: 'b' }) },
        { metadata: expect.objectContaining({ namespace: 'shop', name: 'a' }) },
      ],
    });
  });

  it('given a limit, then the pages together show the moment of the first', async () => {
    for (const name of ['a', 'b', 'c']) store.create(configMap(name));
    const first = await ask('GET', `${CONFIG_MAPS}?limit=2`);
    expect(first.body).toMatchObject({
      metadata: { resourceVersion: '3', remainingItemCount: 1 },
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
    });
    store.create(configMap('d'));
    const { continue: token } = (first.body as { metadata: { continue: string } }).metadata;
    const second = await ask('GET', `${CONFIG_MAPS}?limit=2&continue=${token}`);
    expect(second.body).toMatchObject({ metadata: { resourceVersion: '3' }, items: [{ metadata: { name: 'c' } }] });
    expect((second.body as { metadata: object }).metadata).not.toHaveProperty('continue');
    store.compact();
    const late = await ask('GET', `${CONFIG_MAPS}?limit=2&continue=${token}`);
    expect(late).toMatchObject({ code: 410, body: { reason: 'Expired' } });
  });

  it.each(['two', '-1', '1.5'])('given the limit %s, then it is no number', async (limit) => {
    store.create(configMap('a'));
    expect(await ask('GET', `${CONFIG_MAPS}?limit=${limit}`)).toMatchObject({
      code: 400,
      body: { reason: 'BadRequest' },
    });
  });

  it('given that kubectl asks for a table, then a Rollout shows its replicas and age', async () => {
    const created = store.create(rollout('web', { spec: { replicas: 4 } }));
    const status = { replicas: 5, updatedReplicas: 1, availableReplicas: 3 };
    store.patch(refOf(created), { type: 'merge', body: { status } }, 'status');
    await clock.advance(90_000);
    const { body } = await ask('GET', ROLLOUTS, undefined, TABLE);
    const { columnDefinitions, rows } = body as { columnDefinitions: { name: string }[]; rows: object[] };
    expect(columnDefinitions.map(({ name }) => name)).toEqual([
      'Name',
      'Desired',
      'Current',
      'Up-to-date',
      'Available',
      'Age',
    ]);
    expect(rows).toMatchObject([
      { cells: ['web', 4, 5, 1, 3, '90s'], object: { kind: 'PartialObjectMetadata', metadata: { name: 'web' } } },
    ]);
  });

  it.each([
    { path: ROLLOUTS.replace('rollouts', 'analysisruns'), cells: ['run', 'Running', '0s'] },
    { path: '/api/v1/namespaces/shop/pods', cells: ['a', '0/1', 'Pending', 0, '0s'] },
    { path: REPLICA_SETS, cells: ['web', 2, 0, 0, '0s'] },
  ])('given a table of $path, then the cells are $cells', async ({ path, cells }) => {
    store.create(analysisRun('run', { status: { phase: 'Running' } }));
    store.create(pod('a'));
    store.create(replicaSet('web', { replicas: 2 }));
    expect((await ask('GET', path, undefined, TABLE)).body).toMatchObject({ kind: 'Table', rows: [{ cells }] });
  });
});

describe('other ways to see a list', () => {
  it('given a client that asks for metadata only, then it gets the objects', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    expect((await ask('GET', CONFIG_MAPS, undefined, { accept })).body).toMatchObject({ kind: 'ConfigMapList' });
  });

  it('given a definition with printed columns, then its objects are shown with them', async () => {
    const additionalPrinterColumns = [
      { name: 'Host', type: 'string', jsonPath: '.spec.rules[0].host' },
      { name: 'Owner', type: 'string', jsonPath: '.metadata.annotations.a\\.b', priority: 1 },
      { name: 'Since', type: 'date', jsonPath: '.status.since' },
    ];
    store.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'routes.x.y' },
      spec: {
        group: 'x.y',
        names: { kind: 'Route', plural: 'routes' },
        versions: [{ name: 'v1', served: true, storage: true, additionalPrinterColumns }],
      },
    } as SentObject);
    const object = { spec: { rules: [{ host: 'web' }] }, status: { since: '2023-12-31T00:00:00Z' } };
    const metadata = { name: 'a', namespace: 'shop', annotations: { 'a.b': 'ana' } };
    store.create({ apiVersion: 'x.y/v1', kind: 'Route', metadata, ...object });
    expect((await ask('GET', '/apis/x.y/v1/routes', undefined, TABLE)).body).toMatchObject({
      columnDefinitions: [
        { name: 'Name', priority: 0 },
        { name: 'Host' },
        { name: 'Owner', priority: 1 },
        { name: 'Since' },
      ],
      rows: [{ cells: ['a', 'web', 'ana', '24h'] }],
    });
  });
});

describe('watches over HTTP', () => {
  const WATCH = `${CONFIG_MAPS}?watch=1`;

  it('given a place, then past and coming changes are told line by line', async () => {
    store.create(configMap('a'));
    const created = store.create(configMap('b'));
    const lines = await Lines.of(`${WATCH}&resourceVersion=1`);
    expect(await lines.next()).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'b' } } });
    store.delete(refOf(created));
    expect(await lines.next()).toMatchObject({
      type: 'DELETED',
      object: { metadata: { name: 'b', resourceVersion: '3' } },
    });
    await lines.close();
  });

  it('given a timeout, then the stream ends with a bookmark where that is wanted', async () => {
    store.create(configMap('a'));
    const lines = await Lines.of(`${WATCH}&resourceVersion=1&timeoutSeconds=0&allowWatchBookmarks=true`);
    expect(await lines.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { resourceVersion: '1' } },
    });
    expect(await lines.next()).toBeUndefined();
    const silent = await Lines.of(`${WATCH}&resourceVersion=1&timeoutSeconds=0`);
    expect(await silent.next()).toBeUndefined();
  });

  it.each([
    {
      given: 'a place that is forgotten',
      resourceVersion: 1,
      status: { code: 410, reason: 'Expired', kind: 'Status' },
    },
    { given: 'a place to come', resourceVersion: 99, status: { code: 504, reason: 'Timeout', kind: 'Status' } },
  ])('given $given, then the stream says so and ends', async ({ resourceVersion, status }) => {
    store.create(configMap('a'));
    store.create(configMap('b'));
    store.compact();
    const lines = await Lines.of(`${WATCH}&resourceVersion=${resourceVersion}`);
    expect(await lines.next()).toMatchObject({ type: 'ERROR', object: status });
    expect(await lines.next()).toBeUndefined();
  });

  it('given that kubectl watches a table, then each change is one', async () => {
    store.create(configMap('a'));
    const lines = await Lines.of(WATCH, TABLE);
    expect(await lines.next()).toMatchObject({
      type: 'ADDED',
      object: { kind: 'Table', rows: [{ cells: ['a', 0, '0s'] }] },
    });
    await lines.close();
  });

  it('given a client of the streaming list, then it is told to list first', async () => {
    expect(await ask('GET', `${WATCH}&sendInitialEvents=true`)).toMatchObject({ code: 422 });
  });

  it('given an open watch, when the server closes, then the stream ends', async () => {
    const lines = await Lines.of(WATCH);
    for (const server of servers.splice(0)) await server.close();
    await expect(lines.next()).rejects.toThrow();
  });
});

describe('who may ask, and faults', () => {
  it('given a token, then only who has it gets an answer', async () => {
    url = await serve({ token: 'secret' });
    expect(await ask('GET', '/version')).toMatchObject({
      code: 401,
      body: { reason: 'Unauthorized', message: 'Unauthorized' },
    });
    expect((await ask('GET', '/version', undefined, { authorization: 'Bearer secret' })).code).toBe(200);
  });

  it('given a kubeconfig, then it leads to the server', async () => {
    const [server] = servers;
    if (server === undefined) throw new Error('no server');
    expect(JSON.parse(kubeconfigFor('demo', server, 'secret'))).toMatchObject({
      'current-context': 'demo',
      clusters: [{ name: 'demo', cluster: { server: url } }],
      users: [{ user: { token: 'secret' } }],
    });
  });

  it('given a fault before an operation, then it has no effect; given one after it, then only the answer is lost', async () => {
    const unavailable = (): never => {
      throw new StatusError(503, 'ServiceUnavailable', 'not now', { retryAfterSeconds: 2 });
    };
    const remove = store.intercept({ before: ({ verb }) => (verb === 'create' ? unavailable() : undefined) });
    const headers = { 'content-type': 'application/json' };
    const sent = { method: 'POST', headers, body: JSON.stringify(configMap('a')) };
    const answer = await fetch(`${url}${CONFIG_MAPS}`, sent);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(store.all()).toEqual([]);
    remove();
    store.intercept({ after: unavailable });
    expect((await ask('POST', CONFIG_MAPS, configMap('a'))).code).toBe(503);
    expect(store.all()).toHaveLength(1);
  });
});

describe('the service proxy', () => {
  let backend: Server;
  let origin: string;

  beforeEach(async () => {
    backend = createServer((message, response) => {
      const { authorization = 'none' } = message.headers;
      response.end(JSON.stringify({ method: message.method, path: message.url, authorization }));
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    url = await serve({
      services: ({ name, namespace, port }) =>
        `${namespace}/${name}:${port}` === 'mon/prom:9090' ? origin : undefined,
    });
  });

  afterEach(async () => {
    backend.closeAllConnections();
    await new Promise((resolve) => backend.close(resolve));
  });

  it.each(['prom:9090', 'http:prom:9090'])(
    'given the service %s, then the request is forwarded without credentials',
    async (service) => {
      const path = `/api/v1/namespaces/mon/services/${service}/proxy/api/v1/query?query=up`;
      const reply = await ask('GET', path, undefined, { authorization: 'Bearer secret' });
      expect(reply).toEqual({
        code: 200,
        body: { method: 'GET', path: '/api/v1/query?query=up', authorization: 'none' },
      });
    },
  );

  it('given a service that is nowhere, then it is unavailable', async () => {
    expect(await ask('GET', '/api/v1/namespaces/mon/services/other:80/proxy/')).toMatchObject({
      code: 503,
      body: { reason: 'ServiceUnavailable', message: 'no endpoints available for service "other"' },
    });
  });
});
