/** Reconciles the run of an example at each of its steps. */
import { assessRun } from '#core/analysis/assess.ts';
import { planMeasurements } from '#core/analysis/measure.ts';
import { cleanUpsDue } from '#core/analysis/retention.ts';
import {
  ARGO_API_VERSION,
  type AnalysisRun,
  type AnalysisRunSpec,
  type AnalysisRunStatus,
} from '#core/resources/argo.ts';
import { SECOND } from '#core/time.ts';
import { ExampleWorld } from './example-world.ts';
import type { RecordedRequest, RunExample, RunStep } from './examples.ts';

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

/** What a pass comes to: the run as it is stored afterwards (undefined: deleted), and what was said and asked for. */
interface Pass {
  readonly run: AnalysisRun | undefined;
  readonly events: readonly string[];
  readonly writes: readonly string[];
  readonly requeueAfter: readonly number[];
}

export function runSteps(example: RunExample): Promise<readonly StepResult[]> {
  return ExampleWorld.with(example.secrets, (world) => takeSteps(example, world));
}

async function takeSteps({ spec, status, steps }: RunExample, world: ExampleWorld): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  let run: AnalysisRun | undefined = aRun(world.served(spec), status);
  for (const step of steps) {
    world.enter(step);
    const entered: AnalysisRun | undefined = run && changed(run, step);
    const pass: Pass = entered === undefined ? GONE : await reconcile(entered, world);
    run = pass.run;
    results.push(resultOf(step, pass, world));
  }
  return results;
}

const GONE: Pass = { run: undefined, events: [], writes: [], requeueAfter: [] };

function aRun(spec: AnalysisRunSpec, status: AnalysisRunStatus | undefined): AnalysisRun {
  const metadata = { name: 'run', namespace: 'default', uid: 'run-uid' };
  return { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', metadata, spec, ...(status && { status }) };
}

function changed(run: AnalysisRun, { terminate = false }: RunStep): AnalysisRun {
  return terminate ? { ...run, spec: { ...run.spec, terminate } } : run;
}

async function reconcile(run: AnalysisRun, world: ExampleWorld): Promise<Pass> {
  const { now } = world;
  const plan = planMeasurements(run, world.secrets, now);
  const readings = plan.state === 'ready' ? await world.measure(plan.tasks) : [];
  if (plan.state === 'ready') await world.cleanUp(cleanUpsDue(plan.tasks, plan.retention));
  const { actions, status, events, requeueAfter } = assessRun({ now, run, plan, readings });
  const deletions = actions.filter(({ type }) => type === 'delete').map(() => 'delete analysisruns');
  return {
    run: deletions.length > 0 ? undefined : stored(run, status),
    events: events.map(({ type, reason, message }) => `${type} ${reason} ${message}`),
    writes: [...(status === undefined ? [] : ['patch analysisruns']), ...deletions],
    requeueAfter: requeueAfter === undefined ? [] : [requeueAfter / SECOND],
  };
}

/** What JSON keeps of a new status. */
function stored(run: AnalysisRun, status: AnalysisRunStatus | undefined): AnalysisRun {
  return status === undefined ? run : { ...run, status: JSON.parse(JSON.stringify(status)) as AnalysisRunStatus };
}

function resultOf({ at }: RunStep, { run, events, writes, requeueAfter }: Pass, world: ExampleWorld): StepResult {
  return {
    at,
    ...(run?.status && { status: run.status }),
    events,
    requests: world.takeRequests(),
    writes: [...writes, ...world.takeJobWrites()],
    requeueAfter,
    jobs: world.jobs,
    deleted: run === undefined,
  };
}
