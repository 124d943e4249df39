/** What one pod counts about the requests it serves, and the series it exposes. */
import { SECOND, type Instant } from '#core/time.ts';
import type { Behaviour } from './behaviour.ts';
import { METRIC_NAME, type Labels } from './promql/labels.ts';
import { normal } from './random.ts';
import type { SampleStore, SeriesWriter } from './samples.ts';

/** Upper bounds in seconds: the default of Prometheus' client libraries. */
const BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Infinity];
const STATUSES = ['200', '404', '500'] as const;
const METHODS = ['GET', 'POST'] as const;
const POST_RATIO = 0.2;
/** How many standard deviations the 95th percentile lies above the mean. */
const P95_DEVIATIONS = 1.645;

type Status = (typeof STATUSES)[number];

/** A counter: a number and the series it is written to. */
interface Counter {
  value: number;
  readonly series: SeriesWriter;
}

export interface PodMetricsOptions {
  readonly store: SampleStore;
  /** Labels that all series of the pod carry. */
  readonly labels: Labels;
  /** The name of the label that holds the HTTP status. */
  readonly statusLabel: string;
  /** Draws from [0, 1). */
  readonly draw: () => number;
}

/** Every counter begins at 0 and is exposed from the first scrape on, so that no first increase is lost. */
export class PodMetrics {
  readonly #draw: () => number;
  readonly #requests: ReadonlyMap<string, Counter>;
  readonly #buckets: readonly (Counter & { readonly upperBound: number })[];
  readonly #durationSum: Counter;
  readonly #durationCount: Counter;
  readonly #orders: Counter;
  readonly #saturation: Counter;

  constructor({ store, labels, statusLabel, draw }: PodMetricsOptions) {
    const counter = (name: string, more: Labels = {}): Counter => ({
      value: 0,
      series: store.series({ ...labels, ...more, [METRIC_NAME]: name }),
    });
    this.#draw = draw;
    this.#requests = new Map(
      STATUSES.flatMap((status) =>
        METHODS.map((method) => [
          `${method} ${status}`,
          counter('http_requests_total', { [statusLabel]: status, method }),
        ]),
      ),
    );
    this.#buckets = BUCKETS.map((upperBound) => ({
      ...counter('http_request_duration_seconds_bucket', { le: upperBound === Infinity ? '+Inf' : `${upperBound}` }),
      upperBound,
    }));
    this.#durationSum = counter('http_request_duration_seconds_sum');
    this.#durationCount = counter('http_request_duration_seconds_count');
    this.#orders = counter('orders_completed_total');
    this.#saturation = counter('app_saturation_ratio');
  }

  serve(requests: number, behaviour: Behaviour): void {
    for (let served = 0; served < requests; served++) this.#serveOne(behaviour);
    this.#saturation.value = clampRatio(behaviour.saturationRatio + 0.02 * normal(this.#draw));
  }

  /** What a scrape sees. */
  expose(at: Instant): void {
    for (const { series, value } of this.#all()) series.append(at, value);
  }

  /** The pod is gone: so are its series. */
  end(at: Instant): void {
    for (const { series } of this.#all()) series.end(at);
  }

  #serveOne(behaviour: Behaviour): void {
    const status = this.#drawStatus(behaviour);
    const method = this.#draw() < POST_RATIO ? 'POST' : 'GET';
    add(this.#requests.get(`${method} ${status}`), 1);
    this.#observe(this.#drawSeconds(behaviour));
    if (status === '200' && this.#draw() < behaviour.ordersPerRequest) add(this.#orders, 1);
  }

  #drawStatus({ serverErrorRatio, clientErrorRatio }: Behaviour): Status {
    const drawn = this.#draw();
    if (drawn < serverErrorRatio) return '500';
    return drawn < serverErrorRatio + clientErrorRatio ? '404' : '200';
  }

  #drawSeconds({ latency: { medianMs, p95Ms } }: Behaviour): number {
    const spread = Math.log(p95Ms / medianMs) / P95_DEVIATIONS;
    return (medianMs * Math.exp(spread * normal(this.#draw))) / SECOND;
  }

  /** Buckets are cumulative: an observation counts in each whose bound it does not pass. */
  #observe(seconds: number): void {
    for (const bucket of this.#buckets) if (seconds <= bucket.upperBound) add(bucket, 1);
    add(this.#durationSum, seconds);
    add(this.#durationCount, 1);
  }

  #all(): readonly Counter[] {
    return [
      ...this.#requests.values(),
      ...this.#buckets,
      this.#durationSum,
      this.#durationCount,
      this.#orders,
      this.#saturation,
    ];
  }
}

function add(counter: Counter | undefined, amount: number): void {
  if (counter !== undefined) counter.value += amount;
}

function clampRatio(ratio: number): number {
  return Math.min(1, Math.max(0, ratio));
}
