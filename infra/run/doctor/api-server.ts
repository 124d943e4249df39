/** Does the API server answer, as whom, and what time is it there? */
import { DeniedError, InvalidSpecError, messageOf } from '#core/errors.ts';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Cluster } from '#shared/ports.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

/** Prometheus and Leases bear a little; measurements and pauses are timed by both clocks. */
const BEARABLE_SKEW: Millis = 5 * SECOND;

interface SelfReview extends KubernetesObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

export async function checkApiServer(cluster: Pick<Cluster, 'create'>): Promise<Finding> {
  const review = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    metadata: { name: '', namespace: '' },
  };
  try {
    const answer = await cluster.create<SelfReview>(review);
    return ok('api server', `answers; Weir is ${answer.status?.userInfo?.username ?? 'somebody'} there`);
  } catch (error) {
    // Below 1.28 nobody is told who they are.
    if (error instanceof InvalidSpecError) return ok('api server', 'answers');
    if (error instanceof DeniedError)
      return fail(
        'api server',
        messageOf(error),
        'correct the credentials of the kubeconfig (token, certificate, exec)',
      );
    return fail('api server', messageOf(error), 'check --kubeconfig, --context and the way to the server');
  }
}

/** @param heard the server's time as its answer said, in whole seconds, and ours when it came */
export function checkClock(heard: { readonly date: string; readonly at: Instant } | undefined): Finding {
  const theirs = Date.parse(heard?.date ?? '');
  if (heard === undefined || Number.isNaN(theirs))
    return warn('clock', 'the API server told no time', 'compare the clocks by hand');
  // Their second has begun, and may be nearly over.
  const skew = Math.max(0, theirs - heard.at, heard.at - (theirs + SECOND));
  if (skew <= BEARABLE_SKEW)
    return ok('clock', `differs from the API server's by less than ${BEARABLE_SKEW / SECOND} s`);
  return fail('clock', `differs from the API server's by ${Math.round(skew / SECOND)} s`, 'synchronise both (NTP)');
}
