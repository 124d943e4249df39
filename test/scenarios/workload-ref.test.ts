import { afterEach, describe, expect, it } from '@jest/globals';
import { diffMerge } from '#core/merge-patch.ts';
import { refOf, type KubernetesObject, type PodTemplate } from '#core/resources/kubernetes.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { StatusError } from '../../infra/local/kubernetes/status-error.ts';
import { World } from '../support/world.ts';

let world: World;
afterEach(() => world.stop());

type Deployment = KubernetesObject & { readonly spec: { readonly replicas: number; readonly template: PodTemplate } };

const template = (version: string): PodTemplate => ({
  metadata: { labels: { app: 'my-app' } },
  spec: { containers: [{ name: 'my-app', image: `my-app:${version}` }] },
});

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'legacy' },
  spec: { replicas: 3, selector: { matchLabels: { app: 'my-app' } }, template: template('v1') },
};

function aRollout(workloadRef: object) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'my-app' },
    spec: { replicas: 3, workloadRef, strategy: { canary: { steps: [{ setWeight: 34 }, { pause: {} }] } } },
  };
}

const TO_DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'legacy' };

async function deployment(): Promise<Deployment> {
  const found = await world.cluster.get<Deployment>({ ...TO_DEPLOYMENT, namespace: 'default' });
  if (found === undefined) throw new Error('no Deployment');
  return found;
}

async function given(workloadRef: object = TO_DEPLOYMENT): Promise<void> {
  world = new World();
  await world.apply(DEPLOYMENT, aRollout(workloadRef));
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
}

const invalid = async () =>
  (await world.rollout()).status?.conditions?.find(({ type }) => type === 'InvalidSpec')?.message;

describe('given a Rollout that refers to a Deployment', () => {
  it('when it is deployed, then it has the Deployment’s pods, nothing of them is written back, and its generation is noted', async () => {
    await given();
    const rollout = await world.rollout();
    expect(rollout.spec.template).toBeUndefined();
    expect(rollout.spec.selector).toBeUndefined();
    expect(rollout.metadata.annotations?.['rollout.argoproj.io/workload-generation']).toBe('1');
    expect(rollout.status).toMatchObject({ workloadObservedGeneration: '1', selector: 'app=my-app', HPAReplicas: 3 });
    expect((await deployment()).spec.replicas).toBe(3);
  });

  it('when the Deployment gets another image, then that is released like any other version', async () => {
    await given();
    const before = await deployment();
    await world.cluster.patch(
      refOf(before),
      diffMerge(before, { ...before, spec: { ...before.spec, template: template('v2') } }),
    );
    await world.until('the pause', async () => (await world.phase()) === 'Paused', 5 * MINUTE);
    expect(await world.podCounts()).toEqual({ canary: 1, stable: 2 });
    await world.order('promote');
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
    expect((await world.rollout()).status).toMatchObject({ workloadObservedGeneration: '2' });
  });

  it('when it shall go on success, then it is scaled down once the Rollout is healthy, and not before', async () => {
    world = new World({ readyDelay: 30 * SECOND });
    await world.apply(DEPLOYMENT, aRollout({ ...TO_DEPLOYMENT, scaleDown: 'onsuccess' }));
    await world.passes(20 * SECOND);
    expect((await deployment()).spec.replicas).toBe(3);
    await world.until('its end', async () => (await deployment()).spec.replicas === 0);
    expect(await world.phase()).toBe('Healthy');
  });

  it('when it shall go progressively, then it loses as many pods as the Rollout has ready', async () => {
    world = new World();
    await world.apply(DEPLOYMENT, aRollout({ ...TO_DEPLOYMENT, scaleDown: 'progressively' }));
    const sizes: number[] = [];
    await world.until('its end', async () => {
      const { replicas } = (await deployment()).spec;
      const ready = (await world.rollout()).status?.readyReplicas ?? 0;
      expect(replicas + ready).toBeGreaterThanOrEqual(3);
      if (sizes.at(-1) !== replicas) sizes.push(replicas);
      return replicas === 0;
    });
    expect(sizes[0]).toBe(3);
  });

  it('when the Deployment may not be scaled, then the release goes on all the same, and it is logged', async () => {
    world = new World();
    world.store.intercept({
      before: (operation) => {
        if (operation.verb === 'patch' && operation.ref.name === 'legacy')
          throw new StatusError(403, 'Forbidden', 'not yours');
      },
    });
    await world.apply(DEPLOYMENT, aRollout({ ...TO_DEPLOYMENT, scaleDown: 'onsuccess' }));
    await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
    await world.passes(10 * SECOND);
    expect(world.said.map(({ message }) => message)).toContain('Change not made');
  });

  it.each([
    { workloadRef: { ...TO_DEPLOYMENT, name: 'gone' }, says: 'deployments.apps "gone" not found' },
    {
      workloadRef: { ...TO_DEPLOYMENT, kind: 'StatefulSet' },
      says: 'workload of type apps/StatefulSet is not supported',
    },
  ])(
    'when it refers to $workloadRef.kind $workloadRef.name, then the condition says: $says',
    async ({ workloadRef, says }) => {
      world = new World();
      await world.apply(DEPLOYMENT, aRollout(workloadRef));
      await world.passes(30 * SECOND);
      expect(await invalid()).toBe(`The Rollout "my-app" is invalid: ${says}`);
      await world.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, workloadRef: TO_DEPLOYMENT } }));
      await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
      expect(await invalid()).toBeUndefined();
    },
  );
});
