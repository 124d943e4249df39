/** Label sets: what tells one series from another. */

export type Labels = Readonly<Record<string, string>>;

export const METRIC_NAME = '__name__';

/** `by (…)` and `on (…)`, or `without (…)` and `ignoring (…)`. */
export interface LabelChoice {
  readonly mode: 'only' | 'except';
  readonly names: readonly string[];
}

/** A label that is not there and one that is empty are the same. */
export function labelValue(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
}

/** Equal label sets have equal keys. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(sortedPairs(labels));
}

/** Only the named labels; empty ones are left out. */
export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  return pick(labels, (name) => names.includes(name));
}

export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  return pick(labels, (name) => !names.includes(name));
}

/** The order of series in an answer: label by label in alphabetical order, by name, then by value. */
export function compareLabels(a: Labels, b: Labels): number {
  const left = sortedPairs(a);
  const right = sortedPairs(b);
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    if (value !== other[1]) return value < other[1] ? -1 : 1;
  }
  return left.length - right.length;
}

/** As Prometheus writes it: `up{instance="a"}`. */
export function formatLabels(labels: Labels): string {
  const pairs = sortedPairs(dropLabels(labels, [METRIC_NAME]));
  return `${labelValue(labels, METRIC_NAME)}{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

function pick(labels: Labels, wanted: (name: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name, value]) => value !== '' && wanted(name)));
}

function sortedPairs(labels: Labels): readonly (readonly [string, string])[] {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
