/**
 * The condition that says that a Rollout is held. A type of its own beside Argo's: its tools show it and go on reading the
 * others, whose reasons they know.
 */
import type { RolloutStatus } from '../resources/argo.ts';
import { findCondition } from './conditions.ts';

/** Why the Rollout is held; undefined: it is not. */
export function heldMessage({ conditions }: Pick<RolloutStatus, 'conditions'>): string | undefined {
  return findCondition(conditions, 'Held')?.message;
}
