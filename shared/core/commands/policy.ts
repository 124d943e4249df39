/** What a team allows whom: the rules, the times in which nothing is let out, and who is who. */
import type { CommandVerb } from './command.ts';
import type { Freeze } from './freeze.ts';
import { NOBODY_KNOWN, type Directory } from './people.ts';

/** One rule of the policy; absent fields match everything, `*` at the end of a text matches any rest. */
export interface PolicyRule {
  readonly effect: 'allow' | 'deny';
  readonly verbs?: readonly CommandVerb[];
  /** `@group`, people or accounts. */
  readonly actors?: readonly string[];
  readonly clusters?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly rollouts?: readonly string[];
  /** Slack channels that it is asked in; an order from elsewhere is in none. */
  readonly channels?: readonly string[];
}

export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly freezes: readonly Freeze[];
  readonly directory: Directory;
  /** May people order whom `people` of weir.yaml does not name? */
  readonly strangers: 'allow' | 'deny';
}

export const NO_POLICY: Policy = { rules: [], freezes: [], directory: NOBODY_KNOWN, strangers: 'allow' };
