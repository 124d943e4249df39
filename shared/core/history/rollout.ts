/** Which transitions lie between the last record of a Rollout and the object as the API server holds it now. */
import type { JsonObject } from '../json.ts';
import type { Rollout } from '../resources/argo.ts';
import type { Instant } from '../time.ts';
import type { ReleaseSummary, Transition, TransitionType } from './record.ts';
import { abortMessage, ended, newRelease, promotionReason, summarise } from './release.ts';
import { isPromotion, isSeen, rolloutState, sameState, type RolloutState } from './rollout-state.ts';
import { completedSteps, stepText, wentBack } from './steps.ts';
import { waitingDetails } from './waiting.ts';

export interface RolloutRecord {
  readonly state: RolloutState;
  readonly release: ReleaseSummary | undefined;
}

export interface Observation extends RolloutRecord {
  readonly transitions: readonly Transition[];
}

/**
 * States that came and went between two looks are one transition. A look that finds the end of one release and the
 * start of the next tells the end only: record it and look again.
 * @param last undefined: never recorded
 */
export function observeRollout(
  last: RolloutRecord | undefined,
  rollout: Rollout,
  cluster: string,
  now: Instant,
): Observation {
  const recreated = last !== undefined && last.state.uid !== rollout.metadata.uid;
  if (recreated && isRunning(last)) return observeDeleted(last, now);
  const known = recreated ? undefined : last;
  const after = rolloutState(rollout, now, known?.state);
  if (known === undefined) return firstLook(after, rollout, cluster, now);
  if (sameState(known.state, after)) return { ...known, transitions: [] };
  if (isRunning(known) && known.release.podHash !== after.podHash) {
    return wasPromoted(known, after) ? promotedBefore(known, rollout, now) : superseded(known, after, now);
  }
  return goneOn(known, after, rollout, cluster, now);
}

type Running = RolloutRecord & { readonly release: ReleaseSummary };

function isRunning(record: RolloutRecord): record is Running {
  return record.release?.outcome === 'running';
}

/** The Rollout is gone: a release that was running cannot end otherwise any more. */
export function observeDeleted(last: Running, now: Instant): Observation {
  return over(last, 'ended: the Rollout was deleted', now);
}

function firstLook(after: RolloutState, rollout: Rollout, cluster: string, now: Instant): Observation {
  const settled = after.podHash === after.stableHash;
  if (!settled) return begun(undefined, after, rollout, cluster, now);
  // Taken over while nothing was going on: what was before is not ours to tell.
  return { state: after, release: undefined, transitions: progress({ ...after, message: '' }, after, rollout, now) };
}

function goneOn(
  known: RolloutRecord,
  after: RolloutState,
  rollout: Rollout,
  cluster: string,
  now: Instant,
): Observation {
  const isStable = after.podHash === known.state.stableHash && after.stableHash === known.state.stableHash;
  const isOther = after.podHash !== known.state.podHash || isReleasedAgain(known, after, rollout);
  const isNew = after.podHash !== '' && isOther && !isStable;
  if (isNew && lacksRevision(known, after)) return { ...known, transitions: [] };
  if (isNew) return begun(known.state, after, rollout, cluster, now);
  const release = known.release && summarise(known.release, known.state, after, rollout, now);
  return { state: after, release, transitions: progress(known.state, after, rollout, now) };
}

/**
 * Taken back and released once more with no look between: the hash is that of the release which is over, the revision is not.
 * An aborted one is not over in this sense: a retry goes on with it, and the revision of an edit may show before the status tells of it.
 */
function isReleasedAgain({ release }: RolloutRecord, after: RolloutState, rollout: Rollout): boolean {
  if (release?.outcome !== 'superseded' || release.podHash !== after.podHash) return false;
  return after.revision > release.revision && isSeen(rollout);
}

/**
 * A version that is released again keeps its ReplicaSet, and Argo's controller shows its new revision one pass after its hash.
 * Until then the number is the previous version's, and would give the release a name that another one may have had.
 */
function lacksRevision({ release }: RolloutRecord, after: RolloutState): boolean {
  const hasNotMoved = after.stepIndex <= 0 && after.pauses.length === 0 && !after.aborted && !after.promoteFull;
  return after.revision === release?.revision && hasNotMoved && after.podHash !== after.stableHash;
}

function begun(
  before: RolloutState | undefined,
  after: RolloutState,
  rollout: Rollout,
  cluster: string,
  now: Instant,
): Observation {
  const release = summarise(newRelease(after, rollout, cluster, now), undefined, after, rollout, now);
  const phase = before?.phase ?? '';
  const started = {
    type: 'release-started',
    at: now,
    message: startMessage(after),
    details: { revision: after.revision },
  };
  const transitions = [started as Transition, ...progress(undefined, after, rollout, now, phase)];
  return { state: after, release, transitions };
}

/** It became stable between two looks, and the next version came on top. */
function wasPromoted(known: Running, after: RolloutState): boolean {
  return after.stableHash === known.release.podHash && known.state.stableHash !== after.stableHash;
}

function promotedBefore(known: Running, rollout: Rollout, now: Instant): Observation {
  const reason = promotionReason(known.state, rollout);
  const { revision, podHash } = known.release;
  return {
    // What comes on top may be taken back before the next look: that is no second promotion.
    state: { ...known.state, stableHash: podHash },
    release: ended(known.release, 'promoted', reason, now),
    transitions: [{ type: 'promoted', at: now, message: reason, details: { revision } }],
  };
}

/** A new template in the middle of a release ends it. */
function superseded(known: Running, after: RolloutState, now: Instant): Observation {
  const by = after.podHash === after.stableHash ? 'the stable version' : `revision ${after.revision}`;
  return over(known, `superseded by ${by}`, now);
}

function over(known: Running, reason: string, now: Instant): Observation {
  // The Rollout may show the revision of the next version already.
  const { revision, podHash } = known.release;
  const message = `Revision ${revision} (${podHash}) ${reason}`;
  return {
    state: known.state,
    release: ended(known.release, 'superseded', reason, now),
    transitions: [{ type: 'superseded', at: now, message, details: { revision } }],
  };
}

function startMessage(after: RolloutState): string {
  return after.stableHash === '' || after.stableHash === after.podHash
    ? `First deployment: revision ${after.revision} (${after.podHash})`
    : `Release of revision ${after.revision} (${after.podHash}) started; stable is ${after.stableHash}`;
}

/** What happened within one release. @param before undefined at its start; `phase` is then the phase shown until now. */
function progress(
  before: RolloutState | undefined,
  after: RolloutState,
  rollout: Rollout,
  now: Instant,
  phase = before?.phase ?? '',
): Transition[] {
  const note: Note = (type, message, details = {}) => ({
    type,
    at: now,
    message,
    details: { revision: after.revision, ...details },
  });
  return [
    ...retryNotes(before, after, note),
    ...stepNotes(before, after, rollout, note),
    ...abortNotes(before, after, rollout, note),
    ...pauseNotes(before, after, rollout, note),
    ...holdNotes(before, after, note),
    ...(isPromotion(before, after) ? [note('promoted', promotionReason(before, rollout))] : []),
    ...phaseNotes(before, after, note, phase),
  ];
}

type Note = (type: TransitionType, message: string, details?: JsonObject) => Transition;

function stepNotes(before: RolloutState | undefined, after: RolloutState, rollout: Rollout, note: Note): Transition[] {
  return completedSteps(before, after, rollout).flatMap(({ step, index, count }) => {
    const details = { step: index + 1, steps: count };
    const completed = note('step-completed', `Step ${index + 1}/${count} completed (${stepText(step)})`, details);
    if (step.setWeight === undefined) return [completed];
    return [note('weight-changed', `Weight ${step.setWeight} %`, { weight: step.setWeight }), completed];
  });
}

/** Where nothing is being released the flag means nothing: kubectl sets it all the same, and a template of before takes it away. */
function abortNotes(before: RolloutState | undefined, after: RolloutState, rollout: Rollout, note: Note): Transition[] {
  if (after.podHash === after.stableHash || !after.aborted || before?.aborted === true) return [];
  return [note('aborted', abortMessage(rollout))];
}

/** First of all: the steps that follow are those of the new try. */
function retryNotes(before: RolloutState | undefined, after: RolloutState, note: Note): Transition[] {
  if (before === undefined || after.podHash === after.stableHash || after.aborted) return [];
  if (before.aborted) return [note('retried', 'The abort was lifted')];
  return wentBack(before, after) ? [note('retried', 'Began again at its first step')] : [];
}

function pauseNotes(before: RolloutState | undefined, after: RolloutState, rollout: Rollout, note: Note): Transition[] {
  const old = before?.pauses ?? [];
  const paused = after.pauses.filter((reason) => !old.includes(reason));
  const resumed = after.aborted ? [] : old.filter((reason) => !after.pauses.includes(reason));
  return [
    ...(paused.length > 0
      ? [note('paused', `Paused: ${paused.join(', ')}`, { reasons: paused, ...waitingDetails(rollout) })]
      : []),
    ...(resumed.length > 0 ? [note('resumed', `Resumed after ${resumed.join(', ')}`, { reasons: resumed })] : []),
  ];
}

function holdNotes(before: RolloutState | undefined, after: RolloutState, note: Note): Transition[] {
  const was = before?.held !== undefined;
  if (after.held !== undefined) return was ? [] : [note('held', `Held: ${after.held}`)];
  if (!was || after.aborted || after.promoteFull || isPromotion(before, after)) return [];
  return [note('resumed', 'Resumed: metrics answer again', { reasons: ['held'] })];
}

function phaseNotes(before: RolloutState | undefined, after: RolloutState, note: Note, phase: string): Transition[] {
  if (after.message.startsWith('InvalidSpec: ')) {
    return before?.message === after.message ? [] : [note('invalid-spec', after.message)];
  }
  if (after.phase === phase) return [];
  const message = after.message === '' ? after.phase : `${after.phase}: ${after.message}`;
  return [note('phase-changed', message, { phase: after.phase })];
}
