/** Giving back a Service that its Rollout does not name any more, or whose Rollout is gone. engine §19. */
import { NOTHING_TO_DO, type Decision } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { KubernetesObject, Service } from '../resources/kubernetes.ts';
import type { Instant } from '../time.ts';
import { serviceNames } from './snapshot.ts';

export interface ServiceSnapshot {
  readonly now: Instant;
  readonly service: Service;
  /** Of its namespace. */
  readonly rollouts: readonly Rollout[];
}

/** Left as they are: Services that nobody manages (as in Argo), and those that select no single version. */
export function isLeftBehind(service: KubernetesObject, rollouts: readonly Rollout[]): boolean {
  const { metadata, spec } = service as Service;
  const manager = metadata.annotations?.[MANAGED_BY];
  if (manager === undefined || spec?.selector?.[POD_TEMPLATE_HASH] === undefined) return false;
  if (metadata.deletionTimestamp !== undefined) return false;
  const rollout = rollouts.find(({ metadata: { name } }) => name === manager);
  return rollout === undefined || !serviceNames(rollout).includes(metadata.name);
}

/** Its own selector alone decides again which pods it leads to. */
export function decideService({ service, rollouts }: ServiceSnapshot): Decision<never> {
  if (!isLeftBehind(service, rollouts)) return NOTHING_TO_DO;
  const { [MANAGED_BY]: manager, ...annotations } = service.metadata.annotations ?? {};
  const { [POD_TEMPLATE_HASH]: _hash, ...selector } = service.spec?.selector ?? {};
  const after = { ...service, metadata: { ...service.metadata, annotations }, spec: { ...service.spec, selector } };
  const because = `Rollout ${manager} does not name it any more`;
  return { actions: [{ type: 'patch', before: service, after, because }], events: [] };
}
