/** A live Rollout of Argo's is handed over to Weir: not one pod restarts. rollout-engine §4.2, §4.5, §4.6. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { CanaryStrategy, RolloutStatus } from '#core/resources/argo.ts';
import type { PodTemplate } from '#core/resources/kubernetes.ts';
import { hashOf } from '#core/rollout/replica-sets.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import type { ControllerName } from '#shared/ports.ts';
import {
  argoReplicaSet,
  argoRollout,
  AT_ITS_PAUSE,
  AT_REST,
  CANARY_HASH,
  STABLE_HASH,
  writtenTemplate,
  type ArgoReplicaSet,
} from '../support/argo-made.ts';
import { Scenario } from '../support/scenario.ts';

let scenario: Scenario;
let handedOver: ControllerName[];
afterEach(() => scenario.end());

const STABLE: ArgoReplicaSet = { version: 'one', hash: STABLE_HASH, revision: 3, size: 5 };
const CANARY: ArgoReplicaSet = { version: 'two', hash: CANARY_HASH, revision: 4, size: 1 };

interface Live {
  readonly version: string;
  readonly revision: number;
  readonly sets: readonly ArgoReplicaSet[];
  readonly status: RolloutStatus;
  readonly canary?: Partial<CanaryStrategy>;
}

/** Its pods run, Argo's controller has just been stopped, and nothing of Weir decides yet. */
async function givenLive({ version, revision, sets, status, canary }: Live): Promise<readonly string[]> {
  handedOver = [];
  scenario = await Scenario.of({ controllers: handedOver }, argoRollout(version, revision, canary));
  const { metadata } = await scenario.rollout();
  for (const set of sets) {
    await scenario.world.cluster.create(argoReplicaSet(metadata.uid, set));
    await scenario.sleep(SECOND);
  }
  await scenario.sleep(10 * SECOND);
  await scenario.world.cluster.patchStatus(await scenario.rollout(), status);
  return podIds();
}

async function podIds(): Promise<readonly string[]> {
  return (await scenario.podObjects()).map(({ metadata }) => metadata.uid).toSorted();
}

function handOver(): void {
  handedOver.push('analysis', 'rollouts');
}

const AT_PAUSE: Live = { version: 'two', revision: 4, sets: [{ ...STABLE, size: 4 }, CANARY], status: AT_ITS_PAUSE };

describe('given a live Rollout at rest', () => {
  const live: Live = { version: 'one', revision: 3, sets: [STABLE], status: AT_REST };

  it('when Weir takes over, then pods, ReplicaSets, steps and status stay as they are', async () => {
    const pods = await givenLive(live);
    const [before] = await scenario.replicaSets();
    handOver();
    await scenario.sleep(20 * MINUTE);
    expect(await podIds()).toEqual(pods);
    const sets = await scenario.replicaSets();
    expect(sets.map(hashOf)).toEqual([STABLE_HASH]);
    expect(sets[0]?.spec).toEqual(before?.spec);
    const { blueGreen: _, canary: __, ...kept } = AT_REST;
    expect(await scenario.status()).toMatchObject(kept);
    for (const reason of ['SkipSteps', 'RolloutCompleted', 'RolloutNotCompleted', 'ScalingReplicaSet']) {
      expect(await scenario.events(reason)).toEqual([]);
    }
  });

  it('when the next version is applied then, then it is released from there under the next revision', async () => {
    await givenLive(live);
    handOver();
    await scenario.sleep(MINUTE);
    await scenario.updateSpec({ template: writtenTemplate('two') });
    await scenario.waitForPauseAt(1);
    const sets = await scenario.replicaSets();
    expect(sets.map(({ metadata }) => metadata.annotations?.['rollout.argoproj.io/revision'])).toEqual(['3', '4']);
    expect((await scenario.status()).stableRS).toBe(STABLE_HASH);
    expect(sets.map(({ spec }) => spec?.replicas)).toEqual([4, 1]);
  });
});

describe('given a live Rollout at a pause of its update', () => {
  it('when Weir takes over, then the update stands where it stood', async () => {
    const pods = await givenLive(AT_PAUSE);
    handOver();
    await scenario.sleep(20 * MINUTE);
    expect(await podIds()).toEqual(pods);
    const { blueGreen: _, canary: __, ...kept } = AT_ITS_PAUSE;
    expect(await scenario.status()).toMatchObject(kept);
    expect(await scenario.events('RolloutStepCompleted')).toEqual([]);
  });

  it('when a person promotes it then, then it goes on with the same ReplicaSets', async () => {
    const pods = await givenLive(AT_PAUSE);
    handOver();
    await scenario.sleep(MINUTE);
    await scenario.promote();
    await scenario.waitForStep(3);
    expect((await scenario.replicaSets()).map(hashOf)).toEqual([STABLE_HASH, CANARY_HASH]);
    expect((await scenario.replicaSets()).map(({ spec }) => spec?.replicas)).toEqual([3, 2]);
    expect((await podIds()).filter((uid) => pods.includes(uid))).toHaveLength(4);
    await scenario.waitForStatus('Healthy');
    expect((await scenario.status()).stableRS).toBe(CANARY_HASH);
    expect((await scenario.events('RolloutCompleted')).at(-1)).toMatch(
      new RegExp(`revision 4 \\(${CANARY_HASH}\\): Completed all 4 canary steps$`),
    );
  });

  it('when a person aborts it then, then the stable version takes over, under its own hash', async () => {
    await givenLive(AT_PAUSE);
    handOver();
    await scenario.sleep(MINUTE);
    await scenario.abort();
    await scenario.waitForStatus('Degraded');
    await scenario.sleep(30 * SECOND);
    expect((await scenario.replicaSets()).map(({ spec }) => spec?.replicas)).toEqual([5, 0]);
    expect((await scenario.status()).stableRS).toBe(STABLE_HASH);
  });

  it('when Argo had put metadata and anti-affinity into it, then these are seen through, and nothing restarts', async () => {
    const roles = {
      canaryMetadata: { labels: { role: 'canary' } },
      stableMetadata: { labels: { role: 'stable' } },
      antiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} },
    };
    const pods = await givenLive({
      ...AT_PAUSE,
      canary: roles,
      sets: [
        { ...STABLE, size: 4, ...noted('stable'), injected: (template) => labelled(template, 'stable') },
        { ...CANARY, ...noted('canary'), injected: (template) => keptApart(labelled(template, 'canary')) },
      ],
    });
    const before = (await scenario.replicaSets()).map(({ spec }) => spec);
    handOver();
    await scenario.sleep(20 * MINUTE);
    expect(await podIds()).toEqual(pods);
    expect((await scenario.replicaSets()).map(({ spec }) => spec)).toEqual(before);
  });
});

function noted(role: string): Pick<ArgoReplicaSet, 'annotations'> {
  return { annotations: { 'rollout.argoproj.io/ephemeral-metadata': `{"labels":{"role":"${role}"}}` } };
}

function labelled(template: PodTemplate, role: string): PodTemplate {
  return { ...template, metadata: { ...template.metadata, labels: { ...template.metadata?.labels, role } } };
}

function keptApart(template: PodTemplate): PodTemplate {
  const term = {
    labelSelector: {
      matchExpressions: [{ key: 'rollouts-pod-template-hash', operator: 'In', values: [STABLE_HASH] }],
    },
    namespaces: ['default'],
    topologyKey: 'kubernetes.io/hostname',
  };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  return { ...template, spec: { ...template.spec, affinity } as NonNullable<PodTemplate['spec']> };
}
