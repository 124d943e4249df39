/** How an AnalysisRun is asked to take each metric once, now: an annotation whose value is the request. */
import type { AnalysisRun } from '../resources/argo.ts';

export const EVALUATE_ANNOTATION = 'weir.dev/evaluate';

/** @param answered the request that was carried out last, from the run's record */
export function isAskedNow({ metadata }: AnalysisRun, answered: string | undefined): boolean {
  const asked = metadata.annotations?.[EVALUATE_ANNOTATION];
  return asked !== undefined && asked !== answered;
}
