/** A cluster of plain values around one Rollout: applies decisions as an API server would, lets pods start, lets people act. */
import type { Action, Decision, EventNote } from '#core/decision.ts';
import type {
  AnalysisRun,
  AnalysisTemplate,
  ClusterAnalysisTemplate,
  Rollout,
  RolloutSpec,
  RolloutStatus,
} from '#core/resources/argo.ts';
import type { KubernetesObject, NewObject, Pod, ReplicaSet, Service } from '#core/resources/kubernetes.ts';
import type { SeenTargets } from '#core/rollout/blue-green/target-groups.ts';
import { decideRollout } from '#core/rollout/decide.ts';
import { availableOf, hashOf, sizeOf } from '#core/rollout/replica-sets.ts';
import { sameJson } from '#core/rollout/same-json.ts';
import type { RolloutSnapshot } from '#core/rollout/snapshot.ts';
import type { SeenIngress } from '#core/traffic-routing/load-balancers.ts';
import { formatTimestamp, SECOND, type Instant, type Millis } from '#core/time.ts';
import { aTemplate, T0 } from './builders.ts';

/** Kinds that have a list of their own; the rest is a router's. */
const OWN_KINDS: ReadonlySet<string> = new Set(['ReplicaSet', 'AnalysisRun', 'Eviction']);

export interface WorldOptions {
  readonly services?: readonly Service[];
  readonly replicaSets?: readonly ReplicaSet[];
  readonly templates?: readonly AnalysisTemplate[];
  readonly clusterTemplates?: readonly ClusterAnalysisTemplate[];
  readonly runs?: readonly AnalysisRun[];
  /** Objects of traffic routers. */
  readonly routingObjects?: readonly KubernetesObject[];
  /** Pods a ReplicaSet may make available between two passes; by default all of them. */
  readonly podsPerPass?: number;
  readonly now?: Instant;
  /** Who decides; by default one pass at a time. */
  readonly decide?: typeof decideRollout;
}

/** `spec.replicas/available` of a ReplicaSet, in the order of passes. */
export interface SizeSample {
  readonly [version: string]: string;
}

export class RolloutWorld {
  rollout: Rollout;
  replicaSets: readonly ReplicaSet[];
  services: readonly Service[];
  runs: readonly AnalysisRun[];
  routingObjects: readonly KubernetesObject[];
  /** What load balancers say; undefined: they are not asked. */
  loadBalancers: readonly SeenIngress[] | undefined;
  /** What target groups say; undefined: they are not verified here. */
  targets: ((world: RolloutWorld) => SeenTargets) | undefined;
  pods: readonly Pod[] = [];
  now: Instant;
  readonly events: EventNote[] = [];
  readonly decisions: Decision<RolloutStatus>[] = [];
  podsPerPass: number;
  /** Versions whose pods never become available. */
  readonly broken = new Set<string>();
  readonly #decide: typeof decideRollout;
  readonly #templates: Pick<RolloutSnapshot, 'analysisTemplates' | 'clusterAnalysisTemplates'>;
  #created = 0;

  constructor(rollout: Rollout, options: WorldOptions = {}) {
    this.rollout = rollout;
    this.services = options.services ?? [];
    this.replicaSets = options.replicaSets ?? [];
    this.runs = options.runs ?? [];
    this.routingObjects = options.routingObjects ?? [];
    this.podsPerPass = options.podsPerPass ?? Number.POSITIVE_INFINITY;
    this.now = options.now ?? T0 + 3_600_000;
    this.#decide = options.decide ?? decideRollout;
    this.#templates = {
      analysisTemplates: options.templates ?? [],
      clusterAnalysisTemplates: options.clusterTemplates ?? [],
    };
  }

  get snapshot(): RolloutSnapshot {
    const { now, rollout, replicaSets, services, runs: analysisRuns, pods, routingObjects } = this;
    const asked = {
      ...(this.loadBalancers === undefined ? {} : { loadBalancers: this.loadBalancers }),
      ...(this.targets === undefined ? {} : { targets: this.targets(this) }),
    };
    return { now, rollout, replicaSets, services, analysisRuns, pods, routingObjects, ...this.#templates, ...asked };
  }

  get status(): RolloutStatus {
    return this.rollout.status ?? {};
  }

  /** One pass, its writes, and what the cluster does next. @returns whether anything moved */
  pass(): boolean {
    const decision = this.#decide(this.snapshot);
    this.decisions.push(decision);
    this.events.push(...decision.events);
    for (const action of decision.actions) this.#apply(action);
    if (decision.status !== undefined) this.rollout = { ...this.rollout, status: decision.status };
    const moved = this.#startPods();
    this.#created += 1;
    this.now += 1_000;
    return decision.actions.length > 0 || decision.status !== undefined || moved;
  }

  /** Passes until nothing moves; time passes a second each. @returns sizes after each pass that changed one */
  settle(limit = 200): readonly SizeSample[] {
    const samples: SizeSample[] = [];
    for (let count = 0; count < limit; count += 1) {
      const before = this.sizes();
      const moved = this.pass();
      const after = this.sizes();
      if (!sameJson(before, after)) samples.push(after);
      if (!moved) return samples;
    }
    throw new Error(`did not settle within ${limit} passes: ${JSON.stringify(this.rollout.status)}`);
  }

  /** Let time pass, look whenever a decision asked for it, and settle. */
  wait(length: Millis): void {
    const until = this.now + length;
    this.settle();
    for (let count = 0; count < 1_000; count += 1) {
      const next = this.decisions.at(-1)?.requeueAfter;
      if (next === undefined || this.now + next > until) break;
      this.now += Math.max(next, SECOND);
      this.settle();
    }
    this.now = Math.max(this.now, until);
    this.settle();
  }

  // --- people --------------------------------------------------------------------------------------------------------

  edit(part: Partial<RolloutSpec>): void {
    const metadata = { ...this.rollout.metadata, generation: (this.rollout.metadata.generation ?? 0) + 1 };
    this.rollout = { ...this.rollout, metadata, spec: { ...this.rollout.spec, ...part } };
  }

  deploy(version: string): void {
    this.edit({ template: aTemplate(version) });
  }

  patchStatus(part: { readonly [Field in keyof RolloutStatus]?: RolloutStatus[Field] | undefined }): void {
    const merged = Object.entries({ ...this.status, ...part }).filter(([, value]) => value !== undefined);
    this.rollout = { ...this.rollout, status: Object.fromEntries(merged) };
  }

  abort(): void {
    this.patchStatus({ abort: true });
  }

  retry(): void {
    this.patchStatus({ abort: undefined });
  }

  /** As a person who resumes a paused Rollout. */
  promote(): void {
    this.patchStatus({ pauseConditions: undefined });
  }

  promoteFull(): void {
    if (this.status.currentPodHash !== this.status.stableRS) this.patchStatus({ promoteFull: true });
  }

  finishRun(
    name: string,
    phase: 'Successful' | 'Failed' | 'Error' | 'Inconclusive' | 'Running',
    message?: string,
  ): void {
    this.runs = this.runs.map((run) =>
      run.metadata.name === name ? { ...run, status: { phase, ...(message === undefined ? {} : { message }) } } : run,
    );
  }

  // --- looking -------------------------------------------------------------------------------------------------------

  replicaSet(version: string): ReplicaSet | undefined {
    return this.replicaSets.find((replicaSet) =>
      replicaSet.spec?.template?.spec?.containers[0]?.image?.endsWith(`:${version}`),
    );
  }

  service(name: string): Service | undefined {
    return this.services.find(({ metadata }) => metadata.name === name);
  }

  /** `size/available` by version; those of size 0 are left out. */
  sizes(): SizeSample {
    const scaled = this.replicaSets.filter((replicaSet) => sizeOf(replicaSet) > 0);
    return Object.fromEntries(
      scaled.map((replicaSet) => [versionOf(replicaSet), `${sizeOf(replicaSet)}/${availableOf(replicaSet)}`]),
    );
  }

  eventTexts(reason: string): readonly string[] {
    return this.events.filter((event) => event.reason === reason).map(({ message }) => message);
  }

  // --- the API server and the ReplicaSet controller ----------------------------------------------------------------------

  #apply(action: Action): void {
    switch (action.type) {
      case 'create':
        return this.#create(action.object);
      case 'patch':
        return this.#replace(action.after);
      case 'delete':
        this.replicaSets = this.replicaSets.filter(
          ({ kind, metadata }) => kind !== action.object.kind || metadata.name !== action.object.name,
        );
        this.runs = this.runs.filter(
          ({ kind, metadata }) => kind !== action.object.kind || metadata.name !== action.object.name,
        );
        this.routingObjects = this.routingObjects.filter(
          ({ kind, metadata }) => kind !== action.object.kind || metadata.name !== action.object.name,
        );
    }
  }

  #create(object: NewObject): void {
    this.#created += 1;
    const creationTimestamp = formatTimestamp(this.now);
    const metadata = {
      ...object.metadata,
      uid: `uid-${object.kind}-${this.#created}`,
      creationTimestamp,
      generation: 1,
    };
    const created = { ...object, metadata };
    if (object.kind === 'ReplicaSet') this.replicaSets = [...this.replicaSets, created];
    if (object.kind === 'AnalysisRun') this.runs = [...this.runs, created as AnalysisRun];
    if (!OWN_KINDS.has(object.kind)) this.routingObjects = [...this.routingObjects, created];
    if (object.kind === 'Eviction') this.pods = this.pods.filter((pod) => pod.metadata.name !== object.metadata.name);
  }

  #replace(after: KubernetesObject): void {
    const swap = <T extends KubernetesObject>(list: readonly T[]) =>
      list.map((object) =>
        object.kind === after.kind && object.metadata.name === after.metadata.name ? (after as T) : object,
      );
    if (after.kind === 'Rollout') this.#replaceRollout(after as Rollout);
    this.replicaSets = swap(this.replicaSets);
    this.services = swap(this.services);
    this.runs = swap(this.runs);
    this.routingObjects = swap(this.routingObjects);
    this.pods = swap(this.pods);
  }

  #replaceRollout(after: Rollout): void {
    const changed = !sameJson(after.spec, this.rollout.spec);
    const generation = (this.rollout.metadata.generation ?? 0) + (changed ? 1 : 0);
    this.rollout = { ...after, metadata: { ...after.metadata, generation } };
  }

  #startPods(): boolean {
    const before = this.replicaSets;
    this.replicaSets = before.map((replicaSet) => this.#started(replicaSet));
    return !sameJson(before, this.replicaSets);
  }

  #started(replicaSet: ReplicaSet): ReplicaSet {
    const size = sizeOf(replicaSet);
    const healthy = this.broken.has(versionOf(replicaSet)) ? 0 : size;
    const available = Math.min(healthy, availableOf(replicaSet) + this.podsPerPass, size);
    const observedGeneration = replicaSet.metadata.generation ?? 1;
    const status = { replicas: size, readyReplicas: available, availableReplicas: available, observedGeneration };
    return { ...replicaSet, status };
  }
}

export function versionOf(replicaSet: ReplicaSet): string {
  return replicaSet.spec?.template?.spec?.containers[0]?.image?.split(':').at(-1) ?? hashOf(replicaSet);
}
