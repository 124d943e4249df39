/** A Kubernetes Job whose end is the verdict. analysis §18.11 */
import type { MeasurementTask, Reading } from '#core/analysis/reading.ts';
import { ConflictError, DeniedError, InvalidSpecError } from '#core/errors.ts';
import type { AnalysisRun, Metric, Phase } from '#core/resources/argo.ts';
import {
  controllerOf,
  type KubernetesObject,
  type NewObject,
  type ObjectRef,
  type Pod,
} from '#core/resources/kubernetes.ts';
import { parseTimestamp, SECOND, type Instant } from '#core/time.ts';
import type { Cluster, MetricProvider } from '../ports.ts';
import { readingOf, ReadingError, type Environment, type ProviderContext } from './provider.ts';

type JobSpec = NonNullable<Metric['provider']['job']>['spec'];

interface Job extends KubernetesObject {
  readonly spec?: JobSpec;
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] };
}

/** Which Job a measurement is about. */
interface JobPlace {
  readonly namespace: string;
  /** Jobs of the run's own namespace are owned by the run. */
  readonly owned: boolean;
}

const API_VERSION = 'batch/v1';
const RUN_UID = 'analysisrun.argoproj.io/uid';
const NAME_KEY = 'job-name';
const NAMESPACE_KEY = 'job-namespace';
/** A Job's name becomes a label value of its pods. */
const MAX_NAME = 63;
const TERMINAL_REASONS = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName']);

export function createJobProvider({ cluster, environment }: ProviderContext): MetricProvider {
  return {
    type: 'Job',
    read: (task) =>
      readingOf(() => {
        if (task.operation === 'run') return create(task, placeOf(task.run, environment), cluster);
        if (task.operation === 'resume') return look(task, cluster);
        return stop(task, cluster);
      }),
    cleanUp: ({ run }, limit) => deleteOldest(run, limit, placeOf(run, environment), cluster),
  };
}

function placeOf({ metadata }: AnalysisRun, environment: Environment): JobPlace {
  if (environment['ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG']) {
    throw new ReadingError(
      'ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG is not supported: Jobs run in the cluster of their run',
    );
  }
  const namespace = environment['ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE'] || metadata.namespace;
  return { namespace, owned: namespace === metadata.namespace };
}

async function create(task: MeasurementTask, place: JobPlace, cluster: Cluster): Promise<Reading> {
  const job = newJob(task, place);
  try {
    await cluster.create<Job>(job);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw asReadingError(error);
    await assertOwn(job, task.run, place, cluster, error);
  }
  const metadata = { [NAME_KEY]: job.metadata.name, [NAMESPACE_KEY]: place.namespace };
  return { kind: 'pending', resumeAt: task.now, metadata };
}

/** What the manifest's owner or an administrator must mend is a reading; what passes by itself is not. */
function asReadingError(error: unknown): unknown {
  return error instanceof InvalidSpecError || error instanceof DeniedError ? new ReadingError(error.message) : error;
}

/** The name is taken: by an earlier try of this very measurement, which is adopted, or by somebody else's Job. */
async function assertOwn(
  { metadata }: NewObject<Job>,
  run: AnalysisRun,
  { namespace, owned }: JobPlace,
  cluster: Cluster,
  conflict: ConflictError,
): Promise<void> {
  if (!owned) return;
  const existing = await cluster.get<Job>(refTo(namespace, metadata.name));
  if (existing !== undefined && controllerOf(existing)?.uid === run.metadata.uid) return;
  throw new ReadingError(conflict.message);
}

function newJob({ run, metric }: MeasurementTask, { namespace, owned }: JobPlace): NewObject<Job> {
  const { metadata, spec } = metric.provider.job ?? { spec: { template: {} } };
  const { name, namespace: runNamespace, uid } = run.metadata;
  const template = spec.template;
  const labels = { [RUN_UID]: uid };
  const owner = { apiVersion: run.apiVersion, kind: run.kind, name, uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: API_VERSION,
    kind: 'Job',
    metadata: {
      name: jobName(run, metric.name),
      namespace,
      labels: { ...metadata?.labels, ...labels },
      annotations: {
        ...metadata?.annotations,
        'analysisrun.argoproj.io/name': name,
        'analysisrun.argoproj.io/namespace': runNamespace,
        'analysisrun.argoproj.io/metric-name': metric.name,
      },
      ...(owned && { ownerReferences: [owner] }),
    },
    spec: {
      ...spec,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
      },
    },
  };
}

/** `<run uid>.<metric>.<how many measurements there have been, plus one>`; the metric's name gives way. */
function jobName(run: AnalysisRun, metric: string): string {
  const result = run.status?.metricResults?.find(({ name }) => name === metric);
  const suffix = `.${(result?.count ?? 0) + (result?.error ?? 0) + 1}`;
  const prefix = `${run.metadata.uid}.`;
  return `${prefix}${metric.slice(0, Math.max(0, MAX_NAME - prefix.length - suffix.length))}${suffix}`;
}

async function look(task: MeasurementTask, cluster: Cluster): Promise<Reading> {
  const { namespace, name } = jobOf(task);
  const job = await cluster.get<Job>(refTo(namespace, name));
  if (job === undefined) throw new ReadingError(`job.batch "${name}" not found`);
  const phase = phaseOf(job);
  if (phase !== undefined) return { kind: 'verdict', phase };
  const message = await imageProblem(job, cluster);
  if (message !== undefined) return { kind: 'verdict', phase: 'Inconclusive', message };
  return { kind: 'pending', resumeAt: nextLook(task), metadata: task.measurement?.metadata ?? {} };
}

/** The last condition that speaks of an end; its own status is not asked. */
function phaseOf({ status }: Job): Phase | undefined {
  const ends = (status?.conditions ?? [])
    .map(({ type }) => type)
    .filter((type) => type === 'Complete' || type === 'Failed');
  const last = ends.at(-1);
  if (last === undefined) return undefined;
  return last === 'Complete' ? 'Successful' : 'Failed';
}

async function imageProblem(job: Job, cluster: Cluster): Promise<string | undefined> {
  const { namespace, name } = job.metadata;
  const selected = job.spec?.selector?.matchLabels ?? { 'job-name': name };
  const labelSelector = Object.entries(selected)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = await cluster.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector });
  return pods.items.flatMap(stuckContainers).at(0);
}

function stuckContainers({ metadata, status }: Pod): readonly string[] {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return containers.flatMap(({ name, state }) => {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (!TERMINAL_REASONS.has(reason)) return [];
    return [`Pod ${metadata.name}, container ${name} has terminal error (${reason}): ${message}\n`];
  });
}

/** Later and later: after √(2 × age) seconds. */
function nextLook({ measurement, now }: MeasurementTask): Instant {
  const startedAt = parseTimestamp(measurement?.startedAt) ?? now;
  return now + Math.sqrt((2 * Math.max(0, now - startedAt)) / SECOND) * SECOND;
}

/** The port deletes in the foreground: the Job goes when its pods have gone. */
async function stop(task: MeasurementTask, cluster: Cluster): Promise<Reading> {
  const { namespace, name } = jobOf(task);
  await cluster.delete(refTo(namespace, name));
  return { kind: 'verdict', phase: 'Inconclusive' };
}

function jobOf({ measurement, run }: MeasurementTask): { namespace: string; name: string } {
  const { [NAME_KEY]: name = '', [NAMESPACE_KEY]: namespace = run.metadata.namespace } = measurement?.metadata ?? {};
  if (name === '') throw new ReadingError('job metadata reference missing');
  return { namespace, name };
}

/** Of all metrics of the run. */
async function deleteOldest(run: AnalysisRun, limit: number, { namespace }: JobPlace, cluster: Cluster): Promise<void> {
  const labelSelector = `${RUN_UID}=${run.metadata.uid}`;
  const jobs = await cluster.list<Job>({ apiVersion: API_VERSION, kind: 'Job', namespace, labelSelector });
  const oldestFirst = jobs.items.toSorted((a, b) => createdAt(a) - createdAt(b));
  for (const { metadata } of oldestFirst.slice(0, Math.max(0, oldestFirst.length - limit))) {
    await cluster.delete(refTo(namespace, metadata.name), { uid: metadata.uid });
  }
}

function createdAt({ metadata }: Job): Instant {
  return parseTimestamp(metadata.creationTimestamp) ?? 0;
}

function refTo(namespace: string, name: string): ObjectRef {
  return { apiVersion: API_VERSION, kind: 'Job', namespace, name };
}
