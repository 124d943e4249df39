/** Keeping new pods away from the nodes of the stable version: one injected anti-affinity term. engine §10.2. */
import type { Rollout } from '../resources/argo.ts';
import { POD_TEMPLATE_HASH } from '../resources/keys.ts';
import type { PodTemplate, ReplicaSet } from '../resources/kubernetes.ts';

type Affinity = NonNullable<NonNullable<PodTemplate['spec']>['affinity']>;
type AntiAffinity = NonNullable<Affinity['podAntiAffinity']>;
type Term = NonNullable<AntiAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];

/** The Rollout's own affinity, with the injected term while another version is stable. */
export function affinityFor(rollout: Rollout, podHash: string): Affinity | undefined {
  const affinity = rollout.spec.template?.spec?.affinity;
  const stable = rollout.status?.stableRS ?? '';
  const rule = ruleOf(rollout);
  if (rule === undefined || stable === '' || stable === podHash) return affinity;
  const term = injectedTerm(stable, rollout.metadata.namespace);
  const own = affinity?.podAntiAffinity ?? {};
  return {
    ...affinity,
    podAntiAffinity: rule.required ? withRequired(own, term) : withPreferred(own, term, rule.weight),
  };
}

/** The term that a ReplicaSet carries names a stable version that is no longer the stable one. */
export function antiAffinityIsOutdated(rollout: Rollout, replicaSet: ReplicaSet): boolean {
  const stable = rollout.status?.stableRS ?? '';
  const podHash = replicaSet.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
  if (ruleOf(rollout) === undefined || stable === '' || stable === podHash) return false;
  const values = injectedValues(replicaSet.spec?.template?.spec?.affinity?.podAntiAffinity);
  return values !== undefined && !values.includes(stable);
}

/** The template without the injected term; parents that this empties are dropped. */
export function withoutInjectedAntiAffinity(template: PodTemplate): PodTemplate {
  const affinity = template.spec?.affinity;
  if (template.spec === undefined || affinity?.podAntiAffinity === undefined) return template;
  const { podAntiAffinity, ...otherAffinity } = affinity;
  const antiAffinity = withoutInjected(podAntiAffinity);
  const { affinity: _previous, ...spec } = template.spec;
  const rest = antiAffinity === undefined ? otherAffinity : { ...otherAffinity, podAntiAffinity: antiAffinity };
  return { ...template, spec: Object.keys(rest).length === 0 ? spec : { ...spec, affinity: rest } };
}

function ruleOf(rollout: Rollout): { readonly required: boolean; readonly weight: number } | undefined {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const antiAffinity = (canary ?? blueGreen)?.antiAffinity;
  if (antiAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined) return { required: true, weight: 0 };
  const preferred = antiAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  return preferred === undefined ? undefined : { required: false, weight: preferred.weight };
}

function injectedTerm(stable: string, namespace: string): Term {
  return {
    labelSelector: { matchExpressions: [{ key: POD_TEMPLATE_HASH, operator: 'In', values: [stable] }] },
    namespaces: [namespace],
    topologyKey: 'kubernetes.io/hostname',
  };
}

function withRequired(own: AntiAffinity, term: Term): AntiAffinity {
  const terms = own.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return { ...own, requiredDuringSchedulingIgnoredDuringExecution: [...terms, term] };
}

function withPreferred(own: AntiAffinity, term: Term, weight: number): AntiAffinity {
  const terms = own.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return { ...own, preferredDuringSchedulingIgnoredDuringExecution: [...terms, { weight, podAffinityTerm: term }] };
}

function withoutInjected(antiAffinity: AntiAffinity): AntiAffinity | undefined {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: required = [],
    preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
    ...others
  } = antiAffinity;
  const ownRequired = required.filter((term) => hashValues(term) === undefined);
  const ownPreferred = preferred.filter(({ podAffinityTerm }) => hashValues(podAffinityTerm) === undefined);
  const rest: AntiAffinity = {
    ...others,
    ...(ownRequired.length > 0 ? { requiredDuringSchedulingIgnoredDuringExecution: ownRequired } : {}),
    ...(ownPreferred.length > 0 ? { preferredDuringSchedulingIgnoredDuringExecution: ownPreferred } : {}),
  };
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Hashes that the injected term names; undefined when there is none. */
function injectedValues(antiAffinity: AntiAffinity | undefined): readonly string[] | undefined {
  const required = antiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = antiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)];
  return terms.map(hashValues).find((values) => values !== undefined);
}

function hashValues(term: Term): readonly string[] | undefined {
  const expressions = term.labelSelector?.matchExpressions ?? [];
  return expressions.find(({ key }) => key === POD_TEMPLATE_HASH)?.values;
}
