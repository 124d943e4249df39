/**
 * Sees every write of the API server as it is made, and what must hold of each: within surge and availability, no step
 * skipped, no pause ended by nobody, no abort lifted by itself, nothing promoted while blind.
 */
import { unanswered } from '#core/analysis/provider-errors.ts';
import { rolloutState, type RolloutState } from '#core/history/rollout-state.ts';
import type { AnalysisRun, CanaryStep, Rollout, RolloutStatus } from '#core/resources/argo.ts';
import type { ReplicaSet } from '#core/resources/kubernetes.ts';
import { availableOf, hashOf, sizeOf, sum } from '#core/rollout/replica-sets.ts';
import type { Instant } from '#core/time.ts';
import type { ApiObject } from '../../../infra/local/kubernetes/objects.ts';
import type { Store } from '../../../infra/local/kubernetes/store.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Watcher } from './cluster.ts';
import type { Scenario } from './scenario.ts';

/** What people have asked for, so that it may happen. Whether it was asked is known before it is done. */
export interface Asked {
  /** Promotes, by what they were bound to: `<hash>/<step>`; of a kubectl user, whatever stood there. */
  readonly promotes: { readonly place: string; readonly person: string }[];
  /** Pod hashes whose abort somebody lifts. */
  readonly retries: string[];
}

/** The person who does not ask Weir. */
export const KUBECTL = 'kubectl';

export interface Observer extends Watcher {
  readonly asked: Asked;
  readonly broken: readonly string[];
  /** The Rollout's recorded fields, one after the other, each told apart from the one before. */
  readonly states: readonly string[];
  /** Pod hashes that were aborted, promoted, current at some time. */
  readonly aborted: ReadonlySet<string>;
  readonly promoted: ReadonlySet<string>;
  readonly current: ReadonlySet<string>;
  /** Availability counts from now on. */
  begin(): void;
  readonly expect: (holds: boolean, promise: string) => void;
}

export function observe(store: Store, scheduler: Scheduler, scenario: Scenario): Observer {
  const broken: string[] = [];
  const states: string[] = [];
  const asked: Asked = { promotes: [], retries: [] };
  const [aborted, promoted, current] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const readAt = new Map<string, Instant>();
  const passedPauses: string[] = [];
  let writer = '';
  let hasBegun = false;
  let blindSince: Instant | undefined;

  function expect(holds: boolean, promise: string): void {
    if (holds) return;
    scheduler.note(`BROKEN by ${writer}: ${promise}`);
    broken.push(promise);
  }

  store.subscribe(({ type, object, previous }) => {
    if (object.kind === 'ReplicaSet') sizesHold();
    if (object.kind === 'Ingress') trafficHolds(canaryWeight(previous), canaryWeight(object));
    if (object.kind === 'AnalysisRun' || object.kind === 'Rollout') noteBlindness();
    if (object.kind !== 'Rollout' || type === 'DELETED') return;
    const after = object as unknown as Rollout;
    const state = stateKey(rolloutState(after, 0));
    if (states.at(-1) !== state) {
      states.push(state);
      scheduler.note(
        `${writer} wrote ${state} revision ${after.metadata.annotations?.['rollout.argoproj.io/revision']}`,
      );
    }
    note(after.status ?? {});
    if (previous !== undefined) changeHolds(previous as unknown as Rollout, after);
  });

  function sizesHold(): void {
    if (!hasBegun || scenario.strategy !== 'canary') return;
    const sets = rolloutsOwn();
    const { replicas, maxSurge, maxUnavailable, routed } = scenario;
    const [size, available] = [sum(sets, sizeOf), sum(sets, availableOf)];
    // With a router each version keeps its pods until the traffic has left them.
    const fits = routed ? sets.every((set) => sizeOf(set) <= replicas) : size <= replicas + maxSurge;
    expect(fits, `${size} pods are wanted of ${replicas}, surge ${maxSurge}`);
    expect(available >= replicas - maxUnavailable, `${available} of ${replicas} pods are available`);
  }

  /** Those of an Experiment are beside the Rollout's. */
  function rolloutsOwn(): readonly ReplicaSet[] {
    const sets = store.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }).items as unknown as readonly ReplicaSet[];
    return sets.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'Rollout');
  }

  function trafficHolds(before: number, after: number): void {
    if (after <= before) return;
    const news = rolloutsOwn().filter((set) => hashOf(set) !== [...promoted].at(-1));
    expect(sum(news, availableOf) > 0, `${after} % of the traffic goes to a version that has no pod`);
  }

  /** Since when a current run has no answer. */
  function noteBlindness(): void {
    const rollout = store.list({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' }).items[0] as unknown as Rollout;
    const runs = currentRuns(rollout?.status ?? {}).flatMap((name) => runNamed(name) ?? []);
    const isBlind = runs.some((run) => unanswered(run) !== undefined);
    if (!isBlind) blindSince = undefined;
    else blindSince ??= scheduler.now();
  }

  function runNamed(name: string): AnalysisRun | undefined {
    const ref = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', namespace: 'sim', name };
    return store.find(ref) as unknown as AnalysisRun | undefined;
  }

  function note(status: RolloutStatus): void {
    const hash = status.currentPodHash ?? '';
    current.add(hash);
    if (status.abort === true) aborted.add(hash);
    if (status.stableRS !== undefined && status.stableRS !== '') promoted.add(status.stableRS);
  }

  function changeHolds({ status: before = {} }: Rollout, { status: after = {}, spec }: Rollout): void {
    const hash = after.currentPodHash ?? '';
    if (before.currentPodHash !== hash) return;
    const promotes = after.stableRS === hash && before.stableRS !== hash;
    expect(!(promotes && before.abort === true), `${hash} was promoted although it was aborted`);
    if (before.abort === true && after.abort !== true && before.stableRS !== hash) {
      expect(asked.retries.includes(hash), `the abort of ${hash} was lifted by nobody`);
    }
    const full = before.promoteFull === true || after.promoteFull === true;
    const [from, to] = [before.currentStepIndex ?? 0, after.currentStepIndex ?? 0];
    const count = scenario.strategy === 'canary' ? scenario.steps.length : 0;
    // The end of the last step and the promotion may be one write.
    if (!full && promotes && hasBegun) expect(from >= count - 1, `${hash} was promoted at step ${from} of ${count}`);
    const wasStable = after.stableRS === hash && !promotes;
    if (full || to <= from || wasStable || !hasBegun) return;
    expect(to - from <= 1, `steps were skipped: ${from} → ${to}`);
    stepHolds(spec.strategy?.canary?.steps?.[from], `${hash}/${from}`, before);
    const saw = readAt.get(writer);
    const isBlind = scenario.onOutage === 'hold' && blindSince !== undefined && saw !== undefined && saw > blindSince;
    expect(!isBlind, `step ${from} of ${hash} was passed while blind`);
  }

  function stepHolds(step: CanaryStep | undefined, place: string, before: RolloutStatus): void {
    if (step?.pause !== undefined && step.pause.duration === undefined) {
      passedPauses.push(place);
      const passed = passedPauses.filter((each) => each === place).length;
      const here = asked.promotes.filter((promote) => promote.place === place);
      expect(passed <= here.length, `the pause at ${place} was ended by nobody`);
      const people = new Set(here.map(({ person }) => person));
      // Who has kubectl passes by all that Weir asks for.
      const enough = scenario.approvals === 'none' || people.has(KUBECTL) || people.size >= 2;
      expect(enough, `the pause at ${place} needs two people, and was ended by ${[...people].join()}`);
    }
    if (step?.analysis !== undefined) {
      const run = runNamed(before.canary?.currentStepAnalysisRunStatus?.name ?? '');
      expect(run?.status?.phase === 'Successful', `the analysis at ${place} was passed, being ${run?.status?.phase}`);
    }
  }

  return {
    asked,
    broken,
    states,
    aborted,
    promoted,
    current,
    begin: () => void (hasBegun = true),
    expect,
    reads(process, objects, at) {
      if (objects.some(({ kind }) => kind === 'Rollout' || kind === 'AnalysisRun')) readAt.set(process, at);
    },
    writes: (process) => void (writer = process),
  };
}

/** Percent of the traffic that an Ingress sends to the new version. */
function canaryWeight(ingress: ApiObject | undefined): number {
  return Number(ingress?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'] ?? 0);
}

function currentRuns({ canary }: RolloutStatus): readonly string[] {
  const { currentStepAnalysisRunStatus: step, currentBackgroundAnalysisRunStatus: background } = canary ?? {};
  return [step?.name, background?.name].filter((name) => name !== undefined);
}

/** What tells two recorded states apart, without times. */
export function stateKey(state: RolloutState): string {
  const { uid, podHash, stableHash, stepIndex, aborted, promoteFull, pauses, phase } = state;
  return JSON.stringify([uid, podHash, stableHash, stepIndex, aborted, promoteFull, pauses, phase]);
}
