/** One namespace with a recording of what happens in it, and hands to act there: what the tests beside Argo are told in. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import type { NewObject, Pod } from '#core/resources/kubernetes.ts';
import type { KubernetesCluster } from '#shared/kubernetes/cluster.ts';
import { Client } from '../../../cli/client.ts';
import { canary, newVersion } from '../side-by-side/scenarios.ts';
import { kubectl, type ControlPlaneFacts } from './control-plane.ts';
import type { RunningWeir } from './controllers.ts';
import { eventually, mustLive } from './processes.ts';
import { record, type Recording } from './recorder.ts';
import { adminCluster, deleteNamespace, newNamespace } from './shared-control-plane.ts';

const WITHIN = { within: 120_000 };

export class Scene {
  readonly cluster: KubernetesCluster;
  readonly namespace: string;
  readonly recording: Recording;
  readonly #facts: ControlPlaneFacts;

  private constructor(facts: ControlPlaneFacts, cluster: KubernetesCluster, namespace: string, recording: Recording) {
    this.#facts = facts;
    this.cluster = cluster;
    this.namespace = namespace;
    this.recording = recording;
  }

  static async open(facts: ControlPlaneFacts, name: string): Promise<Scene> {
    const cluster = adminCluster(facts);
    const namespace = await newNamespace(facts, name);
    return new Scene(facts, cluster, namespace, await record(cluster, namespace));
  }

  async close(): Promise<void> {
    await this.recording.stop();
    await deleteNamespace(this.#facts, this.namespace);
    this.cluster.close();
  }

  /** Three replicas, a third of them canary, and then a pause without an end, unless other steps are given. */
  async givenCanary(name: string, steps: Parameters<typeof canary>[1] = [{ setWeight: 34 }, { pause: {} }], more = {}) {
    await this.create(canary(name, steps, more));
  }

  async create(...objects: readonly NewObject[]): Promise<void> {
    for (const object of objects) {
      const metadata = { ...object.metadata, namespace: this.namespace };
      await this.cluster.create({ ...object, metadata });
    }
  }

  async release(name: string, version: string): Promise<void> {
    await this.patch(name, newVersion(name, version).patch);
  }

  async patch(name: string, patch: Parameters<KubernetesCluster['patch']>[1]): Promise<void> {
    await this.cluster.patch({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: this.namespace, name }, patch);
  }

  /** As the kubectl plugin does. */
  async patchStatus(name: string, patch: JsonObject): Promise<void> {
    const words = ['patch', 'rollout', name, '-n', this.namespace, '--subresource=status', '--type=merge'];
    await kubectl(this.#facts, ...words, '-p', JSON.stringify({ status: patch }));
  }

  rollout(name: string): Rollout | undefined {
    return this.recording.latest<Rollout>('Rollout', name);
  }

  /** @throws Error with where it stands instead */
  async until(name: string, what: string, holds: (rollout: Rollout) => boolean, options = WITHIN): Promise<Rollout> {
    const look = () => {
      this.#facts.servers.forEach(mustLive);
      const rollout = this.rollout(name);
      return rollout !== undefined && holds(rollout) ? rollout : undefined;
    };
    try {
      return await eventually(`${name} is ${what}`, look, options);
    } catch (error) {
      throw new Error(`${name} is not ${what}: ${JSON.stringify(this.rollout(name)?.status)}`, { cause: error });
    }
  }

  untilPhase(name: string, phase: string): Promise<Rollout> {
    return this.until(name, phase, ({ metadata, status }) => {
      return status?.phase === phase && status.observedGeneration === String(metadata.generation);
    });
  }

  /** uid → name of the pods that live now. */
  async pods(name: string): Promise<ReadonlyMap<string, string>> {
    const query = { apiVersion: 'v1', kind: 'Pod', namespace: this.namespace, labelSelector: `app=${name}` };
    const { items } = await this.cluster.list<Pod>(query);
    return new Map(items.map(({ metadata }) => [metadata.uid, metadata.name]));
  }
}

/** Gives Weir an order as `weir` does. @returns what came of it */
export async function order({ url, tokens }: RunningWeir, words: string): Promise<{ state: string; verdict?: string }> {
  const client = new Client({ url, token: tokens.apiToken });
  const { id } = await client.order(randomUUID(), words);
  return eventually(`the order ${words}`, async () => {
    const answer = await client.orderState(id);
    return answer.state === 'accepted' ? undefined : answer;
  });
}

/** What Weir has kept of the newest release. */
export async function newestRelease({ url, tokens }: RunningWeir, cluster: string, namespace: string, name: string) {
  const [newest] = await new Client({ url, token: tokens.apiToken }).history({ cluster, namespace, name }, 1);
  if (newest === undefined) throw new Error(`no release of ${name} is known`);
  return newest;
}
