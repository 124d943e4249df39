/** Time series in memory, as long as their retention. */
import { MINUTE, type Instant, type Millis } from '#core/time.ts';
import { labelKey, type Labels } from './promql/labels.ts';
import { matchesAll, type Matcher } from './promql/matchers.ts';
import type { Sample, Series, SeriesSource } from './promql/value.ts';

/** Where the samples of one series go. Samples come in the order of their time. */
export interface SeriesWriter {
  append(at: Instant, value: number): void;
  /** The series ends here: from now on selectors do not see it. */
  end(at: Instant): void;
}

/** All samples as plain JSON: `null` where a series ended. */
export type SamplesDump = readonly {
  readonly labels: Labels;
  readonly samples: readonly (readonly [Instant, number | null])[];
}[];

interface StoredSeries extends Series {
  readonly samples: Sample[];
}

export class SampleStore implements SeriesSource {
  readonly #series = new Map<string, StoredSeries>();
  readonly #retention: Millis;

  constructor(retention: Millis = 120 * MINUTE) {
    this.#retention = retention;
  }

  /** The series with these labels, begun now or gone on with. */
  series(labels: Labels): SeriesWriter {
    const { samples } = this.#seriesOf(labels);
    return {
      append: (at, value) => void samples.push({ at, value }),
      end: (at) => void samples.push({ at, value: undefined }),
    };
  }

  select(matchers: readonly Matcher[]): readonly Series[] {
    return [...this.#series.values()].filter(({ labels }) => matchesAll(labels, matchers));
  }

  /** Forget what is older than the retention, and series of which nothing is left. */
  expire(now: Instant): void {
    for (const [key, { samples }] of this.#series) {
      const kept = samples.findIndex((sample) => sample.at > now - this.#retention);
      if (kept === -1) this.#series.delete(key);
      else samples.splice(0, kept);
    }
  }

  /** @param since leaves out older samples, and series that have no newer ones */
  dump(since: Instant): SamplesDump {
    return [...this.#series.values()].flatMap(({ labels, samples }) => {
      const recent = samples.filter((sample) => sample.at >= since);
      return recent.length === 0
        ? []
        : [{ labels, samples: recent.map(({ at, value }) => [at, value ?? null] as const) }];
    });
  }

  /** Put a dump before whatever is sampled from now on. */
  load(dump: SamplesDump): void {
    for (const { labels, samples } of dump) {
      const stored = this.#seriesOf(labels).samples;
      stored.unshift(...samples.map(([at, value]) => ({ at, value: value ?? undefined })));
    }
  }

  #seriesOf(labels: Labels): StoredSeries {
    const key = labelKey(labels);
    const series = this.#series.get(key) ?? { labels, samples: [] };
    this.#series.set(key, series);
    return series;
  }
}
