/** What a test can ask of the world: the fields that `expect` may name. */
import { countersOf } from '../analysis/counters.ts';
import type { AnalysisRun, Measurement, MetricResult } from '../resources/argo.ts';
import { ROLLOUT_TYPE } from '../resources/keys.ts';
import type { ReplicaSet } from '../resources/kubernetes.ts';
import { desiredWeight } from '../rollout/canary/weights.ts';
import type { RunKind } from '../rollout/current-runs.ts';
import { beginPass, blueGreenOf, canaryOf, type Pass } from '../rollout/pass.ts';
import { hashOf, sizeOf } from '../rollout/replica-sets.ts';
import { findService, selectedHash } from '../rollout/services.ts';
import type { Millis } from '../time.ts';
import type { Measured, Trace } from './trace.ts';
import type { World } from './world.ts';

export interface RunFacts {
  readonly phase: string;
  readonly message: string;
  readonly metrics: Readonly<Record<string, MetricFacts>>;
}

export interface MetricFacts {
  readonly phase: string;
  readonly message: string;
  readonly count: number;
  readonly successful: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly error: number;
  readonly consecutiveError: number;
  readonly consecutiveSuccess: number;
  /** All of them, also those that the status no longer keeps. */
  readonly measurements: readonly MeasurementFacts[];
}

export interface MeasurementFacts {
  readonly phase: string;
  readonly value: string;
  readonly message: string;
}

export interface RolloutFacts {
  readonly phase: string;
  readonly message: string;
  readonly paused: boolean;
  readonly aborted: boolean;
  /** Image of the version that is stable. */
  readonly stable: string;
  /** Pods wanted for the version being released and for all others. */
  readonly pods: { readonly updated: number; readonly other: number; readonly available: number };
  /** Canary: step that is being executed, from 0; the number of steps when all are done. */
  readonly step?: number;
  /** Canary: percent that the updated version should have. */
  readonly weight?: number;
  /** Blue-green: image that the Service leads to. */
  readonly active?: string;
  readonly preview?: string;
  /** The latest run of each kind. */
  readonly analysis: { readonly [Kind in keyof typeof RUNS]?: RunFacts };
}

/** As `expect` names them. */
export const RUNS = {
  background: 'Background',
  step: 'Step',
  prePromotion: 'PrePromotion',
  postPromotion: 'PostPromotion',
} as const satisfies Record<string, RunKind>;

/** The run where an analysis is tested, otherwise the Rollout. */
export function factsAt(trace: Trace, at: Millis, world: World): RunFacts | RolloutFacts {
  const soFar = { measured: trace.measured, until: at };
  if (world.rollout === undefined) return runFacts(world.runs[0], soFar);
  return rolloutFacts(passOf(world, trace.startedAt + at), soFar);
}

export function passOf(world: World, now: number): Pass {
  const { rollout, replicaSets, services, runs: analysisRuns } = world;
  const seen = { replicaSets, services, analysisRuns, analysisTemplates: [], clusterAnalysisTemplates: [] };
  return beginPass({ now, rollout: rollout!, ...seen });
}

/** All measurements of the test, of which those count that had been taken. */
interface SoFar {
  readonly measured: readonly Measured[];
  readonly until: Millis;
}

function runFacts(run: AnalysisRun | undefined, soFar: SoFar): RunFacts {
  const { phase = 'Pending', message = '', metricResults = [] } = run?.status ?? {};
  const name = run?.metadata.name;
  const metrics = metricResults.map((result) => [result.name, metricFacts(result, name, soFar)] as const);
  return { phase, message, metrics: Object.fromEntries(metrics) };
}

function metricFacts(result: MetricResult, run: string | undefined, { measured, until }: SoFar): MetricFacts {
  const { count, successful, failed, inconclusive, error, consecutiveError, consecutiveSuccess } = countersOf(result);
  const counters = { count, successful, failed, inconclusive, error, consecutiveError, consecutiveSuccess };
  return {
    phase: result.phase,
    message: result.message ?? '',
    ...counters,
    // Only when it is asked for: facts are made for every frame, and a long test has many measurements.
    get measurements() {
      const own = measured.filter((taken) => taken.run === run && taken.metric === result.name && taken.at <= until);
      return own.map(({ measurement }) => measurementFacts(measurement));
    },
  };
}

function measurementFacts({ phase, value = '', message = '' }: Measurement): MeasurementFacts {
  return { phase, value, message };
}

function rolloutFacts(pass: Pass, soFar: SoFar): RolloutFacts {
  const { rollout, stored, sets } = pass;
  return {
    phase: stored.phase ?? 'Progressing',
    message: stored.message ?? '',
    paused: rollout.spec.paused === true || (stored.pauseConditions ?? []).length > 0,
    aborted: stored.abort === true,
    stable: imageOf(sets.stable),
    pods: {
      updated: sizeOf(sets.newest),
      other: sets.older.reduce((sum, replicaSet) => sum + sizeOf(replicaSet), 0),
      available: stored.availableReplicas ?? 0,
    },
    ...(canaryOf(pass) && { step: stored.currentStepIndex ?? 0, weight: desiredWeight(pass) }),
    ...blueGreenFacts(pass),
    analysis: analysisFacts(pass, soFar),
  };
}

function blueGreenFacts(pass: Pass): Pick<RolloutFacts, 'active' | 'preview'> {
  const { activeService, previewService } = blueGreenOf(pass) ?? {};
  const imageBehind = (service: string) => {
    const hash = selectedHash(findService(pass, service));
    return imageOf(pass.sets.all.find((replicaSet) => hash !== '' && hashOf(replicaSet) === hash));
  };
  return {
    ...(activeService && { active: imageBehind(activeService) }),
    ...(previewService && { preview: imageBehind(previewService) }),
  };
}

function analysisFacts({ snapshot }: Pass, soFar: SoFar): RolloutFacts['analysis'] {
  const latest = Object.entries(RUNS).flatMap(([name, kind]) => {
    const run = snapshot.analysisRuns.findLast(({ metadata }) => metadata.labels?.[ROLLOUT_TYPE] === kind);
    return run === undefined ? [] : [[name, runFacts(run, soFar)] as const];
  });
  return Object.fromEntries(latest);
}

/** Of the first container; several are joined. Empty while there is no such version. */
function imageOf(replicaSet: ReplicaSet | undefined): string {
  const containers = replicaSet?.spec?.template?.spec?.containers ?? [];
  return containers.map(({ image = '' }) => image).join(', ');
}
