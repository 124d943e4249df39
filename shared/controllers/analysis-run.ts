/** AnalysisRuns: what is read for one, and what its changes mean for others. */
import { bakeRunEnd } from '#core/alerts/bake-analysis.ts';
import { isAskedNow } from '#core/alerts/evaluate.ts';
import { assessRun, type AnalysisSnapshot } from '#core/analysis/assess.ts';
import { evidenceOf } from '#core/analysis/evidence.ts';
import { ownerOfRun } from '#core/analysis/owner-of-run.ts';
import { planMeasurements, type Plan } from '#core/analysis/measure.ts';
import { unanswered } from '#core/analysis/provider-errors.ts';
import { cleanUpsDue } from '#core/analysis/retention.ts';
import { redactor, secretsNeeded, type SecretLookup } from '#core/analysis/secrets.ts';
import type { Decision } from '#core/decision.ts';
import { observeAnalysisRun, releaseOf, type AnalysisRunState } from '#core/history/analysis-run.ts';
import type { LatestRecord } from '#core/history/record.ts';
import { ARGO_API_VERSION, isCompleted, type AnalysisRun, type AnalysisRunStatus } from '#core/resources/argo.ts';
import type { KubernetesObject, Secret } from '#core/resources/kubernetes.ts';
import type { Instant } from '#core/time.ts';
import type { ObjectKey, Ports, Site } from '../ports.ts';
import { terminateRun } from './bake-analysis.ts';
import { cleanUp, takeReadings } from './measurements.ts';
import { ownerFacts } from './owner-record.ts';
import type { Controller } from './reconcile.ts';
import { sameJson, toJson } from './record.ts';

export const analysisRunController: Controller<AnalysisSnapshot, AnalysisRunStatus> = {
  kind: 'AnalysisRun',
  decidesIn: (site) => site.controllers.includes('analysis'),
  observe,
  objectOf: ({ run }) => run,
  decide: assessRun,
  compare,
  wakes,
  continues: isCutShort,
  waits: () => false,
  overdue: endBake,
};

/** A run that watches a bake ends with it, whatever has become of its Rollout. */
async function endBake(saved: KubernetesObject, request: ObjectKey, ports: Ports): Promise<Instant | undefined> {
  const end = bakeRunEnd(saved as AnalysisRun);
  if (end === undefined || end > ports.clock.now()) return end;
  await terminateRun(saved as AnalysisRun, request, ports);
  return undefined;
}

/** Others measure here; Weir records what they write. */
const NOT_OURS: Plan = { state: 'invalid', message: 'measured by another controller' };

async function observe(
  request: ObjectKey,
  site: Site,
  ports: Ports,
  last: LatestRecord | undefined,
): Promise<AnalysisSnapshot | undefined> {
  const ref = { apiVersion: ARGO_API_VERSION, kind: request.kind, namespace: request.namespace, name: request.name };
  const run = await site.cluster.get<AnalysisRun>(ref);
  if (run === undefined) return undefined;
  if (!site.controllers.includes('analysis')) return { now: ports.clock.now(), run, plan: NOT_OURS, readings: [] };
  const secrets = await readSecrets(run, site);
  const facts = await ownerFacts(run, request, ports);
  const plan = planMeasurements(run, secrets, ports.clock.now(), { onDemand: isOnDemand(run, last), ...facts });
  if (plan.state === 'invalid') return { now: ports.clock.now(), run, plan, readings: [] };
  const readings = await takeReadings(plan.tasks, site, ports);
  await cleanUp(cleanUpsDue(plan.tasks, plan.retention), redactor(plan.secretsUsed), site, ports);
  return { now: ports.clock.now(), run, plan, readings };
}

/** An alert may ask for a measurement out of turn; what the record says was asked last is not asked again. */
function isOnDemand(run: AnalysisRun, last: LatestRecord | undefined): boolean {
  const state = last?.state as AnalysisRunState | undefined;
  return isAskedNow(run, state?.uid === run.metadata.uid ? state.evaluated : undefined);
}

/** Only of the run's own namespace, only while it measures, and only those it names. */
async function readSecrets(run: AnalysisRun, site: Site): Promise<SecretLookup> {
  if (isCompleted(run.status?.phase)) return new Map();
  const names = new Set(secretsNeeded(run).map(({ name }) => name));
  const found = await Promise.all([...names].map((name) => readSecret(run.metadata.namespace, name, site)));
  return new Map(found.flatMap((entry) => (entry === undefined ? [] : [entry])));
}

async function readSecret(
  namespace: string,
  name: string,
  site: Site,
): Promise<[string, Record<string, string>] | undefined> {
  const secret = await site.cluster.get<Secret>({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (secret === undefined) return undefined;
  const data = Object.entries((secret.data ?? {}) as Record<string, string>);
  return [name, Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]))];
}

function compare(
  last: LatestRecord | undefined,
  saved: KubernetesObject | undefined,
  _request: ObjectKey,
  now: Instant,
  seen: AnalysisSnapshot | undefined,
) {
  if (saved === undefined) return undefined;
  const run = saved as AnalysisRun;
  const evidence = seen?.plan.state === 'ready' ? evidenceOf(seen.readings, seen.plan.secretsUsed) : undefined;
  const { state, transitions } = observeAnalysisRun(last?.state as AnalysisRunState | undefined, run, now, evidence);
  if (transitions.length === 0 && sameJson(state, last?.state)) return undefined;
  const release = releaseOf(run);
  return { state: toJson(state), transitions, ...(release === undefined ? {} : { releaseId: release }) };
}

/** A change of phase is what an owner waits for, and with `hold` that metrics answer, or do not. */
function wakes(
  _decision: unknown,
  before: KubernetesObject,
  saved: KubernetesObject,
  { cluster }: ObjectKey,
): readonly ObjectKey[] {
  const owner = ownerOfRun(saved as AnalysisRun);
  if (!concernsOwner(before as AnalysisRun, saved as AnalysisRun)) return [];
  if (owner?.kind !== 'Rollout' && owner?.kind !== 'Experiment') return [];
  return [{ cluster, kind: owner.kind, namespace: saved.metadata.namespace, name: owner.name }];
}

function concernsOwner(before: AnalysisRun, saved: AnalysisRun): boolean {
  const answers = (unanswered(before) === undefined) === (unanswered(saved) === undefined);
  return before.status?.phase !== saved.status?.phase || !answers;
}

/** A metric decided while others are open: the next pass ends the run. analysis §7.2 */
function isCutShort(decision: Decision<AnalysisRunStatus>): boolean {
  return decision.status !== undefined && endsNext(decision.status);
}

/** Does the next pass end the run without measuring? */
export function endsNext(status: AnalysisRunStatus): boolean {
  if (isCompleted(status.phase)) return false;
  const decided = new Set(['Failed', 'Error', 'Inconclusive']);
  return (status.metricResults ?? []).some((result) => result.dryRun !== true && decided.has(result.phase));
}
