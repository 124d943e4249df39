/** What is seen of a blue-green Rollout, situation by situation, in the order of strategies §1.10. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { BlueGreenStrategy, Rollout, RolloutStatus } from '#core/resources/argo.ts';
import { DESIRED_REPLICAS, POD_TEMPLATE_HASH, SCALE_DOWN_DEADLINE } from '#core/resources/keys.ts';
import { refOf, type KubernetesObject, type ReplicaSet, type Service } from '#core/resources/kubernetes.ts';
import { MINUTE, parseTimestamp, SECOND } from '#core/time.ts';
import { BLUE_GREEN, SERVICES } from '../support/manifests.ts';
import { World } from '../support/world.ts';

const SMOKE = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'smoke' },
  spec: {
    metrics: [
      {
        name: 'smoke',
        interval: '5s',
        count: 3,
        successCondition: 'result[0] == 1',
        failureLimit: 0,
        provider: { prometheus: { address: 'http://prometheus:9090', query: 'up' } },
      },
    ],
  },
};
const PRE = { prePromotionAnalysis: { templates: [{ templateName: 'smoke' }] } };
const POST = { postPromotionAnalysis: { templates: [{ templateName: 'smoke' }] } };
/** The versions as images; `bad` images never start. */
const V2 = 'my-app:v2';
const V3 = 'my-app:v3';
const V4 = 'my-app:v4';

let world: World;
let healthy: boolean;
let badImages: Set<string>;

afterEach(() => world.stop());

async function begin(strategy: Partial<BlueGreenStrategy>, more: Partial<Rollout['spec']> = {}): Promise<void> {
  healthy = true;
  badImages = new Set();
  world = new World({ answers: () => (healthy ? 1 : 0), badImages });
  const { spec, ...manifest } = parse(BLUE_GREEN) as Rollout;
  const blueGreen = { activeService: 'my-app-active', previewService: 'my-app-preview', ...strategy };
  await world.apply(...SERVICES, SMOKE, { ...manifest, spec: { ...spec, ...more, strategy: { blueGreen } } });
}

/** v2 is deployed, healthy and at rest. */
async function given(strategy: Partial<BlueGreenStrategy>, more: Partial<Rollout['spec']> = {}): Promise<void> {
  await begin(strategy, more);
  await untilPhase('Healthy');
  await world.passes(2 * SECOND);
}

/** And it is heard of at once, as the admission webhook sees to it. */
async function deploy(image: string): Promise<void> {
  await world.setImage(image);
  await world.engine.tick();
}

const status = async (): Promise<RolloutStatus> => (await world.rollout()).status ?? {};
const untilPhase = async (phase: string) => world.until(phase, async () => (await world.phase()) === phase);
const untilActive = async (image: string) =>
  world.until(`${image} active`, async () => (await behind()).active === image);

function imageOf(set: ReplicaSet | undefined): string {
  return set?.spec?.template?.spec?.containers[0]?.image ?? '';
}

/** The image that each Service leads to; '' where it selects no single version. */
async function behind(): Promise<{ active: string; preview: string }> {
  const sets = await world.replicaSets();
  const of = async (name: string) => {
    const service = await world.cluster.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace: 'default', name });
    const hash = service?.spec?.selector?.[POD_TEMPLATE_HASH];
    return imageOf(sets.find(({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH] === hash));
  };
  return { active: await of('my-app-active'), preview: await of('my-app-preview') };
}

/** Wanted/available pods by image; versions of size 0 are left out. */
async function sizes(): Promise<Record<string, string>> {
  const sets = (await world.replicaSets()).filter(({ spec }) => (spec?.replicas ?? 0) > 0);
  return Object.fromEntries(
    sets.map((set) => [imageOf(set), `${set.spec?.replicas}/${set.status?.availableReplicas ?? 0}`]),
  );
}

async function setOf(image: string): Promise<ReplicaSet | undefined> {
  return (await world.replicaSets()).find((set) => imageOf(set) === image);
}

/** Seconds from now to the deadline of a version; undefined: it has none. */
async function deadlineIn(image: string): Promise<number | undefined> {
  const at = parseTimestamp((await setOf(image))?.metadata.annotations?.[SCALE_DOWN_DEADLINE]);
  return at === undefined ? undefined : Math.round((at - world.clock.now()) / SECOND);
}

async function eventTexts(reason: string): Promise<readonly string[]> {
  const events = await world.kubernetesEvents();
  return events.filter((event) => event.reason === reason).map(({ message }) => message);
}

async function runs(): Promise<readonly string[]> {
  return (await world.analysisRuns()).map(({ metadata, spec, status: found }) => {
    const kind = metadata.labels?.['rollout-type'] ?? '';
    return `${kind} ${spec.terminate === true ? 'terminated ' : ''}${found?.phase ?? ''}`;
  });
}

const paused = async () => (await status()).pauseConditions?.map(({ reason }) => reason);
const untilPaused = async () => world.until('the pause', async () => (await paused())?.[0] === 'BlueGreenPause');

describe('given a first deploy', () => {
  it('when its pods do not start, then it is stable already, at full size, previewed, and not active; then they do', async () => {
    await begin({ previewReplicaCount: 1 });
    badImages.add(V2);
    await world.passes(30 * SECOND);
    const { stableRS, currentPodHash, phase } = await status();
    expect({ same: stableRS === currentPodHash, phase }).toEqual({ same: true, phase: 'Progressing' });
    expect(await eventTexts('RolloutCompleted')).toEqual([
      `Rollout completed update to revision 1 (${currentPodHash}): Initial deploy`,
    ]);
    expect(await behind()).toEqual({ active: '', preview: V2 });
    expect(await sizes()).toEqual({ [V2]: '3/0' });
    badImages.clear();
    await replacePods();
    await untilPhase('Healthy');
    expect(await behind()).toEqual({ active: V2, preview: V2 });
    expect(await eventTexts('RolloutPaused')).toEqual([]);
    expect(await eventTexts('RolloutAddedToInformer')).toHaveLength(1);
  });

  it('when it has both analyses and no automatic promotion, then neither pause nor run stands before it', async () => {
    await begin({ ...PRE, ...POST, autoPromotionEnabled: false });
    await untilPhase('Healthy');
    expect(await runs()).toEqual([]);
    expect(await eventTexts('RolloutPaused')).toEqual([]);
  });
});

describe('given an update with automatic promotion', () => {
  it('when it is ready, then it is active and stable in one go, and the old version waits 30 s for its end', async () => {
    await given({});
    await deploy(V3);
    await world.until('the preview', async () => (await behind()).preview === V3);
    expect((await behind()).active).toBe(V2);
    await untilActive(V3);
    const { stableRS, currentPodHash } = await status();
    expect(stableRS).toBe(currentPodHash);
    expect((await eventTexts('RolloutCompleted')).at(-1)).toBe(
      `Rollout completed update to revision 2 (${currentPodHash}): Completed blue-green update`,
    );
    await world.until('the deadline', async () => (await deadlineIn(V2)) !== undefined);
    expect(await deadlineIn(V2)).toBeGreaterThanOrEqual(29);
    await world.passes(25 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    await world.passes(10 * SECOND);
    expect(await sizes()).toEqual({ [V3]: '3/3' });
    expect(await eventTexts('SwitchService')).toContain(
      `Switched selector for service 'my-app-active' from '${hashOf(await setOf(V2))}' to '${currentPodHash}'`,
    );
  });

  it('when it has a pre-promotion analysis, then it waits for its success', async () => {
    await given(PRE);
    await deploy(V3);
    await world.until('the run', async () => (await runs()).length === 1);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    expect(await behind()).toEqual({ active: V2, preview: V3 });
    await untilActive(V3);
    expect(await runs()).toEqual(['PrePromotion Successful']);
  });

  it('when scaleDownDelaySeconds is 0, then the old version is gone in the next pass (safer than Argo)', async () => {
    await given({ scaleDownDelaySeconds: 0 });
    await deploy(V3);
    await untilActive(V3);
    await world.passes(3 * SECOND);
    expect(await sizes()).toEqual({ [V3]: '3/3' });
    expect(await deadlineIn(V2)).toBeUndefined();
  });

  it('when its pods never start, then nothing is switched, and it is Degraded after its deadline', async () => {
    await given({}, { progressDeadlineSeconds: 60 });
    badImages.add(V3);
    await deploy(V3);
    await world.passes(30 * SECOND);
    expect(await behind()).toEqual({ active: V2, preview: V3 });
    expect(await world.phase()).toBe('Progressing');
    await untilPhase('Degraded');
    expect((await status()).message).toMatch(
      /^ProgressDeadlineExceeded: ReplicaSet "my-app-.*" has timed out progressing\.$/,
    );
    expect((await behind()).active).toBe(V2);
  });
});

describe('given autoPromotionEnabled false', () => {
  it('when it is ready, then it pauses, and a promote switches', async () => {
    await given({ autoPromotionEnabled: false });
    await deploy(V3);
    await untilPaused();
    expect(await status()).toMatchObject({ phase: 'Paused', message: 'BlueGreenPause', controllerPause: true });
    expect(await eventTexts('RolloutPaused')).toEqual(['Rollout is paused (BlueGreenPause)']);
    await world.passes(30 * MINUTE);
    expect(await behind()).toEqual({ active: V2, preview: V3 });
    await world.order('promote');
    await world.passes(3 * SECOND);
    expect((await behind()).active).toBe(V3);
    expect((await status()).stableRS).toBe(hashOf(await setOf(V3)));
  });

  it('when it has a pre-promotion analysis, then that comes first, and autoPromotionSeconds do not count', async () => {
    await given({ ...PRE, autoPromotionEnabled: false, autoPromotionSeconds: 5 });
    await deploy(V3);
    await world.until('the run', async () => (await runs()).length === 1);
    expect(await paused()).toBeUndefined();
    await untilPaused();
    expect(await runs()).toEqual(['PrePromotion Successful']);
    await world.passes(MINUTE);
    expect((await behind()).active).toBe(V2);
  });
});

describe('given autoPromotionSeconds', () => {
  it('when they have passed, then it is promoted by itself', async () => {
    await given({ autoPromotionSeconds: 60 });
    await deploy(V3);
    await untilPaused();
    await world.passes(50 * SECOND);
    expect((await behind()).active).toBe(V2);
    await world.passes(15 * SECOND);
    expect((await behind()).active).toBe(V3);
  });

  it('when a person promotes meanwhile, then it is promoted at once (safer than Argo)', async () => {
    await given({ autoPromotionSeconds: 600 });
    await deploy(V3);
    await untilPaused();
    await world.order('promote');
    await world.passes(3 * SECOND);
    expect((await behind()).active).toBe(V3);
    expect(await eventTexts('RolloutPaused')).toHaveLength(1);
  });

  it('when a person promotes fully meanwhile, then it is promoted as asked', async () => {
    await given({ autoPromotionSeconds: 600, ...PRE });
    await deploy(V3);
    await world.until('the run', async () => (await runs()).length === 1);
    await world.order('promote', { full: true });
    await world.passes(4 * SECOND);
    expect((await behind()).active).toBe(V3);
    expect((await eventTexts('RolloutCompleted')).at(-1)).toContain('Full promotion requested');
    expect(await runs()).toEqual(['PrePromotion terminated Successful']);
  });
});

describe('given previewReplicaCount', () => {
  it('when the pause is ended, then the preview grows to its full size first and is switched then', async () => {
    await given({ previewReplicaCount: 1, autoPromotionEnabled: false, ...PRE });
    await deploy(V3);
    await untilPaused();
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '1/1' });
    expect(await runs()).toEqual(['PrePromotion Successful']);
    await world.order('promote');
    await world.until('the check point', async () => (await status()).blueGreen?.scaleUpPreviewCheckPoint === true);
    expect((await behind()).active).toBe(V2);
    await untilActive(V3);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    expect((await status()).blueGreen?.scaleUpPreviewCheckPoint).toBeUndefined();
  });
});

describe('given a newer template', () => {
  it('when the update before is paused, then the preview moves at once and the version between keeps its size to its deadline', async () => {
    await given({ autoPromotionEnabled: false, ...PRE, scaleDownDelaySeconds: 40 });
    await deploy(V3);
    await world.until('the run', async () => (await runs()).length === 1);
    await deploy(V4);
    await world.until('the preview', async () => (await behind()).preview === V4);
    await world.until('the deadline', async () => (await deadlineIn(V3)) !== undefined);
    expect((await runs())[0]).toContain('terminated');
    expect(await paused()).toBeUndefined();
    expect((await sizes())[V3]).toBe('3/3');
    await world.passes(45 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V4]: '3/3' });
  });

  it('when the version between was a small preview, then it is held at R until its deadline, as Argo does', async () => {
    await given({ autoPromotionEnabled: false, previewReplicaCount: 1, scaleDownDelaySeconds: 40 });
    await deploy(V3);
    await untilPaused();
    await deploy(V4);
    await world.until('the growth', async () => (await sizes())[V3] === '3/3');
    await world.passes(45 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V4]: '1/1' });
  });
});

describe('given the stable template comes back in the middle of an update', () => {
  it('when it is applied, then neither pause nor analysis follows, and the version between goes after its delay', async () => {
    await given({ autoPromotionEnabled: false, ...PRE, scaleDownDelaySeconds: 30 });
    await deploy(V3);
    await untilPaused();
    const completed = await eventTexts('RolloutCompleted');
    await deploy(V2);
    await untilPhase('Healthy');
    expect(await behind()).toEqual({ active: V2, preview: V2 });
    expect(await eventTexts('RolloutCompleted')).toEqual(completed);
    expect(await runs()).toHaveLength(1);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    await world.passes(40 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3' });
  });
});

describe('given the previous version comes back', () => {
  it('when it is within its delay, then it is active at once without a pause', async () => {
    await given({ autoPromotionEnabled: false, scaleDownDelaySeconds: 300 });
    await deploy(V3);
    await untilPaused();
    await world.order('promote');
    await untilActive(V3);
    await world.until('the deadline', async () => (await deadlineIn(V2)) !== undefined);
    await deploy(V2);
    await untilActive(V2);
    expect(await deadlineIn(V2)).toBeUndefined();
    expect((await eventTexts('RolloutCompleted')).at(-1)).toContain('Fast rollback');
    expect(await eventTexts('RolloutPaused')).toHaveLength(1);
  });

  it('when it is gone by then, then it goes the whole way again, as a new revision', async () => {
    await given({ autoPromotionEnabled: false, scaleDownDelaySeconds: 10 });
    await deploy(V3);
    await untilPaused();
    await world.order('promote');
    await world.passes(30 * SECOND);
    expect(await sizes()).toEqual({ [V3]: '3/3' });
    await deploy(V2);
    await untilPaused();
    expect(await behind()).toEqual({ active: V3, preview: V2 });
    expect((await setOf(V2))?.metadata.annotations).toMatchObject({ 'rollout.argoproj.io/revision': '3' });
  });
});

describe('given an abort', () => {
  it('when it comes before the switch, then active is untouched and the new version goes after 30 s', async () => {
    await given({ autoPromotionEnabled: false });
    await deploy(V3);
    await untilPaused();
    await world.order('abort');
    await world.until('the deadline', async () => (await deadlineIn(V3)) !== undefined);
    expect(await deadlineIn(V3)).toBeGreaterThanOrEqual(29);
    expect(await behind()).toEqual({ active: V2, preview: V3 });
    expect(await status()).toMatchObject({
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
    });
    await world.passes(25 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    await world.passes(10 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3' });
  });

  it('when its delay is 0, then the new version stays up', async () => {
    await given({ autoPromotionEnabled: false, abortScaleDownDelaySeconds: 0 });
    await deploy(V3);
    await untilPaused();
    await world.order('abort');
    await world.passes(2 * MINUTE);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    expect(await deadlineIn(V3)).toBeUndefined();
  });

  it('when its delay is longer than 15 minutes, then it is waited for (safer than Argo)', async () => {
    await given({ autoPromotionEnabled: false, abortScaleDownDelaySeconds: 1_200 });
    await deploy(V3);
    await untilPaused();
    await world.order('abort');
    await world.passes(19 * MINUTE);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    await world.passes(2 * MINUTE);
    expect(await sizes()).toEqual({ [V2]: '3/3' });
  });

  it('when a post-promotion run fails after the switch, then active goes back to stable, which was whole all along', async () => {
    await given(POST);
    await deploy(V3);
    await untilActive(V3);
    expect((await status()).stableRS).toBe(hashOf(await setOf(V2)));
    expect((await sizes())[V2]).toBe('3/3');
    healthy = false;
    await untilActive(V2);
    expect((await status()).message).toContain('Blue/green post-promotion analysis phase error/failed');
    expect((await sizes())[V2]).toBe('3/3');
    await world.passes(40 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3' });
  });

  it('when the new pods are broken by then, then active goes back all the same (safer than Argo)', async () => {
    await given(POST);
    await deploy(V3);
    await untilActive(V3);
    badImages.add(V3);
    await replacePods(V3);
    await world.order('abort');
    await untilActive(V2);
    expect((await sizes())[V3]).toBe('3/0');
  });

  it('when it is retried, then the update begins anew, with a run of its own', async () => {
    await given({ ...PRE, autoPromotionEnabled: false });
    healthy = false;
    await deploy(V3);
    await world.until('the abort', async () => (await status()).abort === true);
    await world.passes(40 * SECOND);
    expect(await sizes()).toEqual({ [V2]: '3/3' });
    healthy = true;
    await world.order('retry');
    await untilPaused();
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    expect(await deadlineIn(V3)).toBeUndefined();
    expect(await runs()).toEqual(['PrePromotion Failed', 'PrePromotion Successful']);
    await world.order('promote');
    await untilActive(V3);
  });

  it('when it is retried after a failure behind the switch, then the next switch has a run of its own too', async () => {
    await given(POST);
    await deploy(V3);
    await untilActive(V3);
    healthy = false;
    await world.until('the abort', async () => (await status()).abort === true);
    await world.passes(40 * SECOND);
    healthy = true;
    await world.order('retry');
    await world.until('the promotion', async () => (await status()).stableRS === hashOf(await setOf(V3)));
    expect(await runs()).toEqual(['PostPromotion Failed', 'PostPromotion Successful']);
  });
});

describe('given spec.paused', () => {
  it('when an update comes, then it is made and scaled, no Service moves, and unpausing goes on', async () => {
    await given({});
    await world.order('pause');
    await deploy(V3);
    await world.passes(MINUTE);
    expect(await sizes()).toEqual({ [V2]: '3/3', [V3]: '3/3' });
    expect(await behind()).toEqual({ active: V2, preview: V2 });
    expect(await status()).toMatchObject({ phase: 'Paused', message: 'manually paused' });
    await world.order('promote');
    await untilActive(V3);
  });
});

describe('given metadata of roles', () => {
  it('when an update goes through, then pods carry what their role asks for, and the hash does not change with it', async () => {
    const role = (name: string) => ({ labels: { role: name } });
    await given({ previewMetadata: role('preview'), activeMetadata: role('active'), autoPromotionEnabled: false });
    expect(await roles()).toEqual({ [V2]: ['active'] });
    await deploy(V3);
    await untilPaused();
    expect(await roles()).toEqual({ [V2]: ['active'], [V3]: ['preview'] });
    await world.order('promote');
    await untilActive(V3);
    await world.passes(3 * SECOND);
    expect((await roles())[V3]).toEqual(['active']);
    expect(await world.replicaSets()).toHaveLength(2);
  });
});

describe('given R changes', () => {
  it('when an old version waits for its deadline, then all follow, and the update goes on', async () => {
    await given({ scaleDownDelaySeconds: 600 });
    await deploy(V3);
    await untilActive(V3);
    await world.until('the deadline', async () => (await deadlineIn(V2)) !== undefined);
    await world.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, replicas: 5 } }));
    await world.until('the sizes', async () => (await sizes())[V2] === '5/5' && (await sizes())[V3] === '5/5');
    expect((await setOf(V3))?.metadata.annotations?.[DESIRED_REPLICAS]).toBe('5');
    await untilPhase('Healthy');
    expect(await status()).toMatchObject({ HPAReplicas: 5, availableReplicas: 5, replicas: 10 });
  });

  it('when it is paused, then stable and new follow and the pause stays', async () => {
    await given({ autoPromotionEnabled: false });
    await deploy(V3);
    await untilPaused();
    await world.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, replicas: 2 } }));
    await world.until('the sizes', async () => (await sizes())[V2] === '2/2' && (await sizes())[V3] === '2/2');
    await world.passes(10 * SECOND);
    expect(await paused()).toEqual(['BlueGreenPause']);
    expect((await behind()).active).toBe(V2);
  });
});

function hashOf(set: ReplicaSet | undefined): string {
  return set?.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
}

type Pod = KubernetesObject & { readonly spec: { readonly containers: readonly { readonly image: string }[] } };

async function pods(): Promise<readonly Pod[]> {
  return (await world.cluster.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: 'default' })).items;
}

/** What the label `role` of the pods says, by image. */
async function roles(): Promise<Record<string, readonly string[]>> {
  const all = await pods();
  const of = (image: string) => all.filter(({ spec }) => spec.containers[0]?.image === image);
  const images = [...new Set(all.map(({ spec }) => spec.containers[0]?.image ?? ''))];
  return Object.fromEntries(
    images.map((image) => [image, [...new Set(of(image).map(({ metadata }) => metadata.labels?.['role'] ?? ''))]]),
  );
}

/** Their ReplicaSets make new ones, which start as their images do by now. */
async function replacePods(image?: string): Promise<void> {
  const gone = (await pods()).filter(({ spec }) => image === undefined || spec.containers[0]?.image === image);
  for (const pod of gone) await world.cluster.delete(refOf(pod));
  await world.passes(5 * SECOND);
}
