/**
 * The arithmetic of a canary whose weight is kept by the numbers of its pods. Pure numbers in, pure numbers out.
 * strategies §2.2–§2.4.
 */

export type IntOrPercent = number | string;

export interface Fenceposts {
  /** Pods beyond R. */
  readonly surge: number;
  /** Pods that R may lack. */
  readonly unavailable: number;
}

const DEFAULT_FENCEPOST = '25%';

/** Absolute numbers of maxSurge (rounded up) and maxUnavailable (rounded down); both 0 would never move: then 1 may lack. */
export function resolveFenceposts(
  replicas: number,
  maxSurge: IntOrPercent = DEFAULT_FENCEPOST,
  maxUnavailable: IntOrPercent = DEFAULT_FENCEPOST,
): Fenceposts {
  const surge = scaled(maxSurge, replicas, Math.ceil);
  const unavailable = scaled(maxUnavailable, replicas, Math.floor);
  const moving = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { surge, unavailable: Math.min(moving, replicas) };
}

/** A text is a percentage, with or without its sign. engine §21. */
function scaled(value: IntOrPercent, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = Number.parseInt(value, 10);
  return Number.isNaN(percent) ? 0 : round((percent * replicas) / 100);
}

export interface Counts {
  readonly canary: number;
  readonly stable: number;
}

/** The pair of numbers whose ratio comes nearest to the weight; with surge it may add up to R + 1. strategies §2.3. */
export function targetCounts(replicas: number, weight: number, maxWeight: number, surge: number): Counts {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const exact = (replicas * weight) / maxWeight;
  const up = Math.ceil(exact);
  const down = Math.floor(exact);
  const mayVanish = weight === maxWeight || weight === 0 || (replicas === 1 && surge === 0);
  const isTie = (total: number) => (2 * total * weight) % maxWeight === 0 && (total * weight) % maxWeight !== 0;
  const roundsDown = (total: number) => !isTie(total) && (down !== 0 || mayVanish);
  const candidates = [
    ...(up < replicas || mayVanish ? [{ canary: up, total: replicas }] : []),
    ...(roundsDown(replicas) ? [{ canary: down, total: replicas }] : []),
    ...(surge > 0 ? [{ canary: up, total: replicas + 1 }] : []),
    ...(surge > 0 && roundsDown(replicas + 1) ? [{ canary: down, total: replicas + 1 }] : []),
  ];
  const error = ({ canary, total }: (typeof candidates)[number]) => Math.abs((canary * maxWeight) / total - weight);
  const best = candidates.reduce<(typeof candidates)[number] | undefined>(
    (nearest, candidate) => (nearest === undefined || error(candidate) < error(nearest) ? candidate : nearest),
    undefined,
  );
  return best === undefined
    ? { canary: 0, stable: replicas }
    : { canary: best.canary, stable: best.total - best.canary };
}

export interface Pods {
  /** `spec.replicas` */
  readonly size: number;
  readonly available: number;
}

export interface Fleet {
  readonly replicas: number;
  readonly weight: number;
  readonly fenceposts: Fenceposts;
  /** undefined: not created yet. */
  readonly newest: Pods | undefined;
  /** undefined: there is no stable version besides the newest. */
  readonly stable: Pods | undefined;
  /** `spec.replicas` of all other ReplicaSets together. */
  readonly otherSize: number;
}

/** Next sizes on the way to the weight, within surge and unavailability. strategies §2.4. */
export function nextCounts(fleet: Fleet, maxWeight: number): Counts {
  const target = targetOf(fleet, maxWeight);
  const grown = grow(fleet, target);
  return fleet.otherSize > 0 ? grown : shrink(fleet, target, grown);
}

export function targetOf({ replicas, weight, fenceposts, stable }: Fleet, maxWeight: number): Counts {
  if (stable === undefined) return { canary: replicas, stable: 0 };
  return targetCounts(replicas, weight, maxWeight, fenceposts.surge);
}

const NO_PODS: Pods = { size: 0, available: 0 };

/** Fill the room below R + surge: the stable version first. */
function grow(fleet: Fleet, target: Counts): Counts {
  const { newest = NO_PODS, stable = NO_PODS } = fleet;
  const room = ceiling(fleet) - newest.size - stable.size - fleet.otherSize;
  const forStable = Math.max(0, Math.min(target.stable - stable.size, room));
  const forCanary = Math.max(0, Math.min(target.canary - newest.size, room - forStable));
  return { canary: newest.size + forCanary, stable: stable.size + forStable };
}

function ceiling({ replicas, fenceposts }: Fleet): number {
  return replicas + fenceposts.surge;
}

/** Take away what availability can spare from the side that is too big. */
function shrink(fleet: Fleet, target: Counts, grown: Counts): Counts {
  const { newest = NO_PODS, stable } = fleet;
  const minAvailable = fleet.replicas - fleet.fenceposts.unavailable;
  const increasing = fleet.newest === undefined || target.canary >= newest.size;
  const counted = countedPods(newest, !increasing) + (stable === undefined ? 0 : countedPods(stable, increasing));
  const spare = counted - minAvailable;
  if (spare <= 0) return grown;
  if (!increasing) {
    const drained = newest.size > target.canary ? Math.max(target.canary, newest.size - spare) : grown.canary;
    const fitted = fit(fleet, { drain: drained, drained: newest, keep: grown.stable, kept: stable });
    return { canary: fitted.drain, stable: fitted.keep };
  }
  if (stable === undefined) return grown;
  const drained = stable.size > target.stable ? Math.max(target.stable, stable.size - spare) : grown.stable;
  const fitted = fit(fleet, { drain: drained, drained: stable, keep: grown.canary, kept: fleet.newest });
  return { canary: fitted.keep, stable: fitted.drain };
}

/**
 * Pods that the budget may count on. While the canary grows, broken stable pods may go (a crash-looping old version must
 * not block the fix); while it shrinks, broken canary pods may.
 */
function countedPods({ size, available }: Pods, ignoreAvailability: boolean): number {
  return size < available || ignoreAvailability ? size : available;
}

interface Shift {
  /** Size wanted for the side that loses pods, and its pods now. */
  readonly drain: number;
  readonly drained: Pods;
  readonly keep: number;
  readonly kept: Pods | undefined;
}

/** Never above R + surge; pods that would be lost on the kept side are given back as far as availability needs them. */
function fit(fleet: Fleet, { drain, drained, keep, kept }: Shift): { readonly drain: number; readonly keep: number } {
  const over = (held: number) => Math.max(0, held + drain - ceiling(fleet));
  const trimmed = kept === undefined ? keep : keep - over(keep);
  const availableKept = kept === undefined ? 0 : Math.min(kept.available, trimmed);
  const lost = Math.max(0, (kept?.available ?? 0) - trimmed);
  const available = Math.min(drained.available, drain) + availableKept;
  const need = Math.max(0, fleet.replicas - fleet.fenceposts.unavailable - available);
  const restored = trimmed + Math.min(lost, need);
  return { keep: restored, drain: drain - over(restored) };
}
