import { describe, expect, it } from '@jest/globals';
import { DeniedError, TransientError } from '#core/errors.ts';
import type { NewObject, Service } from '#core/resources/kubernetes.ts';
import { readTargets } from '#shared/controllers/target-group-reads.ts';
import type { Cluster, LoadBalancers } from '#shared/ports.ts';
import { createDirectCluster } from '../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../infra/local/kubernetes/store.ts';
import { aRollout, aService, hashOfVersion } from '../../support/builders.ts';
import { aDefinition } from '../../support/router-crds.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const V2 = hashOfVersion('v2');
const ACTIVE: Service = (() => {
  const service = aService('active', V2);
  return { ...service, spec: { ...service.spec, ports: [{ port: 80 }] } };
})();
const SWITCHED = { stableRS: hashOfVersion('v1'), currentPodHash: V2 };
const ROLLOUT = aRollout().blueGreen({ activeService: 'active' }).status(SWITCHED).build();
const DEFINITION = aDefinition('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding');
const BINDING = {
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'TargetGroupBinding',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: { targetGroupARN: 'arn', targetType: 'ip', serviceRef: { name: 'active', port: 80 } },
};
const ENDPOINTS = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'active', namespace: 'shop' },
  subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 8080 }] }],
};
const AWS: LoadBalancers = {
  find: () => Promise.reject(new Error('not asked')),
  targets: async (arn) => [`${arn}:8080`],
};

async function clusterWith(...objects: readonly object[]): Promise<Cluster> {
  const cluster = createDirectCluster('local', new Store({ clock: new VirtualClock() }));
  for (const object of objects) await cluster.create(object as NewObject);
  return cluster;
}

describe('given a blue-green Rollout whose active Service is at the new version', () => {
  it('when target groups are bound to it, then AWS is asked what is registered', async () => {
    const cluster = await clusterWith(DEFINITION, BINDING, ENDPOINTS);
    expect(await readTargets(ROLLOUT, [ACTIVE], { cluster, loadBalancers: AWS })).toMatchObject({
      state: 'seen',
      endpoints: { subsets: ENDPOINTS.subsets },
      groups: [{ binding: { spec: BINDING.spec }, registered: ['arn:8080'] }],
    });
  });

  it('when the cluster knows no such kind, then nothing is bound', async () => {
    const cluster = await clusterWith();
    const seen = await readTargets(ROLLOUT, [ACTIVE], { cluster, loadBalancers: AWS });
    expect(seen).toEqual({ state: 'seen', groups: [] });
  });

  it('when AWS does not answer, then its group says so', async () => {
    const cluster = await clusterWith(DEFINITION, BINDING);
    const silent = { ...AWS, targets: () => Promise.reject(new TransientError('throttled')) };
    const seen = await readTargets(ROLLOUT, [ACTIVE], { cluster, loadBalancers: silent });
    expect(seen).toMatchObject({ state: 'seen', groups: [{ registered: [], error: 'throttled' }] });
  });

  it('when bindings may not be read, then the answer says so', async () => {
    const cluster = await clusterWith(DEFINITION, BINDING);
    const refusing = Object.assign(Object.create(cluster) as Cluster, {
      list: () => Promise.reject(new DeniedError('may not list')),
    });
    const seen = await readTargets(ROLLOUT, [ACTIVE], { cluster: refusing, loadBalancers: AWS });
    expect(seen).toEqual({ state: 'failed', error: 'may not list' });
  });

  it.each([
    { given: 'the Service is not switched yet', services: [aService('active', hashOfVersion('v1'))] },
    { given: 'there is no such Service', services: [] },
  ])('when $given, then nobody is asked', async ({ services }) => {
    const cluster = await clusterWith(DEFINITION, BINDING);
    expect(await readTargets(ROLLOUT, services, { cluster, loadBalancers: AWS })).toEqual({ state: 'unasked' });
  });

  it('when the team did not ask for verification, then there is none', async () => {
    expect(await readTargets(ROLLOUT, [ACTIVE], { cluster: await clusterWith() })).toBeUndefined();
  });
});
