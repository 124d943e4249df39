import { describe, expect, it } from '@jest/globals';
import { SECOND } from '#core/time.ts';
import { startControllers } from '../../../../infra/local/kubernetes/controllers.ts';
import {
  recordAt,
  recordsAt,
  refOf,
  type ApiObject,
  type Draft,
  type SentObject,
} from '../../../../infra/local/kubernetes/objects.ts';
import { EXIT_CODE, RUNS_FOR, type KubeletOptions } from '../../../../infra/local/kubernetes/pod-plan.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { configMap, pod, replicaSet } from './manifests.ts';

const POD = { apiVersion: 'v1', kind: 'Pod' };

/** A cluster in which pods start after 1 s, are ready after 3 s and take 1 s to stop. */
class World {
  readonly clock = new VirtualClock();
  readonly store = new Store({ clock: this.clock });

  constructor(options: KubeletOptions = {}) {
    const delays = { startDelay: 1 * SECOND, readyDelay: 2 * SECOND, stopDelay: 1 * SECOND };
    startControllers(this.store, this.clock, { ...delays, ...options });
  }

  pods(): readonly ApiObject[] {
    return this.store.list(POD).items;
  }

  status(object: ApiObject): Readonly<Draft> {
    return recordAt(this.store.get(refOf(object)), 'status');
  }

  patch(object: ApiObject, body: object): ApiObject {
    return this.store.patch(refOf(object), { type: 'merge', body });
  }

  async after(seconds: number): Promise<this> {
    await this.clock.advance(seconds * SECOND);
    return this;
  }
}

function conditions(status: Readonly<Draft>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(recordsAt(status, 'conditions').map((each) => [String(each['type']), each['status']]));
}

function container(status: Readonly<Draft>): Readonly<Draft> {
  return recordsAt(status, 'containerStatuses')[0] ?? {};
}

function job(spec: object, annotations: Record<string, string> = {}): SentObject & Draft {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'load', namespace: 'shop' },
    spec: {
      ...spec,
      template: {
        metadata: { annotations },
        spec: { restartPolicy: 'Never', containers: [{ name: 'run', image: 'load:1', command: ['sh', '-c', 'true'] }] },
      },
    },
  };
}

describe('pods', () => {
  it('given a pod, when time passes, then it is created, running and ready in turn', async () => {
    const world = new World();
    const created = world.store.create(pod('a'));
    const phases = [];
    for (const seconds of [0, 1, 2]) {
      await world.after(seconds);
      const status = world.status(created);
      phases.push([
        status['phase'],
        container(status)['state'],
        container(status)['ready'],
        conditions(status)['Ready'],
      ]);
    }
    const startedAt = '2024-01-01T00:00:01Z';
    expect(phases).toEqual([
      ['Pending', { waiting: { reason: 'ContainerCreating' } }, false, 'False'],
      ['Running', { running: { startedAt } }, false, 'False'],
      ['Running', { running: { startedAt } }, true, 'True'],
    ]);
    const [scheduled] = recordsAt(world.status(created), 'conditions');
    expect(scheduled).toMatchObject({ type: 'PodScheduled', lastTransitionTime: '2024-01-01T00:00:00Z' });
    expect(world.status(created)).toMatchObject({ podIP: '10.244.0.2', podIPs: [{ ip: '10.244.0.2' }] });
  });

  it.each([
    { given: 'the tag bad', image: 'app:bad' },
    { given: 'a name with does-not-exist', image: 'registry/does-not-exist:1' },
    { given: 'a name with nonexistent', image: 'nonexistent' },
    { given: 'an image marked bad', image: 'app:7' },
  ])('given $given, then the image cannot be pulled and the pod never becomes ready', async ({ image }) => {
    const world = new World({ badImages: new Set(['app:7']) });
    const created = world.store.create(pod('a', { spec: { containers: [{ name: 'app', image }] } }));
    await world.after(1);
    expect(container(world.status(created))['state']).toMatchObject({ waiting: { reason: 'ErrImagePull' } });
    await world.after(600);
    expect(container(world.status(created))['state']).toMatchObject({ waiting: { reason: 'ImagePullBackOff' } });
    expect(world.status(created)['phase']).toBe('Pending');
    expect(conditions(world.status(created))['Ready']).toBe('False');
  });

  it('given a readiness probe with an initial delay, then the pod is ready that much later', async () => {
    const world = new World();
    const app = { name: 'app', image: 'app:1', readinessProbe: { initialDelaySeconds: 5 } };
    const created = world.store.create(pod('a', { spec: { containers: [app] } }));
    expect(conditions((await world.after(7)).status(created))['Ready']).toBe('False');
    expect(conditions((await world.after(1)).status(created))['Ready']).toBe('True');
  });

  it('given a readiness gate, then the pod is ready once somebody has opened it', async () => {
    const world = new World();
    const spec = { containers: [{ name: 'app', image: 'app:1' }], readinessGates: [{ conditionType: 'lb/ready' }] };
    const created = world.store.create(pod('a', { spec }));
    expect(conditions((await world.after(60)).status(created))).toMatchObject({
      ContainersReady: 'True',
      Ready: 'False',
    });
    const opened = [...recordsAt(world.status(created), 'conditions'), { type: 'lb/ready', status: 'True' }];
    world.store.patch(refOf(created), { type: 'merge', body: { status: { conditions: opened } } }, 'status');
    expect(conditions((await world.after(0)).status(created))).toMatchObject({ Ready: 'True', 'lb/ready': 'True' });
  });

  it('given a running pod, when it is deleted, then it stops within its grace', async () => {
    const world = new World();
    const created = world.store.create(pod('a'));
    await world.after(5);
    world.store.delete(refOf(created));
    const { metadata } = world.store.get(refOf(created));
    expect(metadata).toMatchObject({ deletionGracePeriodSeconds: 30, deletionTimestamp: '2024-01-01T00:00:35Z' });
    await world.after(0.5);
    world.patch(created, { metadata: { labels: { touched: 'meanwhile' } } });
    await world.after(0.4);
    expect(world.pods()).toHaveLength(1);
    await world.after(0.1);
    expect(world.pods()).toEqual([]);
  });

  it('given a program that fails in a pod that should run for ever, then it crashes again and again', async () => {
    const world = new World();
    const app = { name: 'app', image: 'app:1', command: ['sh', '-c', 'sleep 10; exit 3'] };
    const created = world.store.create(pod('a', { spec: { containers: [app] } }));
    expect(conditions((await world.after(5)).status(created))['Ready']).toBe('True');
    const crashed = (await world.after(6)).status(created);
    expect(container(crashed)).toMatchObject({ restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } });
    expect(conditions(crashed)['Ready']).toBe('False');
  });
});

describe('ReplicaSets', () => {
  it('given three replicas, then there are three labelled pods of it, and the status counts them', async () => {
    const world = new World();
    const created = world.store.create(replicaSet('web', { replicas: 3 }));
    await world.after(0);
    expect(world.pods()).toHaveLength(3);
    for (const { metadata } of world.pods()) {
      expect(metadata).toMatchObject({
        name: expect.stringMatching(/^web-[a-z0-9]{5}$/),
        labels: { app: 'web' },
        ownerReferences: [{ kind: 'ReplicaSet', name: 'web', uid: created.metadata.uid, controller: true }],
      });
    }
    expect(world.status(created)).toEqual({ replicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 });
    await world.after(3);
    expect(world.status(created)).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
  });

  it('given minReadySeconds, then pods are ready first and available that much later', async () => {
    const world = new World();
    const created = world.store.create(replicaSet('web', { replicas: 2, minReadySeconds: 10 }));
    await world.after(3);
    expect(world.status(created)).toMatchObject({ readyReplicas: 2 });
    expect((await world.after(9)).status(created)['availableReplicas']).toBeUndefined();
    expect((await world.after(1)).status(created)['availableReplicas']).toBe(2);
  });

  it('given pods that are ready and pods that are not, when it is scaled down, then those go first that are not', async () => {
    const world = new World();
    const created = world.store.create(replicaSet('web', { replicas: 2 }));
    await world.after(10);
    const ready = world.pods().map(({ metadata }) => metadata.name);
    world.patch(created, { spec: { replicas: 4 } });
    await world.after(0);
    world.patch(created, { spec: { replicas: 2 } });
    await world.after(5);
    expect(world.pods().map(({ metadata }) => metadata.name)).toEqual(ready);
  });

  it('given ready pods of different age, when it is scaled down, then the newest goes first', async () => {
    const world = new World();
    const created = world.store.create(replicaSet('web', { replicas: 1 }));
    await world.after(10);
    const [oldest] = world.pods();
    world.patch(created, { spec: { replicas: 5 } });
    await world.after(10);
    world.patch(created, { spec: { replicas: 1 } });
    await world.after(10);
    expect(world.pods().map(({ metadata }) => metadata.name)).toEqual([oldest?.metadata.name]);
    expect(world.status(created)).toMatchObject({ replicas: 1, availableReplicas: 1, observedGeneration: 3 });
  });

  it.each([
    { given: 'not ready', status: { phase: 'Running' } },
    { given: 'pending', status: { phase: 'Pending' } },
  ])(
    'given an old pod that is $given and new ones that are better, then the old one goes first',
    async ({ status }) => {
      const world = new World();
      const created = world.store.create(replicaSet('web', { replicas: 1 }));
      await world.after(10);
      const [oldest] = world.pods();
      if (oldest === undefined) throw new Error('no pod');
      world.patch(created, { spec: { replicas: 2 } });
      // Of a pending pod the newer one is only running; of one that is not ready it is ready.
      await world.after(status.phase === 'Pending' ? 2 : 10);
      const body = { status: { ...status, conditions: [{ type: 'Ready', status: 'False' }] } };
      world.store.patch(refOf(oldest), { type: 'merge', body }, 'status');
      world.patch(created, { spec: { replicas: 1 } });
      await world.after(5);
      expect(world.pods()).toHaveLength(1);
      expect(world.pods()[0]?.metadata.uid).not.toBe(oldest.metadata.uid);
    },
  );

  it('given a pod that goes away, then another takes its place', async () => {
    const world = new World();
    world.store.create(replicaSet('web'));
    await world.after(5);
    const [first] = world.pods();
    if (first === undefined) throw new Error('no pod');
    world.store.delete(refOf(first));
    await world.after(5);
    expect(world.pods()).toHaveLength(1);
    expect(world.pods()[0]?.metadata.uid).not.toBe(first.metadata.uid);
  });

  it('given that it is deleted, then its pods follow', async () => {
    const world = new World();
    const created = world.store.create(replicaSet('web', { replicas: 2 }));
    await world.after(5);
    world.store.delete(refOf(created));
    await world.after(5);
    expect(world.pods()).toEqual([]);
  });
});

describe('Jobs', () => {
  it('given a pod that ends well, then the Job is complete', async () => {
    const world = new World();
    const created = world.store.create(job({}, { [RUNS_FOR]: '20s' }));
    expect((await world.after(20)).status(created)).toMatchObject({ active: 1 });
    const done = (await world.after(1)).status(created);
    expect(done).toMatchObject({ succeeded: 1, completionTime: '2024-01-01T00:00:21Z' });
    expect(done['conditions']).toMatchObject([{ type: 'Complete', status: 'True' }]);
  });

  it('given pods that fail more often than backoffLimit, then the Job has failed', async () => {
    const world = new World();
    const created = world.store.create(job({ backoffLimit: 1 }, { [EXIT_CODE]: '2' }));
    expect((await world.after(5)).status(created)).toMatchObject({ failed: 1 });
    const done = (await world.after(20)).status(created);
    expect(done).toMatchObject({ failed: 2, conditions: [{ type: 'Failed', reason: 'BackoffLimitExceeded' }] });
    expect(world.pods().map((each) => recordAt(each, 'status')['phase'])).toEqual(['Failed', 'Failed']);
  });
});

describe('Endpoints', () => {
  it('given a Service, then its endpoints are the pods it selects, ready or not', async () => {
    const world = new World();
    const ports = [{ port: 80, targetPort: 8080 }];
    const metadata = { name: 'web', namespace: 'shop' };
    world.store.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'web' }, ports },
    } as SentObject);
    const web = world.store.create(replicaSet('web', { replicas: 2 }));
    world.store.create(replicaSet('other'));
    const endpoints = { apiVersion: 'v1', kind: 'Endpoints', ...metadata };
    const addresses = (): readonly unknown[] => {
      const [subset] = recordsAt(world.store.get(endpoints), 'subsets');
      return [recordsAt(subset, 'addresses').length, recordsAt(subset, 'notReadyAddresses').length, subset?.['ports']];
    };
    await world.after(1);
    expect(addresses()).toEqual([0, 2, [{ port: 8080, protocol: 'TCP' }]]);
    await world.after(2);
    expect(addresses()).toEqual([2, 0, [{ port: 8080, protocol: 'TCP' }]]);
    world.store.delete(refOf(web));
    await world.after(0);
    expect(addresses()).toEqual([0, 0, undefined]);
  });
});

describe('garbage collection', () => {
  it('given an object whose owner is gone when it is created, then it is deleted', async () => {
    const world = new World();
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'gone' };
    world.store.create(configMap('late', { metadata: { ownerReferences: [owner] } }));
    await world.after(0);
    expect(world.store.list({ apiVersion: 'v1', kind: 'ConfigMap' }).items).toEqual([]);
  });
});

describe('stopping and a second start', () => {
  it('given stopped controllers, then nothing is waiting on the timers', async () => {
    const clock = new VirtualClock();
    const store = new Store({ clock });
    const controllers = startControllers(store, clock);
    store.create(replicaSet('web', { replicas: 2 }));
    await clock.advance(600);
    controllers.stop();
    expect(clock.pending).toBe(0);
  });

  it('given a dump of a cluster whose pods were starting, when it starts again, then they become ready', async () => {
    const first = new World();
    const created = first.store.create(replicaSet('web', { replicas: 2 }));
    await first.after(1);
    const store = Store.load({ clock: first.clock }, first.store.dump());
    startControllers(store, first.clock);
    store.create(replicaSet('new', { replicas: 2 }));
    await first.after(10);
    const addresses = store.list(POD).items.map((each) => recordAt(each, 'status')['podIP']);
    expect(new Set(addresses)).toEqual(new Set(['10.244.0.2', '10.244.0.3', '10.244.0.4', '10.244.0.5']));
    expect(recordAt(store.get(refOf(created)), 'status')).toMatchObject({ replicas: 2, availableReplicas: 2 });
  });
});
