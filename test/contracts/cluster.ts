/**
 * What Weir relies on in a Kubernetes API, the same for every implementation of the Cluster port. Only what a real
 * kube-apiserver with Argo Rollouts' CRDs does too is asserted here.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConflictError, InvalidSpecError } from '#core/errors.ts';
import { ARGO_API_VERSION, type AnalysisRun, type Experiment, type Rollout } from '#core/resources/argo.ts';
import {
  refOf,
  type KubernetesObject,
  type NewObject,
  type ObjectRef,
  type Pod,
  type Service,
} from '#core/resources/kubernetes.ts';
import { MINUTE } from '#core/time.ts';
import type { Cluster, WatchEvent, WatchQuery } from '#shared/ports.ts';

export interface ClusterUnderTest {
  /** Where it can be set, its lists come in pages of two. */
  readonly cluster: Cluster;
  /** A namespace that is there and that nobody else uses. */
  readonly namespace: string;
  /** A resourceVersion from which the server cannot go on watching Rollouts any more: on a real one, 1. */
  forgottenVersion(): Promise<string>;
  /** Where somebody runs pods: resolves when this one is ready and nobody writes to it any more. */
  untilReady?(pod: Pod): Promise<Pod>;
  close(): Promise<void>;
}

type ConfigMap = KubernetesObject & { data?: Record<string, string> };

const POD_TEMPLATE = {
  metadata: { labels: { app: 'app' } },
  spec: { containers: [{ name: 'app', image: 'app:v1' }] },
};

export function defineClusterContract(name: string, setup: () => Promise<ClusterUnderTest>): void {
  describe(`${name} is a Cluster`, () => {
    let test: ClusterUnderTest;
    let cluster: Cluster;
    let namespace: string;

    beforeAll(async () => {
      test = await setup();
      ({ cluster, namespace } = test);
    });

    afterAll(() => test.close());

    let counter = 0;
    const freshName = (): string => `object-${++counter}`;

    function aConfigMap(
      changes: { name?: string; labels?: Record<string, string>; data?: Record<string, string> } = {},
    ) {
      const { name: given = freshName(), labels = {}, data = { key: 'value' } } = changes;
      return {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: given, namespace, labels },
        data,
      } as NewObject<ConfigMap>;
    }

    function aService(): NewObject<Service> {
      const spec = { selector: { app: 'app' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
      return { apiVersion: 'v1', kind: 'Service', metadata: { name: freshName(), namespace }, spec };
    }

    function aRollout(): NewObject<Rollout> {
      return {
        apiVersion: ARGO_API_VERSION,
        kind: 'Rollout',
        metadata: { name: freshName(), namespace },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'app' } },
          template: POD_TEMPLATE,
          strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } },
        },
      };
    }

    function anAnalysisRun(): NewObject<AnalysisRun> {
      const provider = { prometheus: { address: 'http://prometheus:9090', query: 'up' } };
      const spec = { metrics: [{ name: 'up', provider }] };
      return { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', metadata: { name: freshName(), namespace }, spec };
    }

    function anExperiment(): NewObject<Experiment> {
      const templates = [{ name: 'canary', selector: { matchLabels: { app: 'app' } }, template: POD_TEMPLATE }];
      return {
        apiVersion: ARGO_API_VERSION,
        kind: 'Experiment',
        metadata: { name: freshName(), namespace },
        spec: { templates },
      };
    }

    const absent = (kind = 'ConfigMap'): ObjectRef => ({ apiVersion: 'v1', kind, namespace, name: 'absent' });

    describe('create and get', () => {
      it('given a new object, then it has an identity and reads back the same', async () => {
        const created = await cluster.create<Rollout>(aRollout());
        expect(created.metadata).toMatchObject({
          namespace,
          uid: expect.any(String),
          resourceVersion: expect.any(String),
        });
        expect(Date.parse(created.metadata.creationTimestamp ?? '')).not.toBeNaN();
        expect(created.spec).toMatchObject({ replicas: 1, template: POD_TEMPLATE });
        expect(await cluster.get(refOf(created))).toEqual(created);
      });

      it('given a name that is taken, then a second create is a conflict and changes nothing', async () => {
        const created = await cluster.create(aConfigMap());
        const again = aConfigMap({ name: created.metadata.name, data: { key: 'other' } });
        await expect(cluster.create(again)).rejects.toThrow(ConflictError);
        expect(await cluster.get(refOf(created))).toEqual(created);
      });

      it('given no such object, then get finds nothing', async () => {
        expect(await cluster.get(absent())).toBeUndefined();
      });

      it('given a kind that the cluster does not have, then get finds nothing and a list says so', async () => {
        const kind = { apiVersion: 'example.com/v1', kind: 'Nothing' };
        expect(await cluster.get({ ...kind, namespace, name: 'absent' })).toBeUndefined();
        await expect(cluster.list({ ...kind, namespace })).rejects.toThrow(InvalidSpecError);
      });
    });

    describe('a kind that is served in another version than is asked for', () => {
      const spec = { minAvailable: 1, selector: { matchLabels: { app: 'versions' } } };
      /** Kubernetes 1.25 took this version away. */
      const asked = { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', namespace: '', name: '' };
      const aBudget = () =>
        ({
          apiVersion: asked.apiVersion,
          kind: asked.kind,
          metadata: { name: freshName(), namespace },
          spec,
        }) as NewObject<KubernetesObject & { spec: typeof spec }>;

      it('given one that is created, then it is there in the version that is served', async () => {
        const created = await cluster.create(aBudget());
        expect(created).toMatchObject({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec });
        const ref = { ...asked, namespace, name: created.metadata.name };
        expect(await cluster.get(ref)).toMatchObject({ apiVersion: 'policy/v1', spec });
        const { items } = await cluster.list({ ...asked, namespace });
        expect(items.map(({ metadata }) => metadata.name)).toContain(created.metadata.name);
      });

      it('given a change under either version, then it is made', async () => {
        const created = await cluster.create(aBudget());
        const ref = { ...asked, namespace, name: created.metadata.name };
        await cluster.patch(ref, { metadata: { labels: { by: 'old' } } });
        const patched = await cluster.patch(refOf(created), { metadata: { annotations: { by: 'new' } } });
        expect(patched.metadata).toMatchObject({ labels: { by: 'old' }, annotations: { by: 'new' } });
        await cluster.delete(ref);
        expect(await cluster.get(refOf(created))).toBeUndefined();
      });

      it('given a kind that its group does not have in any version, then there is none', async () => {
        expect(await cluster.get({ ...asked, kind: 'NoSuchKind', namespace, name: 'a' })).toBeUndefined();
        await expect(cluster.list({ ...asked, kind: 'NoSuchKind', namespace })).rejects.toThrow(InvalidSpecError);
      });
    });

    describe('patch', () => {
      it('given members and nulls, then they are merged and removed, and lists replaced as a whole', async () => {
        const created = await cluster.create<Service>(aService());
        const ports = [{ name: 'web', port: 81, targetPort: 8081, protocol: 'TCP' }];
        const patched = await cluster.patch<Service>(refOf(created), {
          metadata: { annotations: { a: '1', b: '2' } },
          spec: { selector: { app: null, tier: 'web' }, ports },
        });
        expect(patched.spec).toMatchObject({ selector: { tier: 'web' }, ports });
        expect(patched.spec?.selector).toEqual({ tier: 'web' });
        const less = await cluster.patch<Service>(refOf(created), { metadata: { annotations: { a: null } } });
        expect(less.metadata.annotations).toEqual({ b: '2' });
        expect(less.spec).toEqual(patched.spec);
        expect(await cluster.get(refOf(created))).toEqual(less);
      });

      it('given the version it was made for, then it is applied and the version changes', async () => {
        const created = await cluster.create<ConfigMap>(aConfigMap());
        const patched = await cluster.patch<ConfigMap>(
          refOf(created),
          { data: { key: 'new' } },
          created.metadata.resourceVersion,
        );
        expect(patched.data).toEqual({ key: 'new' });
        expect(patched.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
      });

      it('given somebody wrote first, then it is a conflict and nothing is changed', async () => {
        const created = await cluster.create<ConfigMap>(aConfigMap());
        const theirs = await cluster.patch<ConfigMap>(refOf(created), { data: { theirs: 'yes' } });
        const mine = cluster.patch(refOf(created), { data: { mine: 'yes' } }, created.metadata.resourceVersion);
        await expect(mine).rejects.toThrow(ConflictError);
        expect(await cluster.get(refOf(created))).toEqual(theirs);
      });

      it('given no version, then it is applied to whatever is there', async () => {
        const created = await cluster.create<ConfigMap>(aConfigMap());
        await cluster.patch(refOf(created), { data: { theirs: 'yes' } });
        const patched = await cluster.patch<ConfigMap>(refOf(created), { data: { mine: 'yes' } });
        expect(patched.data).toEqual({ key: 'value', theirs: 'yes', mine: 'yes' });
      });

      it('given no such object, then it is a conflict: look again', async () => {
        await expect(cluster.patch(absent(), { data: {} })).rejects.toThrow(ConflictError);
      });

      it('given a changed spec of a Rollout, then its generation counts on and its status stays', async () => {
        const created = await cluster.create<Rollout>(aRollout());
        const withStatus = await cluster.patchStatus(created, { currentPodHash: 'abc' });
        const patched = await cluster.patch<Rollout>(refOf(created), {
          spec: { paused: true },
          status: { currentPodHash: 'no' },
        });
        expect(patched.metadata.generation).toBe((withStatus.metadata.generation ?? 0) + 1);
        expect(patched.spec.paused).toBe(true);
        expect(patched.status?.currentPodHash).toBe('abc');
      });
    });

    describe.each([
      { kind: 'Rollout', build: aRollout as () => NewObject },
      { kind: 'AnalysisRun', build: anAnalysisRun as () => NewObject },
      { kind: 'Experiment', build: anExperiment as () => NewObject },
    ])('patchStatus of a $kind', ({ build }) => {
      type WithStatus = KubernetesObject & { readonly spec: object; readonly status?: object };

      it('given a new status, then it is saved and nothing else', async () => {
        const created = await cluster.create<WithStatus>(build() as NewObject<WithStatus>);
        const saved = await cluster.patchStatus(created, { message: 'a', phase: 'Running' });
        expect(saved.status).toEqual({ message: 'a', phase: 'Running' });
        expect(saved.spec).toEqual(created.spec);
        expect(await cluster.get(refOf(created))).toEqual(saved);
      });

      it('given a member that is no longer there, then it is removed', async () => {
        const created = await cluster.create<WithStatus>(build() as NewObject<WithStatus>);
        const saved = await cluster.patchStatus(created, { message: 'a', phase: 'Running' });
        const less = await cluster.patchStatus(saved, { phase: 'Running' });
        expect(less.status).toEqual({ phase: 'Running' });
      });

      it('given the status that it has, then nothing is written', async () => {
        const created = await cluster.create<WithStatus>(build() as NewObject<WithStatus>);
        const saved = await cluster.patchStatus(created, { phase: 'Running' });
        await cluster.patchStatus(saved, { phase: 'Running' });
        const read = await cluster.get<WithStatus>(refOf(created));
        expect(read?.metadata.resourceVersion).toBe(saved.metadata.resourceVersion);
      });

      it('given somebody wrote first, then it is a conflict unless it is not guarded', async () => {
        const created = await cluster.create<WithStatus>(build() as NewObject<WithStatus>);
        await cluster.patch(refOf(created), { metadata: { labels: { changed: 'yes' } } });
        await expect(cluster.patchStatus(created, { phase: 'Running' })).rejects.toThrow(ConflictError);
        const forced = await cluster.patchStatus(created, { phase: 'Running' }, { guarded: false });
        expect(forced.status).toEqual({ phase: 'Running' });
      });

      it('given it is gone, then it is a conflict: look again', async () => {
        const created = await cluster.create<WithStatus>(build() as NewObject<WithStatus>);
        await cluster.delete(refOf(created));
        await expect(cluster.patchStatus(created, { phase: 'Running' })).rejects.toThrow(ConflictError);
      });
    });

    describe('delete', () => {
      it('given an object, then it is gone; given none, then that is fine too', async () => {
        const created = await cluster.create(aConfigMap());
        await cluster.delete(refOf(created));
        expect(await cluster.get(refOf(created))).toBeUndefined();
        await cluster.delete(refOf(created));
      });

      it('given its uid, then it is gone', async () => {
        const created = await cluster.create(aConfigMap());
        await cluster.delete(refOf(created), { uid: created.metadata.uid });
        expect(await cluster.get(refOf(created))).toBeUndefined();
      });

      it('given the uid of an earlier object of that name, then it is a conflict and the object stays', async () => {
        const earlier = await cluster.create(aConfigMap());
        await cluster.delete(refOf(earlier));
        const created = await cluster.create(aConfigMap({ name: earlier.metadata.name }));
        await expect(cluster.delete(refOf(created), { uid: earlier.metadata.uid })).rejects.toThrow(ConflictError);
        expect(await cluster.get(refOf(created))).toEqual(created);
      });
    });

    describe('create of an Eviction', () => {
      type WithStatus = Pod & { status?: object };

      function aPod(labels: Record<string, string> = { app: 'app' }): NewObject<WithStatus> {
        const spec = { containers: [{ name: 'app', image: 'app:v1' }], terminationGracePeriodSeconds: 0 };
        return { apiVersion: 'v1', kind: 'Pod', metadata: { name: freshName(), namespace, labels }, spec };
      }

      async function aReadyPod(labels: Record<string, string>): Promise<Pod> {
        const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' }];
        const pod = await cluster.create<WithStatus>(aPod(labels));
        if (test.untilReady !== undefined) return test.untilReady(pod);
        return cluster.patchStatus(pod, { phase: 'Running', conditions });
      }

      const evictionOf = (name: string): NewObject => ({
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace },
      });

      it('given a pod that nothing protects, then it goes', async () => {
        const pod = await cluster.create(aPod());
        const eviction = evictionOf(pod.metadata.name);
        expect(await cluster.create(eviction)).toEqual(eviction);
        const left = await cluster.get(refOf(pod));
        expect(left === undefined || left.metadata.deletionTimestamp !== undefined).toBe(true);
      });

      it('given a disruption budget that needs it, then it is a conflict, and the pod stays', async () => {
        const labels = { app: freshName() };
        const spec = { minAvailable: 1, selector: { matchLabels: labels } };
        const metadata = { name: freshName(), namespace };
        await cluster.create({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec } as NewObject);
        const pod = await aReadyPod(labels);
        await expect(cluster.create(evictionOf(pod.metadata.name))).rejects.toThrow(ConflictError);
        expect((await cluster.get(refOf(pod)))?.metadata.deletionTimestamp).toBeUndefined();
      });

      it('given no such pod, then it is a conflict: look again', async () => {
        await expect(cluster.create(evictionOf('absent'))).rejects.toThrow(ConflictError);
      });
    });

    describe('list', () => {
      const configMaps = { apiVersion: 'v1', kind: 'ConfigMap' };
      let group = 0;

      /** Five objects of their own, the first three of them red. @returns their selector and names */
      async function fiveConfigMaps() {
        const label = `${namespace}-${++group}`;
        const objects: ConfigMap[] = [];
        for (const index of [0, 1, 2, 3, 4]) {
          const labels = { group: label, ...(index < 3 ? { colour: 'red' } : index === 3 ? { colour: 'blue' } : {}) };
          objects.push(await cluster.create<ConfigMap>(aConfigMap({ labels })));
        }
        return { selector: `group=${label}`, objects, names: objects.map(({ metadata }) => metadata.name) };
      }

      it('given several pages, then all items come, whole, with their kind and a place to watch from', async () => {
        const { selector, objects } = await fiveConfigMaps();
        const list = await cluster.list<ConfigMap>({ ...configMaps, namespace, labelSelector: selector });
        const byUid = (a: ConfigMap, b: ConfigMap) => a.metadata.uid.localeCompare(b.metadata.uid);
        expect(list.items.toSorted(byUid)).toEqual(objects.toSorted(byUid));
        expect(list.resourceVersion).toMatch(/.+/);
      });

      it.each([
        { selector: 'colour=red', chosen: [0, 1, 2] },
        { selector: 'colour!=red', chosen: [3, 4] },
        { selector: 'colour', chosen: [0, 1, 2, 3] },
        { selector: '!colour', chosen: [4] },
        { selector: 'colour in (blue,green)', chosen: [3] },
        { selector: 'colour notin (blue)', chosen: [0, 1, 2, 4] },
      ])('given the selector $selector, then $chosen come', async ({ selector, chosen }) => {
        const five = await fiveConfigMaps();
        const { items } = await cluster.list({
          ...configMaps,
          namespace,
          labelSelector: `${five.selector},${selector}`,
        });
        const names = items.map(({ metadata }) => metadata.name).toSorted();
        expect(names).toEqual(chosen.map((index) => five.names[index] ?? '').toSorted());
      });

      it('given no namespace, then objects of all namespaces are searched', async () => {
        const { selector } = await fiveConfigMaps();
        const { items } = await cluster.list({ ...configMaps, labelSelector: selector });
        expect(items).toHaveLength(5);
      });

      it('given a name as field selector, then that object comes', async () => {
        const [first = ''] = (await fiveConfigMaps()).names;
        const { items } = await cluster.list({ ...configMaps, namespace, fieldSelector: `metadata.name=${first}` });
        expect(items.map(({ metadata }) => metadata.name)).toEqual([first]);
      });

      it('given nothing that matches, then the list is empty and says where it stands', async () => {
        const list = await cluster.list({ ...configMaps, namespace, labelSelector: 'group=none' });
        expect(list.items).toEqual([]);
        expect(list.resourceVersion).toMatch(/.+/);
      });
    });

    describe('watch', () => {
      let group = 0;

      async function fromNow(labels: Record<string, string> = { watched: `w-${++group}` }) {
        const labelSelector = Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(',');
        const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector };
        const { resourceVersion } = await cluster.list(query);
        return { labels, query: { ...query, resourceVersion, timeout: MINUTE } satisfies WatchQuery };
      }

      it('given changes since that place, then they come in order, each with its object', async () => {
        const { labels, query } = await fromNow();
        const created = await cluster.create<ConfigMap>(aConfigMap({ labels }));
        const patched = await cluster.patch<ConfigMap>(refOf(created), { data: { key: 'new' } });
        await cluster.delete(refOf(created));
        const [added, modified, deleted] = await take(3, cluster.watch(query));
        expect(added).toEqual({ type: 'ADDED', object: created });
        expect(modified).toEqual({ type: 'MODIFIED', object: patched });
        expect(deleted).toMatchObject({ type: 'DELETED', object: { metadata: { uid: created.metadata.uid } } });
      });

      it('given a change while it is open, then it comes', async () => {
        const { labels, query } = await fromNow();
        const before = await cluster.create<ConfigMap>(aConfigMap({ labels }));
        const events = changesOf(cluster.watch(query));
        expect(await events.next()).toMatchObject({ value: { type: 'ADDED', object: before } });
        const created = await cluster.create<ConfigMap>(aConfigMap({ labels }));
        expect(await events.next()).toMatchObject({ value: { type: 'ADDED', object: created } });
        await events.return(undefined);
      });

      it('given an object that ceases to match and matches again, then it is deleted and added', async () => {
        const { labels, query } = await fromNow();
        const created = await cluster.create<ConfigMap>(aConfigMap({ labels }));
        await cluster.patch(refOf(created), { metadata: { labels: { watched: null } } });
        await cluster.patch(refOf(created), { metadata: { labels } });
        expect((await take(3, cluster.watch(query))).map(({ type }) => type)).toEqual(['ADDED', 'DELETED', 'ADDED']);
      });

      it('given the resourceVersion of an event, then a new watch goes on after it', async () => {
        const { labels, query } = await fromNow();
        const first = await cluster.create<ConfigMap>(aConfigMap({ labels }));
        const second = await cluster.create<ConfigMap>(aConfigMap({ labels }));
        const resourceVersion = first.metadata.resourceVersion ?? '';
        const [next] = await take(1, cluster.watch({ ...query, resourceVersion }));
        expect(next).toEqual({ type: 'ADDED', object: second });
      });

      it('given an abort, then it ends without an error', async () => {
        const { labels, query } = await fromNow();
        const stop = new AbortController();
        await cluster.create(aConfigMap({ labels }));
        const seen: string[] = [];
        for await (const event of cluster.watch({ ...query, signal: stop.signal })) {
          seen.push(event.type);
          stop.abort();
        }
        expect(seen[0]).toBe('ADDED');
      });

      it('given a place that the server has forgotten, then it says so and ends', async () => {
        const resourceVersion = await test.forgottenVersion();
        const query = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, resourceVersion, timeout: MINUTE };
        const events: WatchEvent[] = [];
        for await (const event of cluster.watch(query)) events.push(event);
        expect(events).toEqual([{ type: 'EXPIRED', message: expect.any(String) }]);
      });
    });
  });
}

/** Without bookmarks, which a server sends as it likes. */
async function* changesOf(events: AsyncIterable<WatchEvent>): AsyncGenerator<WatchEvent, void, undefined> {
  for await (const event of events) if (event.type !== 'BOOKMARK') yield event;
}

async function take(count: number, events: AsyncIterable<WatchEvent>): Promise<readonly WatchEvent[]> {
  const taken: WatchEvent[] = [];
  for await (const event of changesOf(events)) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}
