/** While a release bakes, its bake analysis runs; one that fails takes the release back as an alert does. */
import { bakesUntil } from '#core/alerts/bake.ts';
import { BAKE_TYPE, bakeRun, bakeTemplates, sortBakeRuns } from '#core/alerts/bake-analysis.ts';
import type { Actor } from '#core/commands/command.ts';
import { NO_POLICY } from '#core/commands/policy.ts';
import { ConflictError, DeniedError, InvalidSpecError } from '#core/errors.ts';
import type { ReleaseSummary } from '#core/history/record.ts';
import type { JsonObject } from '#core/json.ts';
import { ARGO_API_VERSION, type AnalysisRun, type Rollout } from '#core/resources/argo.ts';
import { ROLLOUT_TYPE } from '#core/resources/keys.ts';
import { refOf } from '#core/resources/kubernetes.ts';
import { templateLookup } from '#core/rollout/template-lookup.ts';
import { earliest, MINUTE, type Instant } from '#core/time.ts';
import type { ObjectKey, Ports, StoredOrder } from '../ports.ts';
import { tellOrder } from './order-told.ts';
import { outcomeOf } from './outcome.ts';
import { rollBack, UNDO_UNLESS_MANAGED } from './rollback.ts';
import { siteOf } from './site.ts';
import { readTemplates } from './template-reads.ts';

const ACTOR: Actor = { id: 'weir:bake-analysis', name: 'the bake analysis', kind: 'program' };
/** A template may come later than the Rollout that names it. */
const AGAIN = MINUTE;

/**
 * In clusters where Weir runs analyses; elsewhere nobody would run what it makes.
 * @returns when to look again; undefined: nothing bakes
 */
export async function watchBake(key: ObjectKey, rollout: Rollout, ports: Ports): Promise<Instant | undefined> {
  const site = siteOf(key, ports);
  if (!site.controllers.includes('analysis') || bakeTemplates(rollout).length === 0) return undefined;
  const release = (await ports.history.latest(key))?.release;
  if (release === undefined) return undefined;
  const runs = sortBakeRuns(await bakeRuns(key, ports), nameOf(release), rollout);
  for (const run of runs.outdated) await terminateRun(run, key, ports);
  for (const run of runs.surplus) await site.cluster.delete(refOf(run), { uid: run.metadata.uid });
  const until = bakesUntil(release, rollout);
  if (until === undefined || until <= ports.clock.now()) return undefined;
  if (runs.own === undefined) return earliest(until, await start(key, rollout, release, until, ports));
  const { phase } = runs.own.status ?? {};
  if (phase === 'Failed' || phase === 'Error') await takeBack(key, rollout, runs.own, ports);
  return until;
}

function nameOf({ rollout, podHash, revision }: ReleaseSummary): string {
  return `${rollout}-${podHash}-${revision}-bake`;
}

async function bakeRuns({ cluster, namespace }: ObjectKey, ports: Ports): Promise<readonly AnalysisRun[]> {
  const kind = { apiVersion: ARGO_API_VERSION, kind: 'AnalysisRun', namespace };
  const query = { ...kind, labelSelector: `${ROLLOUT_TYPE}=${BAKE_TYPE}` };
  return (await siteOf({ cluster }, ports).cluster.list<AnalysisRun>(query)).items;
}

export async function terminateRun(run: AnalysisRun, { cluster }: ObjectKey, ports: Ports): Promise<void> {
  const { namespace, name } = run.metadata;
  await siteOf({ cluster }, ports).cluster.patch(refOf(run), { spec: { terminate: true } });
  await ports.queue.add({ cluster, kind: 'AnalysisRun', namespace, name }, ports.clock.now());
}

/** @returns when to try again; undefined: it is there */
async function start(
  key: ObjectKey,
  rollout: Rollout,
  release: ReleaseSummary,
  until: Instant,
  ports: Ports,
): Promise<Instant | undefined> {
  const { cluster } = siteOf(key, ports);
  const { namespace } = key;
  try {
    const names = bakeTemplates(rollout).map(({ templateName = '', clusterScope = false }) => ({
      name: templateName,
      clusterScope,
    }));
    const run = bakeRun(rollout, templateLookup(await readTemplates(names, namespace, cluster)), until);
    await cluster.create(run);
    await ports.queue.add({ ...key, kind: 'AnalysisRun', name: run.metadata.name }, ports.clock.now());
    return undefined;
  } catch (error) {
    // Made by an earlier pass whose answer was lost; or the name is somebody else's, which the next look tells.
    if (error instanceof ConflictError) return ports.clock.now() + AGAIN;
    if (!(error instanceof InvalidSpecError || error instanceof DeniedError)) throw error;
    await tellOnce(`bake-problem/${release.id}`, key, `the bake analysis cannot run: ${error.message}`, ports);
    return ports.clock.now() + AGAIN;
  }
}

async function tellOnce(id: string, key: ObjectKey, problem: string, ports: Ports): Promise<void> {
  const order = orderFor(id, key, { kind: 'reaction', action: 'notify', because: problem }, ports);
  if ((await ports.orders.accept(order)) === 'duplicate') return;
  await ports.orders.finish(id, { state: 'refused', verdict: problem, finishedAt: ports.clock.now() });
  await tellOrder('ordered', order, problem, ports);
}

/** Stored before it is carried out: a pass that dies in between is completed by the next one, and once is enough. */
async function takeBack(key: ObjectKey, rollout: Rollout, run: AnalysisRun, ports: Ports): Promise<void> {
  const because = `${run.status?.phase}${run.status?.message ? `: ${run.status.message}` : ''}`;
  const order = orderFor(
    `bake/${run.metadata.uid}`,
    key,
    { kind: 'reaction', action: 'rollback', because, analysisRun: run.metadata.name },
    ports,
  );
  await ports.orders.accept(order);
  if ((await ports.orders.get(order.id))?.state !== 'accepted') return;
  const cause = { what: `bake analysis ${run.metadata.name}`, rollout, key, because, actor: ACTOR };
  const verdict = await rollBack(cause, ports, NO_POLICY, ports.rollback ?? UNDO_UNLESS_MANAGED);
  await ports.orders.finish(order.id, outcomeOf(verdict, ports.clock));
  await tellOrder('ordered', order, `${cause.what}: ${verdict.says}`, ports);
}

function orderFor(id: string, { cluster, namespace, name }: ObjectKey, order: JsonObject, ports: Ports): StoredOrder {
  const rollout = { cluster, namespace, name };
  return { id, receivedAt: ports.clock.now(), person: ACTOR.id, rollout, order, state: 'accepted' };
}
