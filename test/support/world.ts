/**
 * Weir's functions and an embedded cluster on a virtual clock: what scenarios are told in. No port is opened unless a
 * scenario asks for real metrics.
 */
import { parse } from 'yaml';
import type { Reading } from '#core/analysis/reading.ts';
import { bindTo, type Actor, type Command } from '#core/commands/command.ts';
import type { RecordedTransition, ReleaseSummary } from '#core/history/record.ts';
import { diffMerge } from '#core/merge-patch.ts';
import { refOf, type NewObject, type ReplicaSet } from '#core/resources/kubernetes.ts';
import { ARGO_API_VERSION, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import { POD_TEMPLATE_HASH } from '#core/resources/keys.ts';
import { MINUTE, SECOND, type Millis } from '#core/time.ts';
import { executeCommand } from '#shared/controllers/command.ts';
import type { KubernetesEvent } from '#shared/controllers/events.ts';
import { createMemoryCursorStore } from '#shared/history/memory-cursor-store.ts';
import { createMemoryOrderStore } from '#shared/history/memory-order-store.ts';
import { createMemoryRunHistory } from '#shared/history/memory-run-history.ts';
import type { Cluster, ControllerName, MetricProviders, ReleaseEvent, RunHistory } from '#shared/ports.ts';
import { createMemoryTicketStore } from '#shared/queue/memory-ticket-store.ts';
import { createEngine, type Engine } from '../../infra/local/engine.ts';
import { startControllers } from '../../infra/local/kubernetes/controllers.ts';
import { createDirectCluster } from '../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../infra/local/kubernetes/store.ts';
import { aLog, type Said } from './quiet-log.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What metrics answer, by metric name; asked at each measurement. */
export type Answers = (metric: string, clock: VirtualClock) => number | readonly number[] | Reading;

export interface WorldOptions {
  readonly answers?: Answers;
  readonly providers?: (cluster: Cluster, clock: VirtualClock, store: Store) => MetricProviders;
  readonly readyDelay?: Millis;
  /** Images whose pods never start; read at each start. */
  readonly badImages?: ReadonlySet<string>;
  /** What the cluster hands over; everything by default. */
  readonly controllers?: readonly ControllerName[];
}

const ANA: Actor = { id: 'test:ana', name: 'ana', kind: 'person' };

export class World {
  readonly clock = new VirtualClock();
  readonly store: Store;
  readonly cluster: Cluster;
  readonly engine: Engine;
  readonly history: RunHistory = createMemoryRunHistory();
  readonly told: ReleaseEvent[] = [];
  readonly said: readonly Said[];
  readonly #stopControllers: () => void;

  constructor(options: WorldOptions = {}) {
    const { answers = () => 1, providers, readyDelay = 3 * SECOND, badImages = new Set() } = options;
    const log = aLog();
    this.said = log.said;
    this.store = new Store({ clock: this.clock });
    this.cluster = createDirectCluster('local', this.store);
    const controllers = startControllers(this.store, this.clock, { startDelay: SECOND, readyDelay, badImages });
    this.#stopControllers = () => controllers.stop();
    const site = {
      cluster: this.cluster,
      controllers: options.controllers ?? ['analysis', 'rollouts'],
      namespaces: [],
      providers: providers?.(this.cluster, this.clock, this.store) ?? scripted(answers, this.clock),
    } as const;
    this.engine = createEngine({
      timers: this.clock,
      sites: new Map([['local', site]]),
      tickets: createMemoryTicketStore(),
      history: this.history,
      cursors: createMemoryCursorStore(),
      orders: createMemoryOrderStore(),
      announcer: { announce: async (event) => void this.told.push(event) },
      log,
    });
    this.engine.start();
  }

  /** Create the objects of a YAML text (one document) or of objects; the namespace is `default` unless they say. */
  async apply(...manifests: readonly (string | object)[]): Promise<void> {
    for (const manifest of manifests) {
      const object = (typeof manifest === 'string' ? parse(manifest) : manifest) as NewObject;
      await this.cluster.create({
        ...object,
        metadata: { ...object.metadata, namespace: object.metadata.namespace ?? 'default' },
      });
    }
  }

  /** Let time pass. */
  async passes(length: Millis): Promise<void> {
    await this.clock.advance(length);
  }

  /** Let time pass, second by second, until it holds. @throws when an hour is not enough */
  async until(what: string, holds: () => Promise<boolean> | boolean, atMost: Millis = 60 * MINUTE): Promise<void> {
    const deadline = this.clock.now() + atMost;
    while (!(await holds())) {
      if (this.clock.now() >= deadline)
        throw new Error(`waited in vain for ${what}: ${JSON.stringify((await this.rollout()).status)}`);
      await this.clock.advance(SECOND);
    }
  }

  async rollout(name = 'my-app', namespace = 'default'): Promise<Rollout> {
    const found = await this.cluster.get<Rollout>({ apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, name });
    if (found === undefined) throw new Error(`no Rollout ${namespace}/${name}`);
    return found;
  }

  async edit(change: (rollout: Rollout) => Rollout, name = 'my-app', namespace = 'default'): Promise<void> {
    const before = await this.rollout(name, namespace);
    await this.cluster.patch(refOf(before), diffMerge(before, change(structuredClone(before))));
  }

  async setImage(image: string, name = 'my-app', namespace = 'default'): Promise<void> {
    await this.edit(
      (rollout) => {
        const container = rollout.spec.template?.spec?.containers[0];
        if (container !== undefined) container.image = image;
        return rollout;
      },
      name,
      namespace,
    );
  }

  /** As a person at a terminal does it: through the one door. */
  async order(verb: Command['verb'], more: Partial<Command> = {}, name = 'my-app', namespace = 'default') {
    const rollout = await this.rollout(name, namespace);
    const command: Command = {
      verb,
      rollout: { cluster: 'local', namespace, name },
      binding: bindTo(rollout),
      ...more,
    };
    return executeCommand(command, ANA, this.engine.ports);
  }

  async replicaSets(namespace = 'default'): Promise<readonly ReplicaSet[]> {
    return (await this.cluster.list<ReplicaSet>({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace })).items;
  }

  async analysisRuns(namespace = 'default'): Promise<readonly AnalysisRun[]> {
    return (await this.cluster.list<AnalysisRun>({ apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace }))
      .items;
  }

  /** Wanted pods of the version being released, and of the stable one. */
  async podCounts(name = 'my-app', namespace = 'default'): Promise<{ canary: number; stable: number }> {
    const { status } = await this.rollout(name, namespace);
    const sets = await this.replicaSets(namespace);
    const of = (hash: string | undefined) =>
      sets.find(({ metadata }) => metadata.labels?.[POD_TEMPLATE_HASH] === hash)?.spec?.replicas ?? 0;
    const stable = of(status?.stableRS);
    return { canary: status?.stableRS === status?.currentPodHash ? 0 : of(status?.currentPodHash), stable };
  }

  async phase(): Promise<string> {
    return (await this.rollout()).status?.phase ?? '';
  }

  /** -1 without steps. */
  async stepIndex(): Promise<number> {
    return (await this.rollout()).status?.currentStepIndex ?? -1;
  }

  releases(name = 'my-app', namespace = 'default'): Promise<readonly ReleaseSummary[]> {
    return this.history.releases({ cluster: 'local', namespace, name });
  }

  async transitions(release: ReleaseSummary | undefined): Promise<readonly RecordedTransition[]> {
    return release === undefined ? [] : this.history.transitions(release.id);
  }

  /** What was told, by type, in order. */
  toldTypes(): readonly string[] {
    return this.told.map(({ transition }) => transition.type);
  }

  /** Kubernetes Events in the order in which they were last told. */
  async kubernetesEvents(): Promise<readonly KubernetesEvent[]> {
    const { items } = await this.cluster.list<KubernetesEvent>({
      apiVersion: 'v1',
      kind: 'Event',
      namespace: 'default',
    });
    const version = ({ metadata }: KubernetesEvent) => Number(metadata.resourceVersion);
    return items.toSorted((a, b) => version(a) - version(b));
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    this.#stopControllers();
  }
}

/** Metrics that answer what the scenario says, whatever the query. */
function scripted(answers: Answers, clock: VirtualClock): MetricProviders {
  return {
    for: async (metric) => ({
      type: 'scripted',
      read: async () => toReading(answers(metric.name, clock)),
    }),
  };
}

function toReading(answer: number | readonly number[] | Reading): Reading {
  if (typeof answer === 'number') return toReading([answer]);
  if (!Array.isArray(answer)) return answer as Reading;
  const values = answer as readonly number[];
  return { kind: 'value', value: { kind: 'vector', values }, text: `[${values.join(',')}]` };
}
