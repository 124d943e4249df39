/**
 * Kubernetes' own HorizontalPodAutoscaler over a Rollout in the middle of a release. There are no metrics here: it keeps to its bounds,
 * and they are moved. It reads and writes through the Rollout's `/scale`, and finds its pods by `status.selector`.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import type { KubernetesObject, ObjectMeta } from '#core/resources/kubernetes.ts';
import { blueGreen, canary } from './side-by-side/scenarios.ts';
import { kubectl } from './support/control-plane.ts';
import { startWeir, type RunningWeir } from './support/controllers.ts';
import { eventually } from './support/processes.ts';
import { Scene } from './support/scene.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';
import { weirAccount, type WeirAccount } from './support/weir-account.ts';

interface Scale {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly replicas: number; readonly selector: string };
}

type Autoscaler = KubernetesObject & { readonly status?: { readonly currentReplicas?: number } };

const AUTOSCALER = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };

const facts = sharedControlPlane();
let account: WeirAccount;
let scene: Scene;
let weir: RunningWeir;

beforeAll(async () => void (account = await weirAccount(facts, 'rollouts', 'autoscaled')));

beforeEach(async () => {
  scene = await Scene.open(facts, 'autoscaled');
  weir = await startWeir(facts, {
    controllers: 'analysis,rollouts',
    namespaces: [scene.namespace],
    kubeconfig: account.kubeconfig,
    leaseNamespace: account.namespace,
    config: { clusters: [{ name: 'shop' }] },
  });
});
afterEach(async () => {
  await weir.stop();
  await scene.close();
});

async function givenAutoscaler(minReplicas: number, maxReplicas: number): Promise<void> {
  const target = { type: 'Utilization', averageUtilization: 50 };
  const spec = {
    scaleTargetRef: { apiVersion: ARGO_API_VERSION, kind: 'Rollout', name: 'web' },
    minReplicas,
    maxReplicas,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
  };
  await scene.create({ ...AUTOSCALER, metadata: { name: 'web', namespace: '' }, spec } as never);
}

async function boundsAre(bounds: JsonObject): Promise<void> {
  await scene.cluster.patch({ ...AUTOSCALER, namespace: scene.namespace, name: 'web' }, { spec: bounds });
}

async function scaleOf(): Promise<Scale> {
  const path = `/apis/${ARGO_API_VERSION}/namespaces/${scene.namespace}/rollouts/web/scale`;
  return JSON.parse(await kubectl(facts, 'get', '--raw', path)) as Scale;
}

async function untilSeenByAutoscaler(replicas: number): Promise<void> {
  await eventually(`the autoscaler sees ${replicas}`, async () => {
    const found = await scene.cluster.get<Autoscaler>({ ...AUTOSCALER, namespace: scene.namespace, name: 'web' });
    return found?.status?.currentReplicas === replicas ? true : undefined;
  });
}

/** Of how many are there, and how many of the new version. */
const untilSized = (replicas: number, updated: number, phase: string) =>
  scene.until('web', `${phase} with ${replicas}`, ({ metadata, spec, status }) => {
    const isObserved = status?.observedGeneration === String(metadata.generation);
    const sizes = [spec.replicas, status?.replicas, status?.availableReplicas, status?.updatedReplicas];
    return isObserved && status?.phase === phase && sizes.join() === [replicas, replicas, replicas, updated].join();
  });

function writersThroughScale({ metadata }: KubernetesObject): readonly string[] {
  type Writer = { readonly manager: string; readonly subresource?: string };
  const { managedFields = [] } = metadata as ObjectMeta & { readonly managedFields?: readonly Writer[] };
  return managedFields.filter(({ subresource }) => subresource === 'scale').map(({ manager }) => manager);
}

describe('given an autoscaler over a Rollout', () => {
  it('when it wants more in the pause of a canary, then both versions grow, the step stays, and what is promoted has that size', async () => {
    await scene.create(canary('web', [{ setWeight: 50 }, { pause: {} }], {}, { replicas: 2 }));
    await scene.untilPhase('web', 'Healthy');
    await givenAutoscaler(2, 10);
    await untilSeenByAutoscaler(2);
    await scene.release('web', 'v2');
    await untilSized(2, 1, 'Paused');
    expect(await scaleOf()).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2, selector: 'app=web' } });

    await boundsAre({ minReplicas: 6 });
    const grown = await untilSized(6, 3, 'Paused');
    expect(writersThroughScale(grown)).toHaveLength(1);
    expect(grown.status).toMatchObject({ currentStepIndex: 1, HPAReplicas: 6, selector: 'app=web' });
    await untilSeenByAutoscaler(6);

    await kubectl(facts, 'scale', 'rollout/web', '--replicas=8', '-n', scene.namespace);
    await untilSized(8, 4, 'Paused');
    await scene.patchStatus('web', { pauseConditions: null });
    await untilSized(8, 8, 'Healthy');
    await boundsAre({ minReplicas: 1, maxReplicas: 4 });
    await untilSized(4, 4, 'Healthy');
    await untilSeenByAutoscaler(4);
  });

  it('when it wants more while a preview waits, then it sees the active pods alone, and after the switch the new ones', async () => {
    await scene.create(...blueGreen('web', { autoPromotionEnabled: false, scaleDownDelaySeconds: 1 }, { replicas: 2 }));
    const { status: first } = await scene.untilPhase('web', 'Healthy');
    await givenAutoscaler(2, 10);
    await scene.release('web', 'v2');
    const waiting = await scene.untilPhase('web', 'Paused');
    expect(waiting.status).toMatchObject({ HPAReplicas: 2, replicas: 4 });
    expect((await scaleOf()).status).toEqual(seen(2, first?.currentPodHash));

    await boundsAre({ minReplicas: 3 });
    await scene.until('web', 'grown on both sides', ({ status }) => status?.replicas === 6 && status.HPAReplicas === 3);
    expect((await scaleOf()).status).toEqual(seen(3, first?.currentPodHash));
    await scene.untilPhase('web', 'Paused');
    await scene.patchStatus('web', { pauseConditions: null });
    await untilSized(3, 3, 'Healthy');
    expect((await scaleOf()).status).toEqual(seen(3, waiting.status?.currentPodHash));
    await untilSeenByAutoscaler(3);
  });
});

function seen(replicas: number, hash: string | undefined): Scale['status'] {
  return { replicas, selector: `app=web,${POD_TEMPLATE_HASH}=${hash}` };
}
