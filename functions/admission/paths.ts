/** Which cluster sent a review: `/admission/<cluster>/<key>`, each cluster with a key of its own that no other can guess. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Made of the secret and the cluster's name: `printf %s CLUSTER | openssl dgst -sha256 -hmac "$SECRET"`. */
export function admissionKey(secret: string, cluster: string): string {
  return createHmac('sha256', secret).update(cluster).digest('hex');
}

/** @param secrets the valid ones: two while one is being replaced @returns undefined for a wrong key */
export function clusterOf(path: string, secrets: readonly string[]): string | undefined {
  const [, cluster = '', key = ''] = /\/admission\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  // Every secret is compared, so that the time taken does not tell which one fits.
  return secrets.map((secret) => sameText(admissionKey(secret, cluster), key)).includes(true) ? cluster : undefined;
}

function sameText(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
