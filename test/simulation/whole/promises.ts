/** What must hold when faults have stopped and all has come to rest. Each broken promise is one sentence. */
import { releaseCard } from '#core/messages/card/card.ts';
import type { Command } from '#core/commands/command.ts';
import type { RolloutState } from '#core/history/rollout-state.ts';
import { ARGO_API_VERSION, type AnalysisRun, type Experiment, type Rollout } from '#core/resources/argo.ts';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { hashOf, sizeOf } from '#core/rollout/replica-sets.ts';
import { MINUTE } from '#core/time.ts';
import { readHistory } from '#shared/controllers/release-history.ts';
import type { StoredOrder } from '#shared/ports.ts';
import { stateKey } from './observer.ts';
import { KEY, NAME, NAMESPACE } from './scenario.ts';
import type { System } from './system.ts';

type Expect = (holds: boolean, promise: string) => void;

export async function atRest(system: System): Promise<void> {
  const { expect } = system.observer;
  const { core } = system;
  const ref = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: NAMESPACE, name: NAME };
  const rollout = (await core.cluster.get<Rollout>(ref))!;
  await rolloutRests(rollout, system, expect);
  for (const order of await system.accepted()) orderIsDone(order, system, expect);
  await runsAreOver(system, expect);
  await trafficRests(rollout, system, expect);
  await historyIsWhole(system, expect);
  await toldOnce(system, expect);
}

async function rolloutRests(rollout: Rollout, { core, scheduler, scenario }: System, expect: Expect): Promise<void> {
  const { status = {}, metadata } = rollout;
  expect(status.observedGeneration === String(metadata.generation), 'the newest spec was not looked at');
  expect(
    ['Healthy', 'Paused', 'Degraded'].includes(status.phase ?? ''),
    `it rests as ${status.phase}: ${status.message}`,
  );
  const { items } = await core.cluster.list<ReplicaSet>({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    namespace: NAMESPACE,
  });
  const left = items.filter((set) => sizeOf(set) > 0).map(hashOf);
  // A pause by hand keeps all pods where they are, also those of an aborted version.
  if (status.abort === true && rollout.spec.paused !== true && scenario.strategy === 'canary')
    expect(left.join() === status.stableRS, `aborted, ${left.join()} have pods`);
  if (status.phase === 'Healthy') expect(left.join() === status.stableRS, `healthy, ${left.join()} have pods`);
  const overdue = await core.tickets.overdue(scheduler.now() - 2 * MINUTE);
  expect(overdue.length === 0, `tickets are overdue: ${overdue.map(({ request }) => request.name).join()}`);
}

const OVER = ['Successful', 'Failed', 'Error', 'Inconclusive'];

/** Of a Rollout, of an Experiment, or of nobody; no metric is measured more often than it says. */
async function runsAreOver({ core }: System, expect: Expect): Promise<void> {
  const of = { apiVersion: ARGO_API_VERSION, namespace: NAMESPACE };
  const { items: runs } = await core.cluster.list<AnalysisRun>({ ...of, kind: 'AnalysisRun' });
  for (const { metadata, spec, status } of runs) {
    expect(OVER.includes(status?.phase ?? ''), `run ${metadata.name} rests as ${status?.phase}`);
    for (const { name, measurements = [] } of status?.metricResults ?? []) {
      const count = Number(spec.metrics.find((metric) => metric.name === name)?.count);
      const judged = measurements.filter(({ phase }) => phase !== 'Error').length;
      expect(judged <= count, `${name} of ${metadata.name} was measured ${judged} times of ${count}`);
    }
  }
  const { items: experiments } = await core.cluster.list<Experiment>({ ...of, kind: 'Experiment' });
  for (const { metadata, status } of experiments)
    expect(OVER.includes(status?.phase ?? ''), `experiment ${metadata.name} rests as ${status?.phase}`);
}

/** All of it goes to stable when nothing is released. */
async function trafficRests({ status, spec }: Rollout, { core }: System, expect: Expect): Promise<void> {
  const name = `${NAME}-${NAME}-canary`;
  const ref = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: NAMESPACE, name };
  const weight = (await core.cluster.get(ref))?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'];
  const ends = status?.phase === 'Healthy' || (status?.abort === true && spec.paused !== true);
  if (ends) expect(Number(weight ?? 0) === 0, `${weight} % of the traffic still goes to the new version`);
}

function orderIsDone({ id, state, verdict = '', order }: StoredOrder, { observer }: System, expect: Expect): void {
  expect(state !== 'accepted', `order ${id} was accepted and never finished`);
  const command = order['command'] as unknown as Command | undefined;
  if (command === undefined) return;
  const { verb, binding } = command;
  const { podHash } = binding;
  if (verb !== 'abort') return;
  if (state === 'applied') expect(observer.aborted.has(podHash), `an abort of ${podHash} took no effect: ${verdict}`);
  if (state === 'refused') expect(observer.promoted.has(podHash), `an abort of ${podHash} was refused: ${verdict}`);
}

async function historyIsWhole({ core, cursors, observer, scheduler }: System, expect: Expect): Promise<void> {
  const latest = await core.history.latest(KEY);
  expect((latest?.pending ?? []).length === 0, 'a transition was never told');
  const state = latest && stateKey(latest.state as unknown as RolloutState);
  expect(state === observer.states.at(-1), `the last state was not recorded: ${observer.states.at(-1)}, but ${state}`);
  const releases = await readHistory(KEY, 100, { ...core, cursors });
  for (const { release, transitions } of releases) {
    for (const { at, message } of transitions) scheduler.note(`release ${release.revision}: ${at} ${message}`);
    const name = `release ${release.revision} (${release.podHash})`;
    const types = transitions.map(({ type }) => type);
    const first = release.stableHash === '';
    if (release.outcome === 'promoted') expect(observer.promoted.has(release.podHash), `${name} never was promoted`);
    expect(types.filter((type) => type === 'release-started').length === 1, `${name} started more or less than once`);
    expect(types.filter((type) => type === 'promoted').length <= 1, `${name} was promoted more than once`);
    if (types.includes('aborted')) expect(observer.aborted.has(release.podHash), `${name} never was aborted`);
    if (!first) stepsAreInOrder(name, transitions, expect);
  }
  for (const hash of observer.promoted) {
    const known = releases.some(({ release }) => release.podHash === hash && release.outcome === 'promoted');
    expect(known, `history does not know that ${hash} was promoted`);
  }
}

interface Entry {
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One after the other; a retry begins anew. */
function stepsAreInOrder(name: string, transitions: readonly Entry[], expect: Expect): void {
  let reached = 0;
  for (const { type, details } of transitions) {
    if (type === 'retried' || type === 'aborted' || type === 'release-started') reached = 0;
    if (type !== 'step-completed') continue;
    expect(details['step'] === reached + 1, `${name}: step ${String(details['step'])} came after ${reached}`);
    reached = Number(details['step']);
  }
}

async function toldOnce({ core, cursors, chat, told }: System, expect: Expect): Promise<void> {
  const marks = chat.messages.map(({ channel, mark, thread }) => [channel, thread ?? '', mark].join(' '));
  for (const mark of new Set(marks)) {
    const times = marks.filter((other) => other === mark).length;
    expect(times === 1, `message ${mark} is there ${times} times`);
  }
  for (const known of await readHistory(KEY, 100, { ...core, cursors })) {
    const name = `release ${known.release.revision}`;
    for (const { object, version, index, type } of known.transitions) {
      const events = told.filter(({ id }) => id === [object, version, index].join('/'));
      expect(events.length > 0, `${name}: ${type} (${object}/${version}/${index}) was not told`);
    }
    if (known.release.stableHash === '') continue;
    const card = chat.messages.find(({ mark }) => mark === `card/${known.release.id}`);
    expect(card !== undefined, `${name} has no card`);
    const shows = JSON.stringify(card?.message.text);
    const wanted = JSON.stringify(releaseCard(known).text);
    expect(card === undefined || shows === wanted, `the card of ${name} shows ${shows}, not ${wanted}`);
  }
}
