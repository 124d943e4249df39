/**
 * Simulated users: each Service gets its requests per second, spread evenly over its ready pods, which is how a canary
 * without a traffic router shares them. What the pods count is scraped into the store.
 */
import { SECOND, type Instant } from '#core/time.ts';
import type { Behaviour } from './behaviour.ts';
import { PodMetrics } from './pod-metrics.ts';
import { randomStream } from './random.ts';
import type { SampleStore } from './samples.ts';

/** A ready pod behind a Service; behind two Services it is given twice. */
export interface SimulatedPod {
  readonly namespace: string;
  readonly service: string;
  readonly pod: string;
  /** Of its ReplicaSet: the value of the label `rollouts-pod-template-hash`. */
  readonly podTemplateHash: string;
  /** What `behaviourOf` may tell versions apart by. */
  readonly image: string;
}

export interface TrafficOptions {
  readonly store: SampleStore;
  readonly behaviourOf: (pod: SimulatedPod) => Behaviour;
  readonly requestsPerSecond: (service: ServiceName) => number;
  readonly statusLabel: string;
  /** Runs of one seed, over the same pods, count the same. */
  readonly seed: number;
}

export interface ServiceName {
  readonly namespace: string;
  readonly service: string;
}

/** Clock steps and long stalls count as at most this much traffic. */
const LONGEST_STEP = 60 * SECOND;

export class Traffic {
  readonly #options: TrafficOptions;
  #serving = new Map<string, { readonly pod: SimulatedPod; readonly metrics: PodMetrics }>();
  /** Requests that have come in so far, by Service; the part of one that a scrape leaves over comes in with the next. */
  readonly #arrived = new Map<string, number>();
  #scrapedAt: Instant | undefined;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** Serve what has come in since the last scrape, and sample it. A pod serves from its first scrape on. */
  scrape(at: Instant, ready: readonly SimulatedPod[]): void {
    if (this.#scrapedAt !== undefined && at <= this.#scrapedAt) return; // the clock was set back: samples keep their order
    const passed = Math.min(at - (this.#scrapedAt ?? at), LONGEST_STEP);
    this.#scrapedAt = at;
    const stillReady = new Set(ready.map(keyOf));
    for (const [key, { metrics }] of this.#serving) {
      if (stillReady.has(key)) continue;
      metrics.end(at);
      this.#serving.delete(key);
    }
    this.#serve(passed / SECOND);
    for (const pod of ready) this.#take(pod);
    for (const { metrics } of this.#serving.values()) metrics.expose(at);
  }

  #serve(seconds: number): void {
    const byService = Map.groupBy(this.#serving.values(), ({ pod }) => `${pod.namespace}/${pod.service}`);
    for (const [service, pods] of byService) {
      const [first] = pods;
      if (first === undefined) continue;
      const before = this.#arrived.get(service) ?? 0;
      const after = before + this.#options.requestsPerSecond(first.pod) * seconds;
      this.#arrived.set(service, after);
      for (const [index, { pod, metrics }] of pods.entries()) {
        const requests = dealt(Math.floor(after), index, pods.length) - dealt(Math.floor(before), index, pods.length);
        metrics.serve(requests, this.#options.behaviourOf(pod));
      }
    }
  }

  #take(pod: SimulatedPod): void {
    const key = keyOf(pod);
    if (this.#serving.has(key)) return;
    const { store, statusLabel, seed, behaviourOf } = this.#options;
    const metrics = new PodMetrics({ store, labels: labelsOf(pod), statusLabel, draw: randomStream(seed, key) });
    metrics.serve(0, behaviourOf(pod));
    this.#serving.set(key, { pod, metrics });
  }
}

/** Of so many requests, dealt to the pods one after the other, how many are this pod's. */
function dealt(requests: number, index: number, pods: number): number {
  return Math.floor((requests + pods - 1 - index) / pods);
}

function labelsOf({ namespace, service, pod, podTemplateHash }: SimulatedPod): Readonly<Record<string, string>> {
  return { namespace, service, pod, rollouts_pod_template_hash: podTemplateHash };
}

function keyOf({ namespace, service, pod }: SimulatedPod): string {
  return `${namespace}/${service}/${pod}`;
}
