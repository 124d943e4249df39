/** What history keeps: the newest recorded state of each object, the releases, and their transitions. */
import type { JsonObject } from '../json.ts';
import type { Instant } from '../time.ts';
import type { ImageChange } from './images.ts';

/** A change worth recording. `message` is a sentence a person reads; `details` what a program reads. */
export interface Transition {
  readonly type: TransitionType;
  readonly at: Instant;
  readonly message: string;
  readonly details: JsonObject;
}

export type TransitionType =
  | 'release-started'
  | 'weight-changed'
  | 'step-completed'
  | 'paused'
  /** No step is taken while metrics do not answer. */
  | 'held'
  | 'resumed'
  | 'analysis-started'
  | 'measured'
  | 'metric-completed'
  | 'analysis-completed'
  | 'aborted'
  | 'retried'
  | 'promoted'
  | 'superseded'
  | 'phase-changed'
  | 'invalid-spec'
  | 'ordered'
  /** Approvals that are waited for were brought to mind. */
  | 'reminded'
  | 'alerted';

export type Outcome = 'running' | 'promoted' | 'aborted' | 'superseded';

/** One update of a rollout from start to end. A retry after an abort goes on with the same release. */
export interface ReleaseSummary {
  /** `<rollout uid>.<revision>.<pod hash>` */
  readonly id: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly rollout: string;
  readonly revision: number;
  readonly podHash: string;
  readonly strategy: 'canary' | 'blueGreen';
  readonly startedAt: Instant;
  readonly outcome: Outcome;
  /** Why it ended as it did; empty while it runs. */
  readonly reason: string;
  readonly finishedAt?: Instant;
  /** Set weights in the order in which they were reached, percent. */
  readonly weights: readonly number[];
  /** What is new in it. */
  readonly images?: readonly ImageChange[];
  /** The version that it replaces; empty: none. */
  readonly stableHash?: string;
  /** Slack channels that its card goes to, as `weir.dev/notify` named them when it began. */
  readonly notify?: readonly string[];
  /** It takes another release back: it is not taken back in turn. */
  readonly rollback?: true;
}

/** The newest record of an object. */
export interface LatestRecord {
  readonly version: number;
  readonly fence: number;
  /** Decision fields only, never a whole object. */
  readonly state: JsonObject;
  /** The release that the pending transitions belong to; absent: they are told, but filed under no release. */
  readonly releaseId?: string;
  /** Only in the record of a Rollout: the summary of that release, as it is now. */
  readonly release?: ReleaseSummary;
  /** Recorded, but not yet known to be accepted by the bus. */
  readonly pending: readonly Transition[];
  /** Where each pending transition belongs; absent: all of them are of this very version, in order. */
  readonly places?: readonly Place[];
}

/** The record that brought a transition: what was not told before the next record keeps its place. */
export interface Place {
  readonly version: number;
  readonly index: number;
  readonly releaseId?: string;
}

export interface NewRecord {
  /** Version that was read; 0: none yet. */
  readonly expectedVersion: number;
  /** `seq` of the claim under which the pass ran. */
  readonly fence: number;
  readonly state: JsonObject;
  /** The release that the transitions belong to. */
  readonly releaseId?: string;
  /** Only in the record of a Rollout: the summary of that release, as it is now. */
  readonly release?: ReleaseSummary;
  readonly transitions: readonly Transition[];
}

/** A transition with its place in history: (version, index) of one object's record. */
export interface RecordedTransition extends Transition {
  readonly release: string;
  readonly object: string;
  readonly version: number;
  readonly index: number;
}
