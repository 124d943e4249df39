/** The policy that a configuration says. Apart from its validation: functions get what has been validated. */
import type { Policy } from '#core/commands/policy.ts';
import type { WeirConfig } from './config.ts';

type PolicyConfig = Pick<WeirConfig, 'policy' | 'freezes' | 'people' | 'groups' | 'strangers'>;

export function policyOf({ policy, freezes, people, groups, strangers }: PolicyConfig): Policy {
  return { rules: policy, freezes, directory: { people, groups }, strangers } as Policy;
}
