import { afterEach, describe, expect, it } from '@jest/globals';
import { ConflictError, DeniedError, InvalidSpecError, TransientError } from '#core/errors.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject, ObjectRef } from '#core/resources/kubernetes.ts';
import type { KubernetesCluster, KubernetesClusterOptions } from '#shared/kubernetes/cluster.ts';
import {
  clusterAt,
  kubeConfigFor,
  startScriptedServer,
  type Asked,
  type Reply,
  type ScriptedServer,
} from './scripted-server.ts';

const ROLLOUT: ObjectRef = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: 'shop', name: 'checkout' };
const PATH = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/checkout';

let server: ScriptedServer;
let cluster: KubernetesCluster;

async function given(
  reply: (asked: Asked, index: number) => Reply,
  options: Partial<KubernetesClusterOptions> = {},
): Promise<KubernetesCluster> {
  server = await startScriptedServer(reply);
  cluster = clusterAt(server, options);
  return cluster;
}

afterEach(async () => {
  cluster.close();
  await server.close();
});

function anObject(kind: string, rest: object = {}): KubernetesObject {
  const metadata = { name: 'checkout', namespace: 'shop', uid: 'u1', resourceVersion: '7' };
  return { apiVersion: ARGO_API_VERSION, kind, metadata, ...rest };
}

function status(code: number, message = 'the reason', details: object = {}): Reply {
  return { code, body: { kind: 'Status', status: 'Failure', message, code, details } };
}

describe('requests', () => {
  it('given any object, then fields that Weir does not know come through', async () => {
    const object = anObject('Rollout', { spec: { future: { field: [1, 'two', { three: null }] } }, other: true });
    await given(() => ({ body: object }));
    expect(await cluster.get(ROLLOUT)).toEqual(object);
    expect(server.asked[0]).toMatchObject({ line: `GET ${PATH}`, headers: { authorization: 'Bearer secret' } });
  });

  it('given a patch with a version, then a merge patch guarded by it is sent, with the field manager', async () => {
    await given(() => ({ body: anObject('Rollout') }));
    await cluster.patch(ROLLOUT, { spec: { paused: null }, metadata: { labels: { a: null } } }, '7');
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]).toMatchObject({
      line: `PATCH ${PATH}`,
      query: { fieldManager: 'weir' },
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { paused: null }, metadata: { labels: { a: null }, resourceVersion: '7' } },
    });
  });

  it.each([
    { kind: 'Rollout', path: PATH, suffix: '/status' },
    { kind: 'AnalysisRun', path: PATH.replace('rollouts', 'analysisruns'), suffix: '' },
    { kind: 'Experiment', path: PATH.replace('rollouts', 'experiments'), suffix: '' },
  ])(
    'given a changed status of a $kind, then only the difference goes to its path$suffix',
    async ({ kind, path, suffix }) => {
      await given(() => ({ body: anObject(kind) }));
      const before = { phase: 'Paused', list: [1, 2], message: 'old', same: { deep: true } };
      const after = { phase: 'Paused', list: [1, 2, 3], same: { deep: true } };
      await cluster.patchStatus(anObject(kind, { status: before }), after);
      expect(server.asked).toHaveLength(1);
      expect(server.asked[0]).toMatchObject({ line: `PATCH ${path}${suffix}` });
      expect(server.asked[0]?.body).toEqual({
        status: { list: [1, 2, 3], message: null },
        metadata: { resourceVersion: '7' },
      });
    },
  );

  it('given a status that need not be guarded, then no version is sent', async () => {
    await given(() => ({ body: anObject('Rollout') }));
    await cluster.patchStatus(anObject('Rollout'), { abort: true }, { guarded: false });
    expect(server.asked[0]?.body).toEqual({ status: { abort: true } });
  });

  it.each([
    { given: 'the same status', before: { a: 1 }, after: { a: 1 } },
    { given: 'no status and an empty one', before: undefined, after: {} },
  ])('given $given, then nothing is sent', async ({ before, after }) => {
    await given(() => status(500));
    const object = anObject('Rollout', { status: before });
    expect(await cluster.patchStatus(object, after)).toBe(object);
    expect(server.asked).toEqual([]);
  });

  it('given a delete, then dependents go too and the uid is checked', async () => {
    await given(() => ({ body: {} }));
    await cluster.delete(ROLLOUT, { uid: 'u1' });
    expect(server.asked[0]).toMatchObject({
      line: `DELETE ${PATH}`,
      body: { propagationPolicy: 'Background', preconditions: { uid: 'u1' } },
    });
  });

  it('given a cluster-scoped kind, then no namespace is in the path', async () => {
    await given(() => ({ body: anObject('ClusterAnalysisTemplate') }));
    await cluster.get({ ...ROLLOUT, kind: 'ClusterAnalysisTemplate' });
    expect(server.asked[0]?.line).toBe('GET /apis/argoproj.io/v1alpha1/clusteranalysistemplates/checkout');
  });

  it.each(['', '.', '..', '../secrets', 'a%2Fb'])(
    'given the name %j, then nothing is asked: it leads elsewhere',
    async (name) => {
      await given(() => ({ body: anObject('Rollout') }));
      const ref = { ...ROLLOUT, name };
      await expect(cluster.get(ref)).rejects.toThrow(InvalidSpecError);
      await expect(cluster.delete(ref)).rejects.toThrow(InvalidSpecError);
      await expect(cluster.list({ ...ROLLOUT, namespace: name || '..' })).rejects.toThrow(InvalidSpecError);
      expect(server.asked).toEqual([]);
    },
  );

  it('given several requests, then one connection serves them', async () => {
    await given(() => ({ body: anObject('Rollout') }));
    for (let count = 0; count < 5; count += 1) await cluster.get(ROLLOUT);
    expect(server.connections).toBe(1);
  });

  it('given a kept connection that the server has closed meanwhile, then the request is sent again', async () => {
    await given((_, index) => {
      if (index !== 1) return { body: anObject('Rollout') };
      return (response) => response.socket?.destroy();
    });
    await cluster.get(ROLLOUT);
    expect(await cluster.patch(ROLLOUT, {})).toEqual(anObject('Rollout'));
    expect(server.asked.map(({ line }) => line)).toEqual([`GET ${PATH}`, `PATCH ${PATH}`, `PATCH ${PATH}`]);
  });

  it('given an answer that is cut off in its middle, then it is no answer', async () => {
    await given(() => (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"kind":', () => response.socket?.destroy());
    });
    await expect(cluster.get(ROLLOUT)).rejects.toThrow(TransientError);
  });

  it('given a create whose connection broke, then it is not sent again: it may have happened', async () => {
    await given((_, index) => (index === 0 ? { body: anObject('Rollout') } : (response) => response.socket?.destroy()));
    await cluster.get(ROLLOUT);
    await expect(cluster.create(anObject('Rollout'))).rejects.toThrow(TransientError);
    expect(server.asked).toHaveLength(2);
  });
});

describe('list', () => {
  const query = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', labelSelector: 'a=b' };
  const page = (names: readonly string[], resourceVersion: string, next?: string): Reply => ({
    body: { metadata: { resourceVersion, continue: next ?? '' }, items: names.map((name) => ({ metadata: { name } })) },
  });

  it('given several pages, then they are followed and their items get apiVersion and kind', async () => {
    await given((asked) => (asked.query['continue'] === 'c1' ? page(['b'], '9') : page(['a'], '9', 'c1')), {
      pageSize: 1,
    });
    const list = await cluster.list(query);
    expect(list).toEqual({
      items: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name } })),
      resourceVersion: '9',
    });
    expect(server.asked.map((asked) => asked.query)).toEqual([
      { labelSelector: 'a=b', limit: '1' },
      { labelSelector: 'a=b', limit: '1', continue: 'c1' },
    ]);
  });

  it('given pages that ran out of time, then the whole list is asked for in one piece', async () => {
    await given((asked) => {
      if (asked.query['continue'] !== undefined) return status(410, 'too old');
      return asked.query['limit'] === undefined ? page(['x', 'y'], '12') : page(['a'], '9', 'c1');
    });
    const { items, resourceVersion } = await cluster.list(query);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['x', 'y']);
    expect(resourceVersion).toBe('12');
  });
});

describe('errors', () => {
  it.each([
    { code: 400, error: InvalidSpecError },
    { code: 401, error: DeniedError },
    { code: 403, error: DeniedError },
    { code: 409, error: ConflictError },
    { code: 422, error: InvalidSpecError },
    { code: 429, error: TransientError },
    { code: 500, error: TransientError },
    { code: 503, error: TransientError },
    { code: 504, error: TransientError },
  ])('given the answer $code, then it is a $error.name with the reason', async ({ code, error }) => {
    await given(() => status(code));
    const failure = await cluster.patch(ROLLOUT, {}).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(error);
    expect(failure).toMatchObject({ message: expect.stringContaining('the reason') });
    expect(failure).toMatchObject({ message: expect.stringContaining('prod') });
  });

  it('given 403, then the verb and what it is about are named', async () => {
    await given(() => status(403));
    await expect(cluster.patchStatus(anObject('Rollout'), { abort: true })).rejects.toThrow(
      'Weir may not patch rollouts/status.argoproj.io in namespace shop',
    );
  });

  it.each([
    { given: 'a header', reply: { code: 429, body: {}, headers: { 'retry-after': '3' } }, retryAfter: 3_000 },
    { given: 'details', reply: { code: 504, body: { details: { retryAfterSeconds: 2 } } }, retryAfter: 2_000 },
    { given: 'no hint', reply: { code: 503, body: '' }, retryAfter: undefined },
  ])('given $given, then that is how long to wait', async ({ reply, retryAfter }) => {
    await given(() => reply);
    await expect(cluster.get(ROLLOUT)).rejects.toMatchObject({ name: 'TransientError', retryAfter });
  });

  it.each([
    {
      given: 'a broken connection',
      reply: (response: { socket: { destroy(): void } | null }) => response.socket?.destroy(),
    },
    { given: 'no answer in time', reply: () => undefined },
    {
      given: 'half an answer',
      reply: (response: { write(text: string): void; socket: { destroy(): void } | null }) => {
        response.write('{"apiVersion":');
        setImmediate(() => response.socket?.destroy());
      },
    },
    { given: 'a page of a proxy', reply: { body: '<html>welcome</html>' } },
  ])('given $given, then it is transient', async ({ reply }) => {
    await given(() => reply, { timeout: 100 });
    await expect(cluster.get(ROLLOUT)).rejects.toThrow(TransientError);
  });

  it('given nobody listens, then it is transient', async () => {
    await given(() => status(500));
    await server.close();
    await expect(cluster.get(ROLLOUT)).rejects.toThrow(TransientError);
  });

  it('given a kind that the cluster lacks, then what must not be missing says what to install', async () => {
    const missing = { apiVersion: 'example.com/v1', kind: 'Nothing', namespace: 'shop', name: 'x' };
    await given(() => status(404));
    expect(await cluster.get(missing)).toBeUndefined();
    await cluster.delete(missing);
    const { namespace, ...query } = missing;
    await expect(cluster.list({ ...query, namespace })).rejects.toThrow(/no kind Nothing in example.com\/v1: install/);
    await expect(cluster.create({ ...query, metadata: { name: 'x', namespace } })).rejects.toThrow(InvalidSpecError);
  });

  it('given a kind that is installed later, then it is found then', async () => {
    const resources = [{ name: 'nothings', kind: 'Nothing', namespaced: true }];
    await given((_, index) =>
      // Neither that version nor any other of its group.
      index < 2 ? status(404) : { body: { resources, metadata: { resourceVersion: '1' }, items: [] } },
    );
    const query = { apiVersion: 'example.com/v1', kind: 'Nothing' };
    await expect(cluster.list(query)).rejects.toThrow(InvalidSpecError);
    expect(await cluster.list(query)).toEqual({ items: [], resourceVersion: '1' });
  });

  it('given a namespace that is not there, then a create says so', async () => {
    await given(() => status(404, 'namespaces "shop" not found'));
    await expect(cluster.create(anObject('Rollout'))).rejects.toThrow(InvalidSpecError);
  });
});

describe('credentials', () => {
  const tokenIs =
    (token: string) =>
    (asked: Asked): Reply =>
      asked.headers.authorization === `Bearer ${token}` ? { body: anObject('Rollout') } : status(401, 'Unauthorized');

  it('given an expired token, then new credentials are loaded once and the request succeeds', async () => {
    const tokens = ['old', 'new'];
    let loads = 0;
    await given(tokenIs('new'), { kubeConfig: () => kubeConfigFor(server.url, tokens[loads++]) });
    expect(await cluster.get<Rollout>(ROLLOUT)).toEqual(anObject('Rollout'));
    await cluster.get(ROLLOUT);
    expect(loads).toBe(2);
    expect(server.asked).toHaveLength(3);
  });

  it('given an expired token and several requests at once, then credentials are loaded once for all', async () => {
    const tokens = ['old', 'new'];
    let loads = 0;
    await given(tokenIs('new'), { kubeConfig: () => kubeConfigFor(server.url, tokens[loads++]) });
    await Promise.all([1, 2, 3].map(() => cluster.get(ROLLOUT)));
    expect(loads).toBe(2);
  });

  it('given credentials that are refused again, then it is denied after one more try', async () => {
    await given(tokenIs('other'));
    await expect(cluster.get(ROLLOUT)).rejects.toThrow(DeniedError);
    expect(server.asked).toHaveLength(2);
  });

  it('given credentials that cannot be had now, then it is transient and they are asked for again', async () => {
    let loads = 0;
    await given(tokenIs('secret'), {
      kubeConfig: () => {
        loads += 1;
        if (loads === 1) throw new Error('the token service is down');
        return kubeConfigFor(server.url);
      },
    });
    const first = cluster.get(ROLLOUT);
    await expect(first).rejects.toThrow(TransientError);
    await expect(first).rejects.toThrow(/the token service is down/);
    expect(await cluster.get(ROLLOUT)).toBeDefined();
  });

  it('given a wrong kubeconfig, then its owner is told', async () => {
    await given(tokenIs('secret'), {
      kubeConfig: () => {
        throw new InvalidSpecError('The kubeconfig has no context "prod"');
      },
    });
    await expect(cluster.get(ROLLOUT)).rejects.toThrow(InvalidSpecError);
  });
});
