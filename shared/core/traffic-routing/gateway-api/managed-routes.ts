/** The ConfigMap in which Argo's plugin remembers header routes: route name → object name → index of its rule. */
import type { KubernetesObject } from '../../resources/kubernetes.ts';
import { RoutingError } from '../router.ts';
import type { RouteType } from './settings.ts';

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

export type ManagedRoutes = Readonly<Record<string, Readonly<Record<string, number>>>>;

function keyOf(type: RouteType): string {
  return `${type}ManagedRoutes`;
}

/** @throws RoutingError when somebody has made something else of it */
export function managedRoutesIn(configMap: ConfigMap | undefined, type: RouteType): ManagedRoutes {
  const text = configMap?.data?.[keyOf(type)] ?? '';
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isManaged(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const name = configMap?.metadata.name ?? '';
  throw new RoutingError(`ConfigMap "${name}": data.${keyOf(type)} does not hold managed routes; correct or remove it`);
}

function isManaged(value: unknown): value is ManagedRoutes {
  const isMap = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each);
  if (!isMap(value)) return false;
  const maps: readonly unknown[] = Object.values(value as object);
  return maps.every((map) => isMap(map) && Object.values(map as object).every((index) => Number.isInteger(index)));
}

export function withManagedRoutes(configMap: ConfigMap, type: RouteType, managed: ManagedRoutes): ConfigMap {
  return { ...configMap, data: { ...configMap.data, [keyOf(type)]: JSON.stringify(managed) } };
}

export function indexOf(managed: ManagedRoutes, route: string, object: string): number | undefined {
  return managed[route]?.[object];
}

/** Indexes of an object's rules that are header routes of anybody. */
export function indexesOf(managed: ManagedRoutes, object: string): ReadonlySet<number> {
  return new Set(Object.values(managed).flatMap((objects) => objects[object] ?? []));
}

export function added(managed: ManagedRoutes, route: string, object: string, index: number): ManagedRoutes {
  return { ...managed, [route]: { ...managed[route], [object]: index } };
}

/** The entry goes. @param ruleGone its rule went too: those behind it move up */
export function removed(managed: ManagedRoutes, route: string, object: string, ruleGone: boolean): ManagedRoutes {
  const gone = indexOf(managed, route, object);
  const entries = Object.entries(managed).flatMap(([name, objects]) => {
    const kept = Object.entries(objects)
      .filter(([key]) => name !== route || key !== object)
      .map(([key, index]) => {
        const moves = ruleGone && key === object && gone !== undefined && index > gone;
        return [key, moves ? index - 1 : index] as const;
      });
    return kept.length === 0 ? [] : [[name, Object.fromEntries(kept)] as const];
  });
  return Object.fromEntries(entries);
}
