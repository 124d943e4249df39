/** What the tour yields, and who tells it. */
import type { Outcome, ReleaseSummary } from '#core/history/record.ts';
import type { RolloutPlace } from './watch.ts';

export interface TourStep {
  readonly release: ReleaseSummary;
  readonly expected: Outcome;
}

export interface Narrator {
  /** Which rollout the next sentences are about. */
  follow(place: RolloutPlace): void;
  /** A sentence between the transitions; not part of --json. */
  say(text: string): void;
  /** Why a release ended as it did, with its measurements. */
  explain(release: ReleaseSummary): Promise<void>;
}
