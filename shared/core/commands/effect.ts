/** What a command would change. */
import type { RolloutSpec, RolloutStatus } from '../resources/argo.ts';
import type { Verdict } from './command.ts';

export type Effect =
  | {
      readonly state: 'change';
      readonly status?: RolloutStatus;
      readonly spec?: Pick<RolloutSpec, 'paused'>;
      readonly says: string;
    }
  | Verdict;
