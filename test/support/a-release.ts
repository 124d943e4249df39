/** A release that is under way, for tests of what is told about one. */
import type { ReleaseSummary } from '#core/history/record.ts';

export const RELEASE: ReleaseSummary = {
  id: 'u.2.bbb',
  cluster: 'eu',
  namespace: 'shop',
  rollout: 'cart',
  revision: 2,
  podHash: 'bbb',
  strategy: 'canary',
  startedAt: 0,
  outcome: 'running',
  reason: '',
  weights: [],
  stableHash: 'aaa',
};
