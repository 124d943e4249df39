/** What a blue-green strategy says, with its defaults. engine §1.1. */
import type { BlueGreenStrategy } from '../../resources/argo.ts';
import { resolveFenceposts } from '../canary/replica-counts.ts';
import { blueGreenOf, type Pass } from '../pass.ts';

export function strategyOf(pass: Pass): BlueGreenStrategy {
  return blueGreenOf(pass) ?? { activeService: '' };
}

export function autoPromotes(pass: Pass): boolean {
  return strategyOf(pass).autoPromotionEnabled !== false;
}

export function autoPromotionSeconds(pass: Pass): number {
  return strategyOf(pass).autoPromotionSeconds ?? 0;
}

/** Seconds that a replaced version stays up. */
export function scaleDownDelaySeconds(pass: Pass): number {
  return strategyOf(pass).scaleDownDelaySeconds ?? 30;
}

/** Used by restarts only. */
export function maxUnavailableOf(pass: Pass): number {
  const { maxUnavailable } = strategyOf(pass);
  return resolveFenceposts(pass.replicas, 1, maxUnavailable).unavailable;
}
