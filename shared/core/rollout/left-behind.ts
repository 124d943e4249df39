/** Giving back what a Rollout worked on: it does not name the object any more, or it is gone itself. engine §19. */
import { NOTHING_TO_DO, type Decision } from '../decision.ts';
import type { Rollout } from '../resources/argo.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { KubernetesObject, Service } from '../resources/kubernetes.ts';
import type { Instant } from '../time.ts';
import { lentIngress } from '../traffic-routing/alb/give-back.ts';
import { lentDestinationRule } from '../traffic-routing/istio/give-back.ts';
import type { Lent } from './lent.ts';
import { serviceNames } from './snapshot.ts';

/** Services that nobody manages are left as they are (as in Argo), and so are those that select no single version. */
const lentService: Lent = {
  apiVersion: 'v1',
  namesOf: serviceNames,
  managersOf: (object) => {
    const manager = object.metadata.annotations?.[MANAGED_BY];
    const selectsOne = (object as Service).spec?.selector?.[POD_TEMPLATE_HASH] !== undefined;
    return manager === undefined || !selectsOne ? [] : [manager];
  },
  without: (object) => {
    const { [MANAGED_BY]: _manager, ...annotations } = object.metadata.annotations ?? {};
    const { spec } = object as Service;
    // Its own selector alone decides again which pods it leads to.
    const { [POD_TEMPLATE_HASH]: _hash, ...selector } = spec?.selector ?? {};
    return { ...object, metadata: { ...object.metadata, annotations }, spec: { ...spec, selector } } as Service;
  },
};

export type LentKind = 'Service' | 'Ingress' | 'DestinationRule';

export const LENT: Readonly<Record<LentKind, Lent>> = {
  Service: lentService,
  Ingress: lentIngress,
  DestinationRule: lentDestinationRule,
};

export function isLentKind(kind: string): kind is LentKind {
  return Object.hasOwn(LENT, kind);
}

export interface LentName {
  readonly kind: LentKind;
  readonly name: string;
}

/** All that a Rollout works on and would have to give back. */
export function lentTo(rollout: Rollout): readonly LentName[] {
  return Object.entries(LENT).flatMap(([kind, lent]) =>
    [...new Set(lent.namesOf(rollout))].map((name) => ({ kind: kind as LentKind, name })),
  );
}

/** @param rollouts of the object's namespace */
export function isLeftBehind(object: KubernetesObject, rollouts: readonly Rollout[]): boolean {
  return goneManagers(object, rollouts).length > 0;
}

function goneManagers(object: KubernetesObject, rollouts: readonly Rollout[]): readonly string[] {
  const { kind, metadata } = object;
  if (!isLentKind(kind) || metadata.deletionTimestamp !== undefined) return [];
  const lent = LENT[kind];
  return lent.managersOf(object).filter((manager) => {
    const rollout = rollouts.find(({ metadata: { name } }) => name === manager);
    return rollout === undefined || !lent.namesOf(rollout).includes(metadata.name);
  });
}

export interface LentSnapshot {
  readonly now: Instant;
  readonly object: KubernetesObject;
  /** Those that it carries a note of, as far as they exist. */
  readonly managers: readonly Rollout[];
}

export function giveBack({ object, managers }: LentSnapshot): Decision<never> {
  const gone = goneManagers(object, managers);
  if (gone.length === 0 || !isLentKind(object.kind)) return NOTHING_TO_DO;
  const after = LENT[object.kind].without(object, gone);
  const because = `Rollout ${gone.join(', ')} does not name it any more`;
  return { actions: [{ type: 'patch', before: object, after, because }], events: [] };
}
