/** From the name that a person typed to one Rollout, run or Experiment. */

export interface RolloutName {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

export type Resolved = { readonly one: RolloutName } | { readonly problem: string };

/** `rollout`, `namespace/rollout` or `cluster/namespace/rollout`; a name that fits several is answered with all of them. */
export function resolveName(typed: string, known: readonly RolloutName[], what = 'rollout'): Resolved {
  const wanted = typed
    .split('/')
    .filter((part) => part !== '')
    .toReversed();
  const [name, namespace, cluster] = wanted;
  const fitting = known.filter(
    (rollout) =>
      rollout.name === name &&
      (namespace === undefined || rollout.namespace === namespace) &&
      (cluster === undefined || rollout.cluster === cluster),
  );
  const [first] = fitting;
  if (wanted.length > 3) return { problem: `"${typed}" is not a name: cluster/namespace/${what} at most` };
  if (fitting.length === 1 && first !== undefined) return { one: first };
  if (fitting.length > 1) return { problem: `"${typed}" fits several: ${fitting.map(fullName).join(', ')}` };
  return { problem: unknownName(typed, name ?? '', known, what) };
}

export function fullName({ cluster, namespace, name }: RolloutName): string {
  return `${cluster}/${namespace}/${name}`;
}

const SUGGESTIONS = 5;

function unknownName(typed: string, name: string, known: readonly RolloutName[], what: string): string {
  if (known.length === 0) return `no ${what} "${typed}": there is none in any cluster that Weir reads`;
  const alike = known.filter((rollout) => rollout.name.includes(name) || name.includes(rollout.name));
  const shown = (alike.length > 0 ? alike : known).slice(0, SUGGESTIONS).map(fullName).join(', ');
  return `no ${what} "${typed}"; ${alike.length > 0 ? 'did you mean' : 'there are'}: ${shown}`;
}
