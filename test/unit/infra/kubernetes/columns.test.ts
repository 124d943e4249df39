import { describe, expect, it } from '@jest/globals';
import { columnsOf } from '../../../../infra/local/kubernetes/columns.ts';
import type { SentObject } from '../../../../infra/local/kubernetes/objects.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const CONTAINERS = [{ name: 'app', image: 'app:1' }];
const running = { name: 'app', ready: true, restartCount: 0, state: { running: {} } };
const pulling = { name: 'app', ready: false, restartCount: 3, state: { waiting: { reason: 'ImagePullBackOff' } } };

function printed(object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}): object {
  const clock = new VirtualClock();
  const store = new Store({ clock });
  const { status, ...sent } = object;
  const created = store.create({ metadata: { name: 'a', namespace: 'shop' }, ...sent });
  const shown = store.replace({ ...created, ...(status === undefined ? {} : { status }) });
  const kind = store.kinds.require(object.apiVersion, object.kind);
  return Object.fromEntries(columnsOf(kind).map(({ name, cell }) => [name, cell(shown, clock.now())]));
}

describe('printed columns', () => {
  it.each([
    {
      given: 'a running pod',
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { containers: CONTAINERS },
        status: { phase: 'Running', containerStatuses: [running] },
      },
      then: { Name: 'a', Ready: '1/1', Status: 'Running', Restarts: 0, Age: '0s' },
    },
    {
      given: 'a pod that cannot pull',
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { containers: CONTAINERS },
        status: { phase: 'Pending', containerStatuses: [pulling] },
      },
      then: { Name: 'a', Ready: '0/1', Status: 'ImagePullBackOff', Restarts: 3, Age: '0s' },
    },
    {
      given: 'a finished Job',
      object: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        spec: {},
        status: { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] },
      },
      then: { Name: 'a', Status: 'Complete', Completions: '1/1', Age: '0s' },
    },
    {
      given: 'a Service',
      object: { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }] } },
      then: { Name: 'a', Type: 'ClusterIP', 'Cluster-IP': '<none>', 'Port(s)': '80/TCP,53/UDP', Age: '0s' },
    },
    {
      given: 'a Secret',
      object: { apiVersion: 'v1', kind: 'Secret', stringData: { a: 'b', c: 'd' } },
      then: { Name: 'a', Type: 'Opaque', Data: 2, Age: '0s' },
    },
    {
      given: 'an Event',
      object: {
        apiVersion: 'v1',
        kind: 'Event',
        type: 'Warning',
        reason: 'RolloutAborted',
        message: 'why',
        involvedObject: { kind: 'Rollout', name: 'web' },
      },
      then: { Name: 'a', Type: 'Warning', Reason: 'RolloutAborted', Object: 'rollout/web', Message: 'why', Age: '0s' },
    },
    {
      given: 'a Deployment',
      object: { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 3 }, status: { readyReplicas: 2 } },
      then: { Name: 'a', Ready: '2/3', 'Up-to-date': 0, Available: 0, Age: '0s' },
    },
  ])('given $given, then $then', ({ object, then }) => {
    expect(printed(object)).toEqual(then);
  });

  it('given a pod that is being deleted, then it is terminating', () => {
    const store = new Store({ clock: new VirtualClock() });
    const metadata = { name: 'a', namespace: 'shop', finalizers: ['x/hold'] };
    const created = store.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { containers: CONTAINERS },
    } as SentObject);
    const { object } = store.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a' });
    const status = columnsOf(store.kinds.require('v1', 'Pod')).find(({ name }) => name === 'Status');
    expect([status?.cell(created, 0), status?.cell(object, 0)]).toEqual(['Pending', 'Terminating']);
  });
});
