/**
 * A metrics source with Prometheus' HTTP API: it really scrapes simulated pods and really evaluates PromQL over what they
 * counted, all on the clock of the local stack.
 *
 * It begins without history, as Prometheus does: `rate` has an answer from the second scrape on, and a version that is new
 * begins at zero. What it cannot do: pods that are ready but fail to be scraped, native histograms, exemplars, rules,
 * metadata APIs, and the parts of PromQL that promql/parse.ts names in its errors.
 */
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Cancel, Timers } from '../clock.ts';
import { answer } from './api.ts';
import { HEALTHY, type Behaviour } from './behaviour.ts';
import { serve, type HttpServer } from './http-server.ts';
import { queryInstant, queryRange, type QueryResult, type TimeRange } from './promql/query.ts';
import { SampleStore, type SamplesDump } from './samples.ts';
import { Traffic, type ServiceName, type SimulatedPod } from './traffic.ts';

export interface MetricsSourceOptions {
  readonly timers: Timers;
  /** The pods that are ready now. */
  readonly pods: () => readonly SimulatedPod[];
  /** Asked at each scrape; all pods are healthy by default. */
  readonly behaviourOf?: (pod: SimulatedPod) => Behaviour;
  /** 50 by default. */
  readonly requestsPerSecond?: (service: ServiceName) => number;
  /** The label that holds the HTTP status; `status` by default. */
  readonly statusLabel?: string;
  readonly seed?: number;
  readonly scrapeInterval?: Millis;
  readonly retention?: Millis;
}

export interface MetricsSource {
  /** @param port a free one by default. @returns where the API is: `http://127.0.0.1:40123` */
  listen(port?: number): Promise<string>;
  /** @param at the clock's now by default. @throws QueryError */
  query(promql: string, at?: Instant): QueryResult;
  /** @throws QueryError */
  queryRange(promql: string, range: TimeRange): QueryResult;
  /** The samples of the last minutes as JSON, for `load` after a restart. */
  dump(): SamplesDump;
  /** Go on from a dump. The pods count from zero again, which `rate` takes for a restart of theirs. */
  load(dump: SamplesDump): void;
  /** No more scrapes, and the API is closed. */
  stop(): Promise<void>;
}

/** Twice the window of the guidelines' queries. */
const DUMPED: Millis = 10 * MINUTE;

/** Scrapes from now on. */
export function createMetricsSource(options: MetricsSourceOptions): MetricsSource {
  const { timers, pods, scrapeInterval = 5 * SECOND } = options;
  const store = new SampleStore(options.retention);
  const traffic = createTraffic(options, store);
  const now = (): Instant => Math.floor(timers.now());
  let server: HttpServer | undefined;
  let cancel: Cancel = timers.after(0, scrape);

  function scrape(): void {
    cancel = timers.after(scrapeInterval, scrape);
    traffic.scrape(now(), pods());
    store.expire(now());
  }

  return {
    async listen(port = 0) {
      server ??= await serve((request) => answer(request, now(), store), port);
      return server.url;
    },
    query: (promql, at = now()) => queryInstant(promql, at, store),
    queryRange: (promql, range) => queryRange(promql, range, store),
    dump: () => store.dump(now() - DUMPED),
    load: (dump) => store.load(dump),
    async stop() {
      cancel();
      await server?.stop();
      server = undefined;
    },
  };
}

function createTraffic(options: MetricsSourceOptions, store: SampleStore): Traffic {
  return new Traffic({
    store,
    behaviourOf: options.behaviourOf ?? (() => HEALTHY),
    requestsPerSecond: options.requestsPerSecond ?? (() => 50),
    statusLabel: options.statusLabel ?? 'status',
    seed: options.seed ?? 1,
  });
}
