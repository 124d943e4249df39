/** An Ingress without the routes of a Rollout that works on it no more. engine §19, strategies §3.7 "Clean-up". */
import { MANAGED_ALB_ANNOTATIONS } from '../../resources/keys.ts';
import type { KubernetesObject } from '../../resources/kubernetes.ts';
import type { Lent } from '../../rollout/lent.ts';
import type { Ingress } from '../ingress.ts';
import { RoutingError } from '../router.ts';
import { forwardAlone, managedIn, type Managed } from './annotations.ts';
import { withoutPaths } from './paths.ts';
import { ingressesOf } from './settings.ts';

type Annotations = Readonly<Record<string, string>>;

const ACTION = '/actions.';
const CONDITION = '/conditions.';

export const lentIngress: Lent = {
  apiVersion: 'networking.k8s.io/v1',
  namesOf: ingressesOf,
  managersOf: (ingress) => Object.keys(managedOf(ingress)),
  without: (ingress, managers) => managers.reduce(withoutManager, ingress as Ingress),
};

/** A note that somebody has made unreadable says nothing; the Rollouts that use the Ingress tell of it. */
function managedOf({ metadata }: KubernetesObject): Managed {
  try {
    return managedIn(metadata.annotations ?? {});
  } catch (error) {
    if (error instanceof RoutingError) return {};
    throw error;
  }
}

/** What another Rollout has written too is that one's. */
function withoutManager(ingress: Ingress, manager: string): Ingress {
  const { [manager]: noted = [], ...others } = managedOf(ingress);
  const shared = new Set(Object.values(others).flat());
  const keys = noted.filter((key) => !shared.has(key));
  const routes = keys.filter((key) => key.includes(CONDITION)).map((key) => nameIn(key, CONDITION));
  const annotations = keys.reduce((current, key) => reset(current, key, routes), ingress.metadata.annotations ?? {});
  const edited = { ...ingress, metadata: { ...ingress.metadata, annotations: noteOf(annotations, others) } };
  return routes.reduce(withoutPaths, edited);
}

/** Header routes go. All of the traffic goes where the Ingress itself sends it: to the Service that the action is named after. */
function reset(annotations: Annotations, key: string, routes: readonly string[]): Annotations {
  const { [key]: current, ...rest } = annotations;
  if (key.includes(CONDITION) || routes.includes(nameIn(key, ACTION))) return rest;
  const alone = current === undefined ? undefined : forwardAlone(current, nameIn(key, ACTION));
  return alone === undefined ? annotations : { ...annotations, [key]: alone };
}

function noteOf(annotations: Annotations, managed: Managed): Record<string, string> {
  const { [MANAGED_ALB_ANNOTATIONS]: _note, ...rest } = annotations;
  return Object.keys(managed).length === 0 ? rest : { ...rest, [MANAGED_ALB_ANNOTATIONS]: JSON.stringify(managed) };
}

function nameIn(key: string, part: string): string {
  return key.split(part)[1] ?? '';
}
