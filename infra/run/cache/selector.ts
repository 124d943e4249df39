/** Label selectors of queries, read once each, with the label by which the index finds the candidates. */
import { parseLabelSelector } from '../../local/kubernetes/selectors.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';

export interface Selector {
  /** A label that everything selected has; undefined: look at all. */
  readonly label: { readonly key: string; readonly value: string } | undefined;
  matches(object: KubernetesObject): boolean;
}

/** Each Rollout asks with its own, again and again. */
const MOST_KNOWN = 10_000;
const EQUAL = /^([^\s()=!,]+)==?([^\s()=!,]+)$/;

const known = new Map<string, Selector>();

export function selectorOf(text: string): Selector {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const selector = read(text);
  known.set(text, selector);
  return selector;
}

function read(text: string): Selector {
  const matches = parseLabelSelector(text);
  const [, key, value] = EQUAL.exec(text.split(/,(?![^()]*\))/)[0]?.trim() ?? '') ?? [];
  return {
    label: key === undefined || value === undefined ? undefined : { key, value },
    matches: ({ metadata }) => matches(metadata.labels ?? {}),
  };
}
