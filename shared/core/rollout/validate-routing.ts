/** The objects that traffic routers edit: there, and fit for the weights. engine §3 "Referenced objects" 3–7. */
import { routersOf } from '../traffic-routing/registry.ts';
import type { RoutingProblems } from '../traffic-routing/router.ts';
import type { RolloutSnapshot } from './snapshot.ts';

/** In which order faults are looked for; only the first is told. */
const ORDER = ['Nginx', 'ALB', 'Istio', 'Ambassador', 'AppMesh'];

export function routingProblems({
  rollout,
  routingObjects,
}: Pick<RolloutSnapshot, 'rollout' | 'routingObjects'>): RoutingProblems {
  if (routingObjects === undefined) return { missing: [], unfit: [] };
  const rank = ({ type }: { readonly type: string }) => (ORDER.includes(type) ? ORDER.indexOf(type) : ORDER.length);
  const found = routersOf(rollout)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((router) => router.problems?.(rollout, routingObjects));
  return {
    missing: found.flatMap((problems) => problems?.missing ?? []),
    unfit: found.flatMap((problems) => problems?.unfit ?? []),
  };
}
