/** Counters, gauges and histograms in the text format that Prometheus scrapes. A label set is given as it is written. */

export interface Counter {
  /** @param labels for example `kind="Rollout"`; empty for none */
  add(labels?: string, by?: number): void;
}

export interface Histogram {
  observe(value: number, labels?: string): void;
}

/** Sample values by label set, read when they are asked for. */
export type GaugeSource = () => Iterable<readonly [labels: string, value: number]>;

export class Exposition {
  readonly #families: (() => string)[] = [];

  counter(name: string, help: string): Counter {
    const values = new Map<string, number>();
    this.#family(name, help, 'counter', () => [...values].map(([labels, value]) => sample(name, labels, value)));
    return {
      add: (labels = '', by = 1) => void values.set(labels, (values.get(labels) ?? 0) + by),
    };
  }

  gauge(name: string, help: string, source: GaugeSource): void {
    this.#family(name, help, 'gauge', () => [...source()].map(([labels, value]) => sample(name, labels, value)));
  }

  /** A counter that somebody else counts. */
  total(name: string, help: string, source: GaugeSource): void {
    this.#family(name, help, 'counter', () => [...source()].map(([labels, value]) => sample(name, labels, value)));
  }

  /** @param bounds upper bounds of the buckets, rising */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const series = new Map<string, { counts: number[]; sum: number; count: number }>();
    this.#family(name, help, 'histogram', () =>
      [...series].flatMap(([labels, { counts, sum, count }]) => {
        const le = (bound: string) => (labels === '' ? `le="${bound}"` : `${labels},le="${bound}"`);
        const buckets = bounds.map((bound, index) => sample(`${name}_bucket`, le(String(bound)), counts[index] ?? 0));
        const infinite = sample(`${name}_bucket`, le('+Inf'), count);
        return [...buckets, infinite, sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, count)];
      }),
    );
    return {
      observe(value, labels = '') {
        const known = series.get(labels) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
        series.set(labels, known);
        known.sum += value;
        known.count += 1;
        for (const [index, bound] of bounds.entries())
          if (value <= bound) known.counts[index] = (known.counts[index] ?? 0) + 1;
      },
    };
  }

  text(): string {
    return this.#families.map((family) => family()).join('');
  }

  #family(name: string, help: string, type: string, samples: () => readonly string[]): void {
    this.#families.push(() => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples().join('')}`);
  }
}

function sample(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`;
}

/** A value between quotes. */
export function label(name: string, value: string): string {
  return `${name}="${value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)}"`;
}
