import { describe, expect, it } from '@jest/globals';
import { recordAt, type SentObject } from '../../../../infra/local/kubernetes/objects.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { pod, replicaSet, rollout } from './manifests.ts';

const CONTAINER_DEFAULTS = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
};

const POD_DEFAULTS = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
};

function stored(object: SentObject): Readonly<Record<string, unknown>> {
  return new Store({ clock: new VirtualClock() }).create(object);
}

function containerOf(container: object): unknown {
  const created = stored(pod('a', { spec: { containers: [container] } }));
  return (recordAt(created, 'spec')['containers'] as readonly unknown[])[0];
}

describe('defaults', () => {
  it('given a ReplicaSet, then its template is completed', () => {
    const template = recordAt(recordAt(stored(replicaSet('web')), 'spec'), 'template');
    expect(template).toEqual({
      metadata: { labels: { app: 'web' } },
      spec: { ...POD_DEFAULTS, containers: [{ ...CONTAINER_DEFAULTS, name: 'app', image: 'app:1' }] },
    });
  });

  it('given a Rollout, then its template stays as it is written', () => {
    const template = { spec: { containers: [{ name: 'app', image: 'app', ports: [{ containerPort: 80 }] }] } };
    const spec = { template, replicas: null };
    expect(stored(rollout('web', { spec }))['spec']).toEqual(spec);
  });

  it.each([
    { image: 'app', policy: 'Always' },
    { image: 'app:latest', policy: 'Always' },
    { image: 'registry:5000/app', policy: 'Always' },
    { image: 'registry:5000/app:1', policy: 'IfNotPresent' },
    { image: 'app@sha256:abc', policy: 'IfNotPresent' },
  ])('given the image $image, then it is pulled $policy', ({ image, policy }) => {
    expect(containerOf({ name: 'app', image })).toMatchObject({ imagePullPolicy: policy });
  });

  it('given ports, probes and variables, then each is completed and nothing that is said is changed', () => {
    const container = containerOf({
      name: 'app',
      image: 'app:1',
      imagePullPolicy: 'Never',
      ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }],
      readinessProbe: { httpGet: { port: 80 }, periodSeconds: 3 },
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    });
    expect(container).toMatchObject({
      imagePullPolicy: 'Never',
      ports: [
        { containerPort: 80, protocol: 'TCP' },
        { containerPort: 53, protocol: 'UDP' },
      ],
      readinessProbe: {
        httpGet: { port: 80, path: '/', scheme: 'HTTP' },
        periodSeconds: 3,
        timeoutSeconds: 1,
        successThreshold: 1,
        failureThreshold: 3,
      },
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } }],
    });
  });

  it('given nulls in a built-in object, then they are as if absent', () => {
    const created = stored(
      pod('a', { spec: { nodeName: null, containers: [{ name: 'app', image: 'app:1', args: null }] } }),
    );
    expect(recordAt(created, 'spec')).not.toHaveProperty('nodeName');
    expect(recordAt(created, 'spec')['containers']).toEqual([{ ...CONTAINER_DEFAULTS, name: 'app', image: 'app:1' }]);
  });

  it('given texts in a Secret, then they are kept as data', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'shop' } };
    const created = stored({ ...secret, stringData: { a: 'b' }, data: { c: 'ZA==' } } as SentObject);
    expect(created).toMatchObject({ type: 'Opaque', data: { a: 'Yg==', c: 'ZA==' } });
    expect(created).not.toHaveProperty('stringData');
  });
});
