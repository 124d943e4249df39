/** The arithmetic of a canary whose weight is kept by a router. Pure numbers in, pure numbers out. strategies §3.1, §3.4. */
import type { Counts, Pods } from './replica-counts.ts';

/** What `setCanaryScale` asks for. */
export type CanaryScale = { readonly replicas: number } | { readonly weight: number };

/** Weights as stored, in parts of `maxWeight`. */
export interface StoredWeights {
  readonly canary: number;
  readonly stable: number;
}

export interface RoutedFleet {
  readonly replicas: number;
  readonly maxWeight: number;
  readonly weight: number;
  readonly scale: CanaryScale | undefined;
  readonly dynamicStableScale: boolean;
  readonly minPods: number;
  readonly aborted: boolean;
  readonly weights: StoredWeights | undefined;
}

/** The stable version keeps all its pods, unless it may shrink with its traffic. */
export function routedCounts(fleet: RoutedFleet): Counts {
  const { replicas, maxWeight, scale, dynamicStableScale, weights } = fleet;
  const podsFor = (weight: number) => Math.ceil((replicas * weight) / maxWeight);
  const atLeast = (count: number) => (count === 0 ? 0 : Math.max(count, Math.min(fleet.minPods, replicas)));
  const weight = scale === undefined ? fleet.weight : 'weight' in scale ? scale.weight : 0;
  const canary = scale !== undefined && 'replicas' in scale ? scale.replicas : atLeast(podsFor(weight));
  if (!dynamicStableScale) return { canary, stable: replicas };
  // The higher of what it serves now and what it shall serve: pods come before traffic, and go after it.
  const stable = Math.max(podsFor(maxWeight - weight), podsFor(weights?.stable ?? 0));
  const serving = fleet.aborted ? podsFor(weights?.canary ?? 0) : 0;
  return { canary: atLeast(Math.max(canary, serving)), stable: atLeast(stable) };
}

export interface Retreat {
  readonly replicas: number;
  readonly maxWeight: number;
  readonly newest: Pods | undefined;
  readonly stable: Pods | undefined;
  /** The canary's stored weight. */
  readonly weight: number | undefined;
  /** Set weights of the steps, in their order. */
  readonly setWeights: readonly number[];
  /** `abortScaleDownDelaySeconds` is given and is not 0: the canary's pods stay for a while, whatever its weight. */
  readonly keepsCanary: boolean;
}

/** The weight to go back to next, step by step as the stable version grows. strategies §3.1 "Desired weight" */
export function desiredWeightOfRetreat({ setWeights, ...retreat }: Retreat): number {
  const { replicas, maxWeight, newest, stable, keepsCanary } = retreat;
  const lacking = replicas - (stable?.available ?? 0);
  const held = keepsCanary ? lacking : Math.max(lacking, newest?.available ?? 0);
  return setWeights.findLast((weight) => Math.ceil((replicas * weight) / maxWeight) < held) ?? 0;
}

/** With dynamicStableScale the canary goes on serving what the stable version cannot carry yet. strategies §3.4. */
export function weightOfRetreat(retreat: Retreat): number {
  const { replicas, maxWeight, newest, stable, weight: current } = retreat;
  if (stable === undefined || newest === undefined || replicas === 0) return 0;
  const carried = Math.floor((maxWeight * stable.available) / replicas);
  const excess = Math.max(0, maxWeight - carried);
  const desired = desiredWeightOfRetreat(retreat);
  if (current === undefined) return Math.max(excess, desired);
  if (desired <= 0) return Math.min(excess, current);
  return carried < maxWeight - desired ? current : Math.min(desired, current);
}
