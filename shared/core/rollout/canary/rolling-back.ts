/** Back at the stable version before it has all its pods again: the interrupted canary goes on serving. strategies §3.5. */
import { isFullyPromoted, newestHash, type Pass } from '../pass.ts';
import { availableOf } from '../replica-sets.ts';
import { isDynamic } from './weights.ts';

/** Pod hash of the canary that still gets traffic; undefined: nothing of the kind. */
export function rollingBackFrom(pass: Pass): string | undefined {
  const { stored, sets, replicas } = pass;
  const previous = stored.canary?.weights?.canary.podTemplateHash ?? '';
  if (!isFullyPromoted(stored) || !isDynamic(pass) || stored.canary?.weights === undefined) return undefined;
  const regrowing = sets.newest !== undefined && availableOf(sets.newest) < replicas;
  return regrowing && previous !== newestHash(pass) ? previous : undefined;
}
