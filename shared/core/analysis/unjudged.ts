/** A measurement that waits for more requests, as the status keeps it: in flight, so that no counter moves. decisions 009. */
import type { Measurement } from '../resources/argo.ts';
import { isGiven } from './metric-limits.ts';

/** In the metadata of a measurement: the number of requests that the provider told, and how many are needed. */
export const REQUESTS = 'weir.dev/requests';
export const REQUESTS_NEEDED = 'weir.dev/requests-needed';

/** In flight only because there were too few requests: nothing of it is carried on. */
export function isUnjudged({ metadata, finishedAt }: Measurement): boolean {
  return !isGiven(finishedAt) && metadata?.[REQUESTS_NEEDED] !== undefined;
}
