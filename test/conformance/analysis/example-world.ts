/** The world of one example: a clock that stands still, a metric source, Secrets, Jobs, and Weir's own metric providers. */
import type { CleanUp } from '#core/analysis/retention.ts';
import type { MeasurementTask } from '#core/analysis/reading.ts';
import { SECOND, type Instant } from '#core/time.ts';
import type { TakenReading } from '#core/analysis/measurement.ts';
import { takeReadings } from '#shared/controllers/measurements.ts';
import { createMetricProviders } from '#shared/metric-providers/registry.ts';
import type { Clock, Cluster, MetricProvider, MetricProviders } from '#shared/ports.ts';
import { createDirectCluster } from '../../../infra/local/kubernetes/direct-cluster.ts';
import { Store } from '../../../infra/local/kubernetes/store.ts';
import { EPOCH } from './comparable.ts';
import type { RecordedRequest, RunStep, Secrets } from './examples.ts';
import { applyToJobs, jobNames, watchJobWrites } from './jobs.ts';
import { openMetricSource, type MetricSource } from './metric-source.ts';

export class ExampleWorld {
  #now: Instant = EPOCH;
  readonly #source: MetricSource;
  readonly #clock: Clock = { now: () => this.#now };
  readonly #store = new Store({ clock: this.#clock });
  readonly #cluster: Cluster = createDirectCluster('example', this.#store);
  readonly #takeJobWrites = watchJobWrites(this.#store);
  readonly #providers: MetricProviders;
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;

  private constructor(source: MetricSource, secrets: Secrets) {
    this.#source = source;
    this.secrets = new Map(Object.entries(this.served(secrets)));
    this.#providers = createMetricProviders({
      clock: this.#clock,
      cluster: this.#cluster,
      addressRules: [],
      egress: { loopback: [new URL(source.address).host] },
      secrets: async (_namespace, name) => this.secrets.get(name),
      controllerNamespace: 'argo-rollouts',
      environment: {},
    });
  }

  /** The work's result in a world of its own, which is closed afterwards. */
  static async with<T>(secrets: Secrets = {}, work: (world: ExampleWorld) => Promise<T>): Promise<T> {
    const source = await openMetricSource();
    try {
      return await work(new ExampleWorld(source, secrets));
    } finally {
      await source.close();
    }
  }

  get now(): Instant {
    return this.#now;
  }

  get source(): MetricSource {
    return this.#source;
  }

  get jobs(): readonly string[] {
    return jobNames(this.#store);
  }

  /** The data of an example with `$SERVER` made an address. */
  served<T>(data: T): T {
    return JSON.parse(JSON.stringify(data).replaceAll('$SERVER', this.#source.address)) as T;
  }

  /** Move to a step: its time, the new answers, what happened to Jobs. */
  enter(step: RunStep): void {
    this.#now = EPOCH + step.at * SECOND;
    this.#source.answer(step.values ?? {});
    applyToJobs(this.#store, step);
  }

  measure(tasks: readonly MeasurementTask[]): Promise<readonly TakenReading[]> {
    const site = {
      cluster: this.#cluster,
      controllers: ['analysis'],
      namespaces: [],
      providers: this.#providers,
    } as const;
    return takeReadings(tasks, site, { clock: this.#clock });
  }

  async cleanUp(due: readonly CleanUp[]): Promise<void> {
    for (const { task, limit } of due) await (await this.provider(task)).cleanUp?.(task, limit);
  }

  provider({ metric }: Pick<MeasurementTask, 'metric'>): Promise<MetricProvider> {
    return this.#providers.for(metric);
  }

  takeJobWrites(): readonly string[] {
    return this.#takeJobWrites();
  }

  takeRequests(): readonly RecordedRequest[] {
    return this.#source.takeRequests();
  }
}
