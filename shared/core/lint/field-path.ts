/** From the path in a field error's text to the path in the manifest. */
import type { KubernetesObject } from '../resources/kubernetes.ts';
import type { Path } from './finding.ts';

/**
 * Argo's texts leave out which strategy they mean (`spec.strategy.steps[0]`), and name a list of templates where one of
 * them is meant.
 */
export function pathOfFieldError(text: string, object: KubernetesObject): Path {
  const written = /^[\w.[\]]+/.exec(text)?.[0] ?? '';
  const keys = [...written.matchAll(/\w+/g)].map(([key]) => (/^\d+$/.test(key) ? Number(key) : key));
  const path = withStrategy(keys, object);
  const named = /Invalid value: "([^"]*)"/.exec(text)?.[1];
  const list = valueAt(object, path);
  const index = Array.isArray(list) ? list.findIndex((item) => item?.templateName === named) : -1;
  return index < 0 ? path : [...path, index, 'templateName'];
}

function withStrategy(path: Path, object: KubernetesObject): Path {
  const strategy = valueAt(object, ['spec', 'strategy']) as Readonly<Record<string, unknown>> | undefined;
  const [spec, word, next, ...rest] = path;
  if (spec !== 'spec' || word !== 'strategy' || strategy === undefined || next === undefined) return path;
  if (next === 'strategy') return [spec, word];
  if (next in strategy) return path;
  return [spec, word, 'canary' in strategy ? 'canary' : 'blueGreen', next, ...rest];
}

/** What stands there; undefined when the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}
