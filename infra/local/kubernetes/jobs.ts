/** The Job controller: pods until enough have succeeded or too many have failed. No parallelism, no deadlines. */
import { SECOND } from '#core/time.ts';
import type { Cancel, Timers } from '../clock.ts';
import { startOwnerController } from './controller.ts';
import { recordAt, recordsAt, type ApiObject, type Draft } from './objects.ts';
import { isActive, phaseOf, podFrom, podsOf } from './pods.ts';
import type { Store } from './store.ts';

export function startJobs(store: Store, timers: Timers): Cancel {
  return startOwnerController(store, timers, { apiVersion: 'batch/v1', kind: 'Job' }, syncJob);
}

const FIRST_BACK_OFF = 10 * SECOND;

interface Count {
  readonly active: readonly ApiObject[];
  readonly succeeded: number;
  readonly failed: number;
}

/** @returns when the next attempt may start, milliseconds from now */
function syncJob(store: Store, job: ApiObject): number | undefined {
  if (job.metadata.deletionTimestamp !== undefined || isFinished(job)) return undefined;
  const count = countPods(podsOf(store, job));
  const verdict = verdictOf(job, count);
  const wait = verdict === undefined && count.active.length === 0 ? attempt(store, job, count) : undefined;
  const now = countPods(podsOf(store, job));
  store.replace({ ...job, status: statusOf(job, now, verdict, store.timestamp()) });
  return wait;
}

function isFinished(job: ApiObject): boolean {
  const conditions = recordsAt(recordAt(job, 'status'), 'conditions');
  return conditions.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

function countPods(pods: readonly ApiObject[]): Count {
  return {
    active: pods.filter(isActive),
    succeeded: pods.filter((pod) => phaseOf(pod) === 'Succeeded').length,
    failed: pods.filter((pod) => phaseOf(pod) === 'Failed').length,
  };
}

type Verdict = 'Complete' | 'Failed';

function verdictOf(job: ApiObject, count: Count): Verdict | undefined {
  const { completions, backoffLimit } = recordAt(job, 'spec');
  if (count.succeeded >= Number(completions)) return 'Complete';
  return count.failed > Number(backoffLimit) ? 'Failed' : undefined;
}

/** After n failures the next attempt waits 10 s · 2^(n-1). @returns the rest of that wait */
function attempt(store: Store, job: ApiObject, count: Count): number | undefined {
  const wait = count.failed === 0 ? 0 : FIRST_BACK_OFF * 2 ** (count.failed - 1);
  const rest = lastEnd(podsOf(store, job)) + wait - store.clock.now();
  if (count.failed > 0 && rest > 0) return rest;
  store.create(podFrom(job));
  return undefined;
}

function lastEnd(pods: readonly ApiObject[]): number {
  const ends = pods
    .flatMap((pod) => recordsAt(recordAt(pod, 'status'), 'containerStatuses'))
    .map((status) => recordAt(recordAt(status, 'state'), 'terminated')['finishedAt']);
  return Math.max(0, ...ends.map((at) => (typeof at === 'string' ? Date.parse(at) : 0)));
}

function statusOf(job: ApiObject, count: Count, verdict: Verdict | undefined, now: string): Draft {
  const { startTime = now } = recordAt(job, 'status');
  const counts = { active: count.active.length, succeeded: count.succeeded, failed: count.failed };
  return {
    startTime,
    ...Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0)),
    ...(verdict === undefined ? {} : finished(verdict, now)),
  };
}

function finished(verdict: Verdict, now: string): Draft {
  const times = { lastProbeTime: now, lastTransitionTime: now };
  if (verdict === 'Complete') {
    return { completionTime: now, conditions: [{ type: 'Complete', status: 'True', ...times }] };
  }
  const why = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  return { conditions: [{ type: 'Failed', status: 'True', ...times, ...why }] };
}
