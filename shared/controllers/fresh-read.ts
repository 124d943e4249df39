/** A read may be answered by a cache that lags behind: nothing is decided on, or recorded from, what is older than the record. */
import { ConflictError } from '#core/errors.ts';
import type { LatestRecord } from '#core/history/record.ts';
import { refOf, type KubernetesObject } from '#core/resources/kubernetes.ts';
import { compareVersions } from '#core/resources/resource-version.ts';
import { MINUTE, type Instant, type Millis } from '#core/time.ts';
import type { Claim } from '../ports.ts';

/** A cache does not lag longer. A cluster that was restored from a backup begins again at lower versions, and must be believed. */
const LONGEST_LAG: Millis = 5 * MINUTE;

/** @throws ConflictError: look again */
export function requireFresh(last: LatestRecord | undefined, read: KubernetesObject, now: Instant): void {
  const { resourceVersion, changedAt } = last?.state ?? {};
  if (typeof resourceVersion !== 'string' || typeof changedAt !== 'number' || now - changedAt > LONGEST_LAG) return;
  if ((compareVersions(read.metadata.resourceVersion, resourceVersion) ?? 0) >= 0) return;
  const { kind, namespace, name } = refOf(read);
  throw new ConflictError(
    `${kind} ${namespace}/${name} was read in version ${read.metadata.resourceVersion}, history knows ${resourceVersion}: a cache lags behind`,
  );
}

/**
 * Who froze between two reads saw an object of before beside others of now, and each write of it would be let through.
 * @throws ConflictError: another worker has the object
 */
export function requireHeld({ request, heldUntil }: Pick<Claim, 'request' | 'heldUntil'>, now: Instant): void {
  if (now < heldUntil) return;
  throw new ConflictError(
    `${request.namespace}/${request.name}: the hold was over before all was read; another worker has it`,
  );
}
