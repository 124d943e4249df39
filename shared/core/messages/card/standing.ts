/** How a release stands, in a title and a sentence, and what a person could do about it now. */
import type { JsonObject } from '../../json.ts';
import type { RecordedTransition, ReleaseSummary } from '../../history/record.ts';
import { text } from '../line.ts';
import { endReason, type Told } from '../story.ts';

export interface Standing {
  readonly title: string;
  readonly sentence: string;
  /** The pause that waits for people; undefined: there is none. */
  readonly waiting?: Waiting;
  /** Can it be aborted? */
  readonly running: boolean;
}

/** What a Promote button is bound to. */
export interface Waiting {
  readonly stepIndex?: number;
  readonly pausedAt?: string;
}

export function standing({ release, transitions, orders }: Told): Standing {
  switch (release.outcome) {
    case 'promoted':
      return { title: 'Promoted', sentence: `Promoted: ${release.reason}`, running: false };
    case 'aborted':
      return {
        title: 'Aborted',
        sentence: `Aborted${reached(release)}: ${endReason(release, orders)}`,
        running: false,
      };
    case 'superseded':
      return { title: 'Superseded', sentence: `Ended: ${release.reason}`, running: false };
    case 'running':
      return goingOn({ release, transitions, orders });
  }
}

function reached({ weights }: ReleaseSummary): string {
  const last = weights.at(-1);
  return last === undefined ? '' : ` at ${last} %`;
}

function goingOn({ release, transitions, orders }: Told): Standing {
  const held = lastOf(transitions, 'held');
  if (held !== undefined) return { title: 'Held', sentence: held.message, running: true };
  const paused = lastOf(transitions, 'paused');
  if (paused === undefined) return { title: 'Releasing', sentence: progress(release, transitions), running: true };
  const given = orders
    .filter(({ receivedAt }) => receivedAt >= paused.at)
    .flatMap(({ effect }) => effect?.approvals ?? []);
  return pausedStanding(
    release,
    paused.details,
    given.map((one) => one.given).toSorted((a, b) => b.length - a.length)[0],
  );
}

/** The last of a kind that nothing has ended since. */
function lastOf(transitions: readonly RecordedTransition[], type: 'paused' | 'held'): RecordedTransition | undefined {
  const index = transitions.findLastIndex((transition) => transition.type === type);
  const over = transitions.slice(index + 1).some((later) => later.type === 'resumed' || later.type === 'retried');
  return index < 0 || over ? undefined : transitions[index];
}

function progress({ weights }: ReleaseSummary, transitions: readonly RecordedTransition[]): string {
  const step = transitions.findLast(({ type }) => type === 'step-completed')?.details;
  const weight = weights.at(-1);
  const at = weight === undefined ? 'It has begun' : `It is at ${weight} %`;
  return step === undefined ? at : `${at}; step ${text(step['step'])}/${text(step['steps'])} is done`;
}

/** @param approved who has approved this pause */
function pausedStanding(release: ReleaseSummary, details: JsonObject, approved: readonly string[] = []): Standing {
  const { until, people, approvals, deadline, stepIndex, steps, pausedAt } = details;
  const where = typeof stepIndex === 'number' ? ` at step ${stepIndex + 1}/${text(steps)}` : '';
  const weight = release.weights.at(-1);
  const at = weight === undefined ? where : `${where}, ${weight} %`;
  if (typeof until === 'string') {
    return { title: 'Paused', sentence: `Paused${at}; it goes on at ${until}`, running: true };
  }
  const waiting = {
    ...(typeof stepIndex === 'number' && { stepIndex }),
    ...(typeof pausedAt === 'string' && { pausedAt }),
  };
  const so =
    approved.length === 0 ? '' : ` (${approved.length} of ${text(approvals)} approved, by ${approved.join(', ')})`;
  const needs = typeof approvals === 'number' ? `${approvals} approval(s), the author's not counted${so}` : 'a person';
  const ends = typeof deadline === 'string' ? `; without them it is aborted at ${deadline}` : '';
  const sentence = `Paused${at}; it waits for ${needs}${ends}`;
  return { title: people === true ? 'Approve' : 'Paused', sentence, waiting, running: true };
}
