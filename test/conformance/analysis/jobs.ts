/** What examples do to the Jobs of a run, and what they see of them. */
import { recordAt, refOf, type ApiObject } from '../../../infra/local/kubernetes/objects.ts';
import type { Store } from '../../../infra/local/kubernetes/store.ts';
import type { RunStep } from './examples.ts';

const METRIC_NAME = 'analysisrun.argoproj.io/metric-name';

export function jobNames(store: Store): readonly string[] {
  return jobsOf(store).map(({ metadata }) => metadata.name);
}

/** `job`: the condition that the Job of a metric gets. `pod`: why its container waits. `dropJob`: whose Job disappears. */
export function applyToJobs(store: Store, { job = {}, pod = {}, dropJob = [] }: RunStep): void {
  const dropped = typeof dropJob === 'string' ? [dropJob] : dropJob;
  for (const each of jobsOf(store)) {
    const metric = each.metadata.annotations?.[METRIC_NAME] ?? '';
    const condition = job[metric];
    const waiting = pod[metric];
    if (condition !== undefined) finish(store, each, condition);
    if (waiting !== undefined) addWaitingPod(store, each, metric, waiting);
    if (dropped.includes(metric)) store.remove(each);
  }
}

/** @returns a function that tells the writes since its last call, as the examples name them */
export function watchJobWrites(store: Store): () => readonly string[] {
  let writes: string[] = [];
  store.intercept({
    after: (operation) => {
      if (operation.verb === 'create' && operation.object.kind === 'Job') writes.push('create jobs');
      if (operation.verb === 'delete' && operation.ref.kind === 'Job') writes.push('delete jobs');
    },
  });
  return () => {
    const taken = writes;
    writes = [];
    return taken;
  };
}

function jobsOf(store: Store): readonly ApiObject[] {
  return store.list({ apiVersion: 'batch/v1', kind: 'Job' }).items;
}

function finish(store: Store, job: ApiObject, type: string): void {
  store.replace({ ...store.get(refOf(job)), status: { conditions: [{ type, status: 'True' }] } });
}

function addWaitingPod(store: Store, job: ApiObject, metric: string, reason: string): void {
  const selected = recordAt(recordAt(job, 'spec'), 'selector')['matchLabels'] as Record<string, string> | undefined;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-of-${metric}`,
      namespace: job.metadata.namespace ?? '',
      labels: selected ?? { 'job-name': job.metadata.name },
    },
    spec: { containers: [{ name: 'main', image: 'x' }] },
  };
  const containerStatuses = [{ name: 'main', state: { waiting: { reason, message: 'detail' } } }];
  store.replace({ ...store.create(pod), status: { containerStatuses } });
}
