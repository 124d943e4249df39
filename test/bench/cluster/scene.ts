/** A namespace of the benchmark, hands that work in it, and eyes that see each change as soon as it is told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ARGO_API_VERSION, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import type { KubernetesObject, NewObject, ReplicaSet } from '#core/resources/kubernetes.ts';
import { MINUTE } from '#core/time.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import type { ControlPlaneFacts } from '../../cluster/support/control-plane.ts';
import { adminCluster, deleteNamespace, newNamespace } from '../../cluster/support/shared-control-plane.ts';
import { podTemplate } from './objects.ts';

const KINDS = {
  Rollout: ARGO_API_VERSION,
  AnalysisRun: ARGO_API_VERSION,
  ReplicaSet: 'apps/v1',
} as const;

type SeenKind = keyof typeof KINDS;

/** Requests of the hands side by side. */
const AT_ONCE = 16;

export class Scene {
  readonly namespace: string;
  readonly cluster: KubernetesCluster;
  readonly #facts: ControlPlaneFacts;
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #stop = new AbortController();
  readonly #eyes: Promise<void>[] = [];
  #onChange: (object: KubernetesObject) => void = () => undefined;

  private constructor(facts: ControlPlaneFacts, namespace: string) {
    this.#facts = facts;
    this.namespace = namespace;
    this.cluster = adminCluster(facts);
  }

  /** @param kinds what is watched */
  static async open(facts: ControlPlaneFacts, name: string, kinds: readonly SeenKind[]): Promise<Scene> {
    const scene = new Scene(facts, await newNamespace(facts, name));
    for (const kind of kinds) scene.#eyes.push(scene.#watch(kind));
    return scene;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#eyes);
    await deleteNamespace(this.#facts, this.namespace);
    this.cluster.close();
  }

  /** @param look at each change, with the time at which it was told */
  onChange(look: (object: KubernetesObject) => void): void {
    this.#onChange = look;
  }

  async create(objects: readonly NewObject[]): Promise<void> {
    await inParallel(objects, async (object) => void (await this.cluster.create(object)));
  }

  /** A new version of each. */
  async release(names: readonly string[], version: string): Promise<void> {
    await inParallel(names, async (name) => {
      const ref = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: this.namespace, name };
      await this.cluster.patch(ref, { spec: { template: podTemplate(name, version) } });
    });
  }

  rollouts(): readonly Rollout[] {
    return this.#all<Rollout>('Rollout');
  }

  runs(): readonly AnalysisRun[] {
    return this.#all<AnalysisRun>('AnalysisRun');
  }

  replicaSets(): readonly ReplicaSet[] {
    return this.#all<ReplicaSet>('ReplicaSet');
  }

  /** @returns how long it took, in seconds; undefined: it did not happen in time */
  async until(holds: () => boolean, within: number): Promise<number | undefined> {
    const startedAt = Date.now();
    while (Date.now() - startedAt < within * 1_000) {
      if (holds()) return (Date.now() - startedAt) / 1_000;
      await sleep(20);
    }
    return undefined;
  }

  #all<T extends KubernetesObject>(kind: SeenKind): readonly T[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind) as T[];
  }

  async #watch(kind: SeenKind): Promise<void> {
    const query = { apiVersion: KINDS[kind], kind, namespace: this.namespace };
    let { resourceVersion } = await this.cluster.list(query);
    const { signal } = this.#stop;
    while (!signal.aborted) {
      for await (const event of this.cluster.watch({ ...query, resourceVersion, timeout: 10 * MINUTE, signal })) {
        if (event.type === 'EXPIRED') throw new Error(`the watch of ${kind} has lost its place`);
        if (event.type === 'BOOKMARK') continue;
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        this.#see(event.type, event.object);
      }
    }
  }

  #see(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject): void {
    const key = `${object.kind}/${object.metadata.name}`;
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, object);
    this.#onChange(object);
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** @param version the one that it was given last: what the eyes have not seen yet is not healthy */
export function isHealthyAt(version: string): (rollout: Rollout) => boolean {
  return ({ metadata, spec, status }) =>
    status?.phase === 'Healthy' &&
    status.observedGeneration === String(metadata.generation) &&
    spec.template?.spec?.containers[0]?.image?.endsWith(`:${version}`) === true;
}
