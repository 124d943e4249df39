/**
 * Scenarios of one Rollout `my-app` in the words of Argo's end-to-end fixtures, on Weir's functions and the embedded API:
 * given a Rollout that is healthy, when its image is updated and a step is waited for, then its pods are counted.
 */
import type { CanaryStep, CanaryStrategy, Rollout, RolloutSpec, RolloutStatus } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { refOf, type KubernetesObject, type Pod, type ReplicaSet, type Service } from '#core/resources/kubernetes.ts';
import { availableOf, hashOf, revisionOf, sizeOf } from '#core/rollout/replica-sets.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { World, type WorldOptions } from './world.ts';

const NAME = 'my-app';
const NAMESPACE = 'default';
const LABELS = { app: NAME };

export interface Given extends WorldOptions {
  readonly replicas?: number;
  readonly steps?: readonly CanaryStep[];
  readonly canary?: Partial<CanaryStrategy>;
  readonly spec?: Partial<RolloutSpec>;
  readonly annotations?: Record<string, string>;
  /** Services by name, AnalysisTemplates and whatever else must be there first. */
  readonly services?: readonly string[];
  readonly others?: readonly object[];
}

export function templateOf(version: string): NonNullable<RolloutSpec['template']> {
  return { metadata: { labels: LABELS }, spec: { containers: [{ name: 'app', image: `my-app:${version}` }] } };
}

export function aRolloutManifest({ replicas = 4, steps, canary, spec, annotations }: Given): object {
  const strategy = { canary: { ...(steps === undefined ? {} : { steps }), ...canary } };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: NAME, ...(annotations === undefined ? {} : { annotations }) },
    spec: { replicas, selector: { matchLabels: LABELS }, template: templateOf('v1'), strategy, ...spec },
  };
}

export class Scenario {
  readonly world: World;

  private constructor(world: World) {
    this.world = world;
  }

  // --- given ---------------------------------------------------------------------------------------------------------

  static async of(options: WorldOptions, ...objects: readonly object[]): Promise<Scenario> {
    const scenario = new Scenario(new World(options));
    await scenario.world.apply(...objects);
    return scenario;
  }

  /** The objects are there, and nothing has happened yet. */
  static async applied(given: Given = {}): Promise<Scenario> {
    const scenario = new Scenario(new World(given));
    await scenario.world.apply(
      ...(given.services ?? []).map(aService),
      ...(given.others ?? []),
      aRolloutManifest(given),
    );
    return scenario;
  }

  /** v1 is deployed. */
  static async healthy(given: Given = {}): Promise<Scenario> {
    const scenario = await Scenario.applied(given);
    await scenario.waitForStatus('Healthy');
    return scenario;
  }

  // --- when ----------------------------------------------------------------------------------------------------------

  async updateImage(version: string): Promise<void> {
    await this.world.setImage(`my-app:${version}`);
  }

  async updateSpec(change: Partial<RolloutSpec>): Promise<void> {
    await this.world.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, ...change } }));
  }

  async updateSteps(steps: readonly CanaryStep[]): Promise<void> {
    await this.world.edit((rollout) => {
      const canary = { ...rollout.spec.strategy?.canary, steps: [...steps] };
      return { ...rollout, spec: { ...rollout.spec, strategy: { canary } } };
    });
  }

  async scale(replicas: number): Promise<void> {
    await this.updateSpec({ replicas });
  }

  async promote(): Promise<void> {
    await this.world.order('promote');
  }

  async promoteFull(): Promise<void> {
    await this.world.order('promote', { full: true });
  }

  async abort(): Promise<void> {
    await this.world.order('abort');
  }

  async retry(): Promise<void> {
    await this.world.order('retry');
  }

  async sleep(length: Millis): Promise<void> {
    await this.world.passes(length);
  }

  /** A change that a person or another controller makes to any object. */
  async patch(object: KubernetesObject, patch: Parameters<World['cluster']['patch']>[1]): Promise<void> {
    await this.world.cluster.patch(refOf(object), patch);
  }

  /** The generation must have been seen too: what is stored may speak of the spec before. */
  async waitForStatus(phase: 'Healthy' | 'Paused' | 'Degraded' | 'Progressing', atMost?: Millis): Promise<void> {
    await this.waitFor(
      phase,
      ({ status, metadata }) => isSeen(metadata.generation, status) && status?.phase === phase,
      atMost,
    );
  }

  async waitForPauseAt(index: number): Promise<void> {
    const isThere = ({ status }: Rollout) => status?.currentStepIndex === index && status.phase === 'Paused';
    await this.waitFor(`the pause at step ${index}`, isThere);
  }

  async waitForStep(index: number): Promise<void> {
    await this.waitFor(`step ${index}`, ({ status }) => status?.currentStepIndex === index);
  }

  async waitFor(what: string, holds: (rollout: Rollout) => boolean, atMost: Millis = 300 * SECOND): Promise<void> {
    await this.world.until(what, async () => holds(await this.rollout()), atMost);
  }

  async waitForPods(counts: Readonly<Record<string, string>>, atMost: Millis = 300 * SECOND): Promise<void> {
    const wanted = JSON.stringify(counts);
    await this.world.until(`pods ${wanted}`, async () => JSON.stringify(await this.pods()) === wanted, atMost);
  }

  // --- then ----------------------------------------------------------------------------------------------------------

  rollout(): Promise<Rollout> {
    return this.world.rollout();
  }

  async status(): Promise<RolloutStatus> {
    return (await this.rollout()).status ?? {};
  }

  /** `spec.replicas/available` by version, of those that have any; by name of the version. */
  async pods(): Promise<Readonly<Record<string, string>>> {
    const sets = (await this.replicaSets()).filter((set) => sizeOf(set) > 0 || availableOf(set) > 0);
    const counts = sets.map((set) => [versionOf(set), `${sizeOf(set)}/${availableOf(set)}`] as const);
    return Object.fromEntries(counts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Oldest revision first. */
  async replicaSets(): Promise<readonly ReplicaSet[]> {
    return (await this.world.replicaSets()).toSorted((a, b) => (revisionOf(a) ?? 0) - (revisionOf(b) ?? 0));
  }

  async replicaSet(version: string): Promise<ReplicaSet> {
    const found = (await this.replicaSets()).find((set) => versionOf(set) === version);
    if (found === undefined) throw new Error(`no ReplicaSet of ${version}`);
    return found;
  }

  async podObjects(version?: string): Promise<readonly Pod[]> {
    const { items } = await this.world.cluster.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE });
    return version === undefined
      ? items
      : items.filter(({ spec }) => imageVersion(spec?.containers?.[0]?.image) === version);
  }

  /** Version that a Service leads to; empty when it names none. */
  async served(service: string): Promise<string> {
    const found = await this.world.cluster.get<Service>({
      apiVersion: 'v1',
      kind: 'Service',
      namespace: NAMESPACE,
      name: service,
    });
    const hash = found?.spec?.selector?.[POD_TEMPLATE_HASH] ?? '';
    const set = (await this.replicaSets()).find((candidate) => hashOf(candidate) === hash);
    return set === undefined ? hash : versionOf(set);
  }

  /** Messages of the events of one reason, in order; each as often as it was told. */
  async events(reason: string): Promise<readonly string[]> {
    const events = await this.world.kubernetesEvents();
    const told = events.filter((event) => event.reason === reason);
    return told.flatMap(({ message, count }) => Array.from({ length: count }, () => message));
  }

  async condition(type: string): Promise<NonNullable<RolloutStatus['conditions']>[number] | undefined> {
    return (await this.status()).conditions?.find((condition) => condition.type === type);
  }

  async end(): Promise<void> {
    await this.world.stop();
  }
}

function aService(name: string): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: LABELS, ports: [{ port: 80 }] } };
}

function isSeen(generation: number | undefined, status: RolloutStatus | undefined): boolean {
  return status?.observedGeneration === String(generation ?? 0);
}

export function versionOf({ spec }: ReplicaSet): string {
  return imageVersion(spec?.template?.spec?.containers[0]?.image);
}

function imageVersion(image = ''): string {
  return image.split(':').at(-1) ?? '';
}
