/** How a version of an application behaves under traffic: what a canary may turn out to be. */

export interface Behaviour {
  /** Share of the requests answered with 500. */
  readonly serverErrorRatio: number;
  /** Share of the requests answered with 404. */
  readonly clientErrorRatio: number;
  /** Half of the requests take at most the median, 95 of 100 at most p95 (log-normal). */
  readonly latency: { readonly medianMs: number; readonly p95Ms: number };
  /** How full the pods are, 0 to 1. */
  readonly saturationRatio: number;
  /** Share of the successful requests that complete an order. */
  readonly ordersPerRequest: number;
}

export const HEALTHY: Behaviour = {
  serverErrorRatio: 0.002,
  clientErrorRatio: 0.01,
  latency: { medianMs: 60, p95Ms: 180 },
  saturationRatio: 0.45,
  ordersPerRequest: 0.08,
};

/** Fails half of its requests. */
export const FAILING: Behaviour = { ...HEALTHY, serverErrorRatio: 0.5 };

/** Answers well, but late. */
export const SLOW: Behaviour = { ...HEALTHY, latency: { medianMs: 450, p95Ms: 1_400 } };

/** Technically sound, but customers do not buy. */
export const UNLOVED: Behaviour = { ...HEALTHY, ordersPerRequest: 0.02 };
