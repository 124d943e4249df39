import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '#core/time.ts';
import { startServer } from '../../infra/local/kubernetes/server.ts';
import { World } from '../support/world.ts';

let world: World;
let api: Awaited<ReturnType<typeof startServer>>;

const ROLLOUT = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'my-app' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'my-app' } },
    template: {
      metadata: { labels: { app: 'my-app' } },
      spec: { containers: [{ name: 'my-app', image: 'my-app:v1' }] },
    },
    strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } },
  },
};

beforeEach(async () => {
  world = new World();
  api = await startServer(world.store, { token: 'secret' });
  await world.apply(ROLLOUT);
  await world.until('the first deployment', async () => (await world.phase()) === 'Healthy');
  await world.setImage('my-app:v2');
  await world.until('the pause', async () => (await world.phase()) === 'Paused');
});
afterEach(async () => {
  await api.close();
  await world.stop();
});

/** What an autoscaler does: it reads and writes `/scale`, and nothing else. */
async function scale(replicas?: number): Promise<unknown> {
  const headers = { authorization: 'Bearer secret', 'content-type': 'application/merge-patch+json' };
  const change = { method: 'PATCH', body: JSON.stringify({ spec: { replicas } }) };
  const url = `${api.url}/apis/argoproj.io/v1alpha1/namespaces/default/rollouts/my-app/scale`;
  const answer = await fetch(url, { headers, ...(replicas === undefined ? {} : change) });
  expect(answer.status).toBe(200);
  return answer.json();
}

const seen = (replicas: number) => ({ spec: { replicas }, status: { replicas, selector: 'app=my-app' } });

describe('given an autoscaler and a canary in its pause', () => {
  it('when it wants more, then both versions grow, the step stays, and what is promoted has that size', async () => {
    expect(await scale()).toMatchObject(seen(2));
    await scale(6);
    await world.until('the size', async () => (await world.rollout()).status?.availableReplicas === 6, 5 * MINUTE);
    expect(await world.podCounts()).toEqual({ canary: 3, stable: 3 });
    expect((await world.rollout()).status).toMatchObject({ phase: 'Paused', currentStepIndex: 1, HPAReplicas: 6 });
    expect(await scale()).toMatchObject(seen(6));
    await world.order('promote');
    await world.until('the promotion', async () => (await world.phase()) === 'Healthy');
    expect((await world.rollout()).status).toMatchObject({ updatedReplicas: 6, HPAReplicas: 6 });
  });

  it('when it wants fewer, then both versions shrink, and none goes', async () => {
    await scale(6);
    await world.until('the size', async () => (await world.rollout()).status?.availableReplicas === 6, 5 * MINUTE);
    await scale(4);
    await world.until('the size', async () => (await world.rollout()).status?.replicas === 4, 5 * MINUTE);
    expect(await world.podCounts()).toEqual({ canary: 2, stable: 2 });
    expect((await world.rollout()).status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });
});
