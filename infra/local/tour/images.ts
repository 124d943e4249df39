/** The versions that the tour releases: how each behaves is in its tag. */
import type { Rollout } from '#core/resources/argo.ts';

/** A tag that ends so answers many requests with 5xx. */
export const FAULTY = '-errors';

export function imageOf(rollout: Rollout): string {
  return rollout.spec.template?.spec?.containers[0]?.image ?? '';
}

/** `my-app:v2` → `my-app:v3`; goes on counting from whatever is there, so that a second tour releases new versions. */
export function nextVersion(rollout: Rollout, suffix = ''): string {
  const [name = 'my-app', tag = 'v1'] = imageOf(rollout).split(':');
  const number = Number(/\d+/.exec(tag)?.[0] ?? 1);
  return `${name}:v${number + 1}${suffix}`;
}

/** The Rollout with another image in its first container, as `kubectl argo rollouts set image` writes it. */
export function withImage(rollout: Rollout, image: string): Rollout {
  const copy = structuredClone(rollout);
  const container = copy.spec.template?.spec?.containers[0];
  if (container !== undefined) container.image = image;
  return copy;
}
