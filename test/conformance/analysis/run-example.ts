/** Reconciles the run of an example at each of its steps, over a metric source and Jobs that do what the example says. */
import { assessRun } from '#core/analysis/assess.ts';
import { planMeasurements } from '#core/analysis/measure.ts';
import type { TakenReading } from '#core/analysis/measurement.ts';
import type { MeasurementTask } from '#core/analysis/reading.ts';
import { ARGO_API_VERSION, type AnalysisRun, type AnalysisRunSpec, type AnalysisRunStatus } from '#core/resources/argo.ts';
import { SECOND, type Instant } from '#core/time.ts';
import { EPOCH } from './comparable.ts';
import type { RecordedRequest, RunExample, RunStep } from './examples.ts';
import { JobWorld } from './job-world.ts';
import { openMetricSource, type MetricSource } from './metric-source.ts';
import { readMetric } from './readers.ts';

export interface StepResult {
  readonly at: number;
  readonly status?: AnalysisRunStatus;
  readonly events: readonly string[];
  readonly requests: readonly RecordedRequest[];
  readonly writes: readonly string[];
  readonly requeueAfter: readonly number[];
  readonly jobs: readonly string[];
  readonly deleted: boolean;
}

export async function runSteps(example: RunExample): Promise<readonly StepResult[]> {
  const source = await openMetricSource();
  try {
    const world = new RunWorld(example, source);
    const results: StepResult[] = [];
    for (const step of example.steps) results.push(await world.take(step));
    return results;
  } finally {
    await source.close();
  }
}

class RunWorld {
  #run: AnalysisRun | undefined;
  readonly #jobs = new JobWorld();
  readonly #source: MetricSource;
  readonly #secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;

  constructor({ spec, status, secrets = {} }: RunExample, source: MetricSource) {
    const served = JSON.parse(JSON.stringify(spec).replaceAll('$SERVER', source.address)) as AnalysisRunSpec;
    const metadata = { name: 'run', namespace: 'default', uid: 'run-uid' };
    this.#run = { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', metadata, spec: served, ...(status && { status }) };
    this.#source = source;
    this.#secrets = new Map(Object.entries(secrets));
  }

  async take(step: RunStep): Promise<StepResult> {
    this.#source.answer(step.values ?? {});
    this.#jobs.apply(step);
    if (step.terminate === true && this.#run) this.#run = { ...this.#run, spec: { ...this.#run.spec, terminate: true } };
    const seen = this.#run === undefined ? NOTHING_SEEN : await this.#reconcile(this.#run, EPOCH + step.at * SECOND);
    return {
      at: step.at,
      ...seen,
      ...(this.#run?.status && { status: this.#run.status }),
      requests: this.#source.takeRequests(),
      writes: [...seen.writes, ...this.#jobs.takeWrites()],
      jobs: this.#jobs.names,
      deleted: this.#run === undefined,
    };
  }

  async #reconcile(run: AnalysisRun, now: Instant): Promise<Pick<StepResult, 'events' | 'writes' | 'requeueAfter'>> {
    const plan = planMeasurements(run, this.#secrets, now);
    const tasks = plan.state === 'ready' ? plan.tasks : [];
    const readings = await Promise.all(tasks.map((task) => this.#read(task)));
    const { actions, status, events, requeueAfter } = assessRun({ now, run, plan, readings });
    // What is stored is what JSON keeps of it.
    if (status !== undefined) this.#run = { ...run, status: JSON.parse(JSON.stringify(status)) as AnalysisRunStatus };
    const deletes = actions.filter(({ type }) => type === 'delete');
    if (deletes.length > 0) this.#run = undefined;
    return {
      events: events.map(({ type, reason, message }) => `${type} ${reason} ${message}`),
      writes: [...(status === undefined ? [] : ['patch analysisruns']), ...deletes.map(() => 'delete analysisruns')],
      requeueAfter: requeueAfter === undefined ? [] : [requeueAfter / SECOND],
    };
  }

  async #read(task: MeasurementTask): Promise<TakenReading> {
    if (task.metric.provider.job) return { task, reading: this.#jobs.read(task), finishedAt: task.now };
    return { task, ...(await readMetric(task, this.#secrets)), finishedAt: task.now };
  }
}

const NOTHING_SEEN = { events: [], writes: [], requeueAfter: [] };
