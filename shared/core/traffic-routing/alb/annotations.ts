/** The annotations that the AWS load balancer controller reads: actions, conditions, and which of them are Weir's. */
import type { Rollout } from '../../resources/argo.ts';
import { MANAGED_ALB_ANNOTATIONS } from '../../resources/keys.ts';
import { RoutingError, stableWeight, type HeaderRoute, type Routes } from '../router.ts';
import { albOf, servicePair } from './settings.ts';

const LONGEST_STICKINESS = 604_800;

function prefixOf(rollout: Rollout): string {
  return albOf(rollout).annotationPrefix ?? 'alb.ingress.kubernetes.io';
}

export function actionKey(rollout: Rollout, name: string): string {
  return `${prefixOf(rollout)}/actions.${name}`;
}

/** Of a header route: its action and its conditions. */
export function headerKeys(rollout: Rollout, route: string): readonly [string, string] {
  return [actionKey(rollout, route), `${prefixOf(rollout)}/conditions.${route}`];
}

interface TargetGroup {
  readonly service: string;
  readonly weight: number;
}

/** Canary first, stable last. */
export function forwardAction(rollout: Rollout, routes: Routes): string {
  const { canary, stable } = servicePair(rollout);
  return forward(rollout, [
    { service: canary, weight: routes.weight },
    ...routes.others.map(({ serviceName = '', weight }) => ({ service: serviceName, weight })),
    { service: stable, weight: stableWeight(routes) },
  ]);
}

export function forwardToCanary(rollout: Rollout): string {
  return forward(rollout, [{ service: servicePair(rollout).canary, weight: 100 }]);
}

/**
 * All of the traffic to one Service, at the port that the action had for it.
 * @param current what the action is now; one that is none of Weir's stays: undefined
 */
export function forwardAlone(current: string, service: string): string | undefined {
  const groups = targetGroupsIn(current);
  const port = (groups.find(({ ServiceName }) => ServiceName === service) ?? groups[0])?.ServicePort;
  if (port === undefined) return undefined;
  const targetGroups = [{ ServiceName: service, ServicePort: port, Weight: 100 }];
  return goText({ Type: 'forward', ForwardConfig: { TargetGroups: targetGroups } });
}

interface WrittenGroup {
  readonly ServiceName?: unknown;
  readonly ServicePort?: unknown;
}

function targetGroupsIn(action: string): readonly WrittenGroup[] {
  try {
    const parsed = JSON.parse(action) as { ForwardConfig?: { TargetGroups?: unknown } } | null;
    const groups = parsed?.ForwardConfig?.TargetGroups;
    return Array.isArray(groups) ? groups.filter((group): group is WrittenGroup => group instanceof Object) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** The order of the members is what the reference writes; the text is compared as it is. */
function forward(rollout: Rollout, groups: readonly TargetGroup[]): string {
  const port = String(albOf(rollout).servicePort ?? 0);
  const targetGroups = groups.map(({ service, weight }) => ({
    ServiceName: service,
    ServicePort: port,
    Weight: weight,
  }));
  return goText({ Type: 'forward', ForwardConfig: { TargetGroups: targetGroups, ...stickiness(rollout) } });
}

/** As Go writes JSON. */
function goText(value: object): string {
  return JSON.stringify(value).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

function stickiness(rollout: Rollout): object {
  const { enabled = false, durationSeconds = 0 } = albOf(rollout).stickinessConfig ?? {};
  if (!enabled) return {};
  if (durationSeconds < 1 || durationSeconds > LONGEST_STICKINESS) {
    const text = `TargetGroupStickinessConfig's duration must be between 1 and ${LONGEST_STICKINESS} seconds (7 days)!`;
    throw new RoutingError(text);
  }
  return { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: durationSeconds } };
}

/** One condition per header; the values of a header that is named twice stand together. */
export function headerConditions(match: NonNullable<HeaderRoute['match']>): string {
  const values = new Map<string, string[]>();
  for (const { headerName, headerValue } of match) {
    values.set(headerName, [...(values.get(headerName) ?? []), headerValue?.exact ?? '']);
  }
  const conditions = [...values].map(([httpHeaderName, exact]) => ({
    field: 'http-header',
    httpHeaderConfig: { httpHeaderName, values: exact },
  }));
  return goText(conditions);
}

export type Managed = Readonly<Record<string, readonly string[]>>;

/** Keeps the list of keys that were written for this Rollout; those of other Rollouts stay. */
export function withManaged(
  annotations: Readonly<Record<string, string>>,
  rollout: Rollout,
  { add = [], remove = [] }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
): Readonly<Record<string, string>> {
  const { name } = rollout.metadata;
  const all = managedIn(annotations);
  const kept = (all[name] ?? []).filter((key) => !remove.includes(key));
  const own = [...kept, ...add.filter((key) => !kept.includes(key))];
  const sorted = Object.entries({ ...all, [name]: own }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...annotations, [MANAGED_ALB_ANNOTATIONS]: JSON.stringify(Object.fromEntries(sorted)) };
}

/** @throws RoutingError when somebody has made something else of it */
export function managedIn(annotations: Readonly<Record<string, string>>): Managed {
  const text = annotations[MANAGED_ALB_ANNOTATIONS] ?? '';
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isManaged(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RoutingError(`annotation ${MANAGED_ALB_ANNOTATIONS} is not a map of lists; correct or remove it: ${text}`);
}

function isManaged(value: unknown): value is Managed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const lists: readonly unknown[] = Object.values(value);
  return lists.every((list) => Array.isArray(list) && list.every((key) => typeof key === 'string'));
}
