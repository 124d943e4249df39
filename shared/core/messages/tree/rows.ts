/** The tree below a Rollout: revisions newest first, under each its ReplicaSets with their pods, then its AnalysisRuns. */
import { POD_TEMPLATE_HASH, REVISION, SCALE_DOWN_DEADLINE } from '../../resources/keys.ts';
import { isControlledBy, type KubernetesObject, type Pod, type ReplicaSet } from '../../resources/kubernetes.ts';
import { parseTimestamp, SECOND, type Instant } from '../../time.ts';
import type { AnalysisRun } from '../../resources/argo.ts';
import { ageText } from './age.ts';
import { podStatus, replicaSetStatus, rolloutStatus } from './status.ts';
import { KIND_ICONS, signOf, signOfRun, type Sign } from './signs.ts';
import type { RolloutView } from './view.ts';

export interface Row {
  /** Branches, icon and name: `│  ├──⧉ my-app-5cb98dff86`. */
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly sign?: Sign;
  readonly age: string;
  /** Roles, counters, `ready:1/1`, `delay:25s`. */
  readonly info: readonly string[];
}

interface Node {
  readonly row: Row;
  readonly children: readonly Node[];
}

export function treeRows(view: RolloutView): readonly Row[] {
  return flatten(rolloutNode(view), '', '');
}

function flatten({ row, children }: Node, lead: string, below: string): readonly Row[] {
  return [
    { ...row, name: `${lead}${row.name}` },
    ...children.flatMap((child, index) => {
      const last = index === children.length - 1;
      return flatten(child, `${below}${last ? '└──' : '├──'}`, `${below}${last ? '   ' : '│  '}`);
    }),
  ];
}

function rolloutNode(view: RolloutView): Node {
  const { rollout, now } = view;
  const status = rolloutStatus(rollout);
  const row = {
    name: `${KIND_ICONS.Rollout} ${rollout.metadata.name}`,
    kind: 'Rollout',
    status,
    sign: signOf(status),
    age: ageText(rollout, now),
    info: [],
  };
  return { row, children: revisions(view).map((revision) => revisionNode(revision, view)) };
}

function revisions({ rollout, replicaSets, analysisRuns }: RolloutView): readonly number[] {
  const owned = [...replicaSets, ...analysisRuns].filter((object) => isControlledBy(object, rollout));
  return [...new Set(owned.map(revisionOf))].toSorted((a, b) => b - a);
}

function revisionOf(object: KubernetesObject): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

function revisionNode(revision: number, view: RolloutView): Node {
  const { rollout } = view;
  const mine = <T extends KubernetesObject>(objects: readonly T[]) =>
    objects.filter((object) => isControlledBy(object, rollout) && revisionOf(object) === revision);
  const row = { name: `${KIND_ICONS.Revision} revision:${revision}`, kind: '', status: '', age: '', info: [] };
  const children = [
    ...mine(view.replicaSets).map((replicaSet) => replicaSetNode(replicaSet, view)),
    ...mine(view.analysisRuns).map((run) => runNode(run, view.now)),
  ];
  return { row, children };
}

function replicaSetNode(replicaSet: ReplicaSet, view: RolloutView): Node {
  const status = replicaSetStatus(replicaSet);
  const row = {
    name: `${KIND_ICONS.ReplicaSet} ${replicaSet.metadata.name}`,
    kind: 'ReplicaSet',
    status: status === 'ScaledDown' ? '• ScaledDown' : status,
    ...(status === 'ScaledDown' ? {} : { sign: signOf(status) }),
    age: ageText(replicaSet, view.now),
    info: [...roles(replicaSet, view), ...delay(replicaSet, view.now)],
  };
  const pods = view.pods.filter((pod) => isControlledBy(pod, replicaSet));
  return { row, children: pods.map((pod) => podNode(pod, view.now)) };
}

function roles(replicaSet: ReplicaSet, { rollout: { status, spec } }: RolloutView): string[] {
  const hash = replicaSet.metadata.labels?.[POD_TEMPLATE_HASH];
  const blueGreen = spec.strategy?.blueGreen;
  if (blueGreen !== undefined) {
    const active = hash === status?.blueGreen?.activeSelector;
    const preview = hash === status?.blueGreen?.previewSelector && !active;
    return [
      ...(hash === status?.stableRS ? ['stable'] : []),
      ...(active ? ['active'] : []),
      ...(preview ? ['preview'] : []),
    ];
  }
  if (hash === status?.stableRS) return ['stable'];
  return hash === status?.currentPodHash ? ['canary'] : [];
}

function delay(replicaSet: ReplicaSet, now: Instant): string[] {
  const deadline = parseTimestamp(replicaSet.metadata.annotations?.[SCALE_DOWN_DEADLINE]);
  if (deadline === undefined || (replicaSet.spec?.replicas ?? 0) === 0) return [];
  return deadline > now ? [`delay:${Math.round((deadline - now) / SECOND)}s`] : ['delay:passed'];
}

function podNode(pod: Pod, now: Instant): Node {
  const status = podStatus(pod);
  const containers = pod.status?.containerStatuses ?? [];
  const ready = containers.filter((container) => container.ready).length;
  const restarts = containers.reduce((sum, container) => sum + container.restartCount, 0);
  const total = pod.spec?.containers.length ?? containers.length;
  const row = {
    name: `${KIND_ICONS.Pod} ${pod.metadata.name}`,
    kind: 'Pod',
    status,
    sign: signOf(status),
    age: ageText(pod, now),
    info: [`ready:${ready}/${total}`, ...(restarts > 0 ? [`restarts:${restarts}`] : [])],
  };
  return { row, children: [] };
}

function runNode(run: AnalysisRun, now: Instant): Node {
  const phase = run.status?.phase ?? 'Pending';
  const row = {
    name: `${KIND_ICONS.AnalysisRun} ${run.metadata.name}`,
    kind: 'AnalysisRun',
    status: phase,
    sign: signOfRun(phase),
    age: ageText(run, now),
    info: [counters(run)].filter((text) => text !== ''),
  };
  return { row, children: [] };
}

/** `✔ 3,✖ 1`: measurements of all metrics that are no dry run, in the order good, bad, undecided, error. */
function counters({ status }: AnalysisRun): string {
  const results = (status?.metricResults ?? []).filter((result) => result.dryRun !== true);
  const sum = (key: 'successful' | 'failed' | 'inconclusive' | 'error') =>
    results.reduce((total, result) => total + (result[key] ?? 0), 0);
  const counts = [
    ['✔', sum('successful')],
    ['✖', sum('failed')],
    ['?', sum('inconclusive')],
    ['⚠', sum('error')],
  ] as const;
  return counts.flatMap(([icon, count]) => (count > 0 ? [`${icon} ${count}`] : [])).join(',');
}
