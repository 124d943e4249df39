/** The subsets of a DestinationRule: which pods each of them means. strategies §3.7 "UpdateHash". */
import type { Rollout, WeightDestination } from '../../resources/argo.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../../resources/keys.ts';
import type { Routes } from '../router.ts';
import { istioOf, type DestinationRule, type Subset } from './objects.ts';

/** Subsets of neither version, nor of an Experiment, nor of `additionalSubsetNames` are dropped, as in the reference. */
export function withHashes(rule: DestinationRule, rollout: Rollout, routes: Routes): DestinationRule {
  const { subsets = [] } = rule.spec ?? {};
  const hashes = hashesOf(rollout, routes);
  const kept = new Set(istioOf(rollout).destinationRule?.additionalSubsetNames ?? []);
  const known = subsets.flatMap((subset) => {
    if (kept.has(subset.name ?? '')) return [subset];
    const hash = hashes.get(subset.name ?? '');
    return hash === undefined ? [] : [labelled(subset, hash)];
  });
  const annotations = { ...rule.metadata.annotations, [MANAGED_BY]: rollout.metadata.name };
  return {
    ...rule,
    metadata: { ...rule.metadata, annotations },
    spec: { ...rule.spec, subsets: [...known, ...missing(subsets, routes.others)] },
  };
}

function hashesOf(rollout: Rollout, { canaryHash, stableHash, others }: Routes): ReadonlyMap<string, string> {
  const { canarySubsetName = '', stableSubsetName = '' } = istioOf(rollout).destinationRule ?? {};
  return new Map([
    ...others.map(({ serviceName = '', podTemplateHash = '' }) => [serviceName, podTemplateHash] as const),
    [stableSubsetName, stableHash],
    [canarySubsetName, canaryHash],
  ]);
}

function labelled(subset: Subset, hash: string): Subset {
  const { [POD_TEMPLATE_HASH]: _previous, ...labels } = subset.labels ?? {};
  return { ...subset, labels: hash === '' ? labels : { ...labels, [POD_TEMPLATE_HASH]: hash } };
}

function missing(subsets: readonly Subset[], others: readonly WeightDestination[]): readonly Subset[] {
  const present = new Set(subsets.map(({ name }) => name));
  return others.flatMap(({ serviceName: name = '', podTemplateHash = '' }) =>
    present.has(name) ? [] : [labelled({ name }, podTemplateHash)],
  );
}
