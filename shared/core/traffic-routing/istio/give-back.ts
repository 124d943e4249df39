/** A DestinationRule whose subsets mean no version any more. engine §19. */
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../../resources/keys.ts';
import type { Lent } from '../../rollout/lent.ts';
import { istioOf, ISTIO_API_VERSION, type DestinationRule, type Subset } from './objects.ts';

export const lentDestinationRule: Lent = {
  apiVersion: ISTIO_API_VERSION,
  namesOf: (rollout) => present(istioOf(rollout).destinationRule?.name),
  managersOf: ({ metadata }) => present(metadata.annotations?.[MANAGED_BY]),
  without: (object) => {
    const { metadata, spec, ...rest } = object as DestinationRule;
    const { [MANAGED_BY]: _manager, ...annotations } = metadata.annotations ?? {};
    const subsets = spec?.subsets?.map(withoutHash);
    const edited = { ...spec, ...(subsets === undefined ? {} : { subsets }) };
    return { ...rest, metadata: { ...metadata, annotations }, spec: edited } as DestinationRule;
  },
};

function present(name: string | undefined): readonly string[] {
  return name === undefined ? [] : [name];
}

function withoutHash(subset: Subset): Subset {
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = subset.labels ?? {};
  return subset.labels === undefined ? subset : { ...subset, labels };
}
