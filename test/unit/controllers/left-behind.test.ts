import { describe, expect, it } from '@jest/globals';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { NewObject, Service } from '#core/resources/kubernetes.ts';
import { lentController } from '#shared/controllers/left-behind.ts';
import type { Cluster, ListQuery, Ports, Site } from '#shared/ports.ts';
import { createDirectCluster } from '../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../infra/local/kubernetes/store.ts';
import { aRollout } from '../../support/builders.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const CLOCK = new VirtualClock();
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'stable', namespace: 'shop', annotations: { [MANAGED_BY]: 'checkout' } },
  spec: { selector: { app: 'checkout', [POD_TEMPLATE_HASH]: 'abc' } },
} as NewObject<Service>;

/** `weir run --instance-id`: Rollouts of other instances are in no list that the cache answers. */
function seeingOnlyItsOwn(cluster: Cluster): Cluster {
  return Object.assign(Object.create(cluster) as Cluster, {
    get: (ref: Parameters<Cluster['get']>[0]) => (ref.kind === 'Rollout' ? undefined : cluster.get(ref)),
    list: (query: ListQuery) =>
      query.fieldSelector === undefined ? { items: [], resourceVersion: '1' } : cluster.list(query),
  });
}

function unsaved({ metadata, ...object }: NewObject): NewObject {
  const { resourceVersion: _version, ...rest } = metadata as NewObject['metadata'] & { resourceVersion?: string };
  return { ...object, metadata: rest };
}

async function decided(...objects: readonly object[]) {
  const cluster = createDirectCluster('local', new Store({ clock: CLOCK }));
  for (const object of [SERVICE, ...objects] as NewObject[]) await cluster.create(unsaved(object));
  const controller = lentController('Service');
  const request = { cluster: 'local', kind: 'Service', namespace: 'shop', name: 'stable' } as const;
  const site = { cluster: seeingOnlyItsOwn(cluster), controllers: ['rollouts'] } as unknown as Site;
  const snapshot = await controller.observe(request, site, { clock: CLOCK } as unknown as Ports, undefined);
  return snapshot === undefined ? undefined : controller.decide(snapshot).actions;
}

describe('given a Service that carries the note of a Rollout', () => {
  it('when that Rollout belongs to another instance of Weir, then it is left alone', async () => {
    const canary = { stableService: 'stable', canaryService: 'canary' };
    expect(await decided(aRollout().spec({ strategy: { canary } }).build())).toEqual([]);
  });

  it('when there is no such Rollout at all, then it is given back', async () => {
    expect(await decided()).toMatchObject([{ type: 'patch', after: { spec: { selector: { app: 'checkout' } } } }]);
  });
});
