/**
 * One Rollout on the embedded API, driven pass by pass without queue and history: what is read, decided and written is the
 * real thing, and real ReplicaSet controllers and kubelets answer. For properties that look at every single pass.
 */
import type { Decision } from '#core/decision.ts';
import { diffMerge } from '#core/merge-patch.ts';
import { refOf, type ReplicaSet } from '#core/resources/kubernetes.ts';
import { ARGO_API_VERSION, type Rollout, type RolloutStatus } from '#core/resources/argo.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import type { RolloutSnapshot } from '#core/rollout/snapshot.ts';
import { SECOND, type Millis } from '#core/time.ts';
import { act } from '#shared/controllers/act.ts';
import { readSnapshot } from '#shared/controllers/rollout-reads.ts';
import type { Cluster, Ports, Site } from '#shared/ports.ts';
import { startControllers } from '../../infra/local/kubernetes/controllers.ts';
import { createDirectCluster } from '../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { aRolloutManifest, templateOf, type Given } from './scenario.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface DrivenPass {
  readonly snapshot: RolloutSnapshot;
  readonly decision: Decision<RolloutStatus>;
}

const REF = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: 'default', name: 'my-app' };

export class DrivenRollout {
  readonly #clock = new VirtualClock();
  readonly #cluster: Cluster;
  readonly #stop: () => void;

  private constructor(startDelay: Millis) {
    const store = new Store({ clock: this.#clock });
    this.#cluster = createDirectCluster('local', store);
    const controllers = startControllers(store, this.#clock, { startDelay, readyDelay: 0 });
    this.#stop = () => controllers.stop();
  }

  static async of(given: Given, startDelay: Millis): Promise<DrivenRollout> {
    const driven = new DrivenRollout(startDelay);
    const manifest = aRolloutManifest(given) as Rollout;
    await driven.#cluster.create({ ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } });
    return driven;
  }

  async rollout(): Promise<Rollout> {
    return (await this.#cluster.get<Rollout>(REF)) as Rollout;
  }

  async replicaSets(): Promise<readonly ReplicaSet[]> {
    const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'default' };
    return (await this.#cluster.list<ReplicaSet>(kind)).items;
  }

  /** One pass, and a second in which the cluster answers. */
  async pass(): Promise<DrivenPass> {
    const site = { cluster: this.#cluster } as unknown as Site;
    const ports = { clock: this.#clock } as unknown as Ports;
    const snapshot = await readSnapshot(await this.rollout(), site, ports, { onlyTheObject: false });
    const decision = decideRollout(snapshot);
    const acted = await act(decision.actions, snapshot.rollout, this.#cluster);
    if (decision.status !== undefined) await this.#cluster.patchStatus(acted, decision.status);
    await this.#clock.advance(SECOND);
    return { snapshot, decision };
  }

  async deploy(version: string): Promise<void> {
    await this.edit((rollout) => ({ ...rollout, spec: { ...rollout.spec, template: templateOf(version) } }));
  }

  async edit(change: (rollout: Rollout) => Rollout): Promise<void> {
    const before = await this.rollout();
    await this.#cluster.patch(refOf(before), diffMerge(before, change(before)));
  }

  /** As the kubectl plugin writes it. */
  async patchStatus(part: object): Promise<void> {
    const before = await this.rollout();
    await this.#cluster.patchStatus(before, { ...before.status, ...part });
  }

  end(): void {
    this.#stop();
  }
}
