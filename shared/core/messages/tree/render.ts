/** `weir get rollout`: the header and the tree, as the kubectl plugin prints them. */
import type { Rollout } from '../../resources/argo.ts';
import { POD_TEMPLATE_HASH } from '../../resources/keys.ts';
import type { ReplicaSet } from '../../resources/kubernetes.ts';
import { printable } from '../line.ts';
import { treeRows, type Row } from './rows.ts';
import { colourOfRole, signOf, type Colour } from './signs.ts';
import { rolloutMessage, rolloutStatus } from './status.ts';
import type { RolloutView } from './view.ts';

/** Paints a text; the plain painter gives it back as it is. */
export type Paint = (colour: Colour, text: string) => string;

export const PLAIN: Paint = (_colour, text) => text;

export function renderRollout(view: RolloutView, paint: Paint = PLAIN): string {
  const rows = treeRows(view);
  return [...header(view, paint), '', ...table(rows, paint)].join('\n');
}

function header(view: RolloutView, paint: Paint): readonly string[] {
  const { rollout } = view;
  const status = rolloutStatus(rollout);
  const sign = signOf(status);
  const message = rolloutMessage(rollout);
  return [
    field('Name:', rollout.metadata.name),
    field('Namespace:', rollout.metadata.namespace),
    field('Status:', `${paint(sign.colour, sign.icon)} ${status}`),
    ...(message === '' ? [] : [field('Message:', printable(message))]),
    ...strategyLines(rollout),
    ...imageLines(view, paint),
    ...replicaLines(rollout),
  ];
}

function field(name: string, value: string | number): string {
  return `${name.padEnd(17)}${value}`;
}

function strategyLines({ spec, status }: Rollout): readonly string[] {
  const canary = spec.strategy?.canary;
  if (canary === undefined) return [field('Strategy:', 'BlueGreen')];
  const count = canary.steps?.length ?? 0;
  if (count === 0) return [field('Strategy:', 'Canary')];
  return [
    field('Strategy:', 'Canary'),
    field('  Step:', `${status?.currentStepIndex ?? 0}/${count}`),
    field('  SetWeight:', setWeight(spec.strategy, status)),
    field('  ActualWeight:', actualWeight(status)),
  ];
}

function setWeight(strategy: Rollout['spec']['strategy'], status: Rollout['status']): number {
  const steps = strategy?.canary?.steps ?? [];
  if (status?.abort === true) return 0;
  const index = status?.currentStepIndex ?? 0;
  if (index >= steps.length) return 100;
  const set = steps.slice(0, index + 1).findLast((step) => step.setWeight !== undefined);
  return set?.setWeight ?? 0;
}

/** Share of the updated pods: without a traffic router that is how requests spread. */
function actualWeight(status: Rollout['status']): number {
  const { updatedReplicas = 0, availableReplicas = 0, currentPodHash, stableRS } = status ?? {};
  if (currentPodHash === stableRS) return 100;
  return availableReplicas === 0 ? 0 : Math.round((100 * updatedReplicas) / availableReplicas);
}

function imageLines(view: RolloutView, paint: Paint): readonly string[] {
  const rows = treeRows(view).filter(({ kind, status }) => kind === 'ReplicaSet' && !status.includes('ScaledDown'));
  const shown = new Map<string, Set<string>>();
  for (const replicaSet of view.replicaSets) {
    const row = rows.find(({ name }) => name.endsWith(` ${replicaSet.metadata.name}`));
    if (row === undefined) continue;
    const roles = row.info.filter((text) => !text.includes(':'));
    for (const image of imagesOf(replicaSet)) shown.set(image, new Set([...(shown.get(image) ?? []), ...roles]));
  }
  return [...shown].map(([image, roles], index) => {
    const painted = [...roles].map((role) => paint(colourOfRole(role), role)).join(', ');
    return field(index === 0 ? 'Images:' : '', `${printable(image)}${painted === '' ? '' : ` (${painted})`}`);
  });
}

function imagesOf({ spec, metadata }: ReplicaSet): readonly string[] {
  if (metadata.labels?.[POD_TEMPLATE_HASH] === undefined) return [];
  return (spec?.template?.spec?.containers ?? []).flatMap(({ image }) => image ?? []);
}

function replicaLines({ spec, status }: Rollout): readonly string[] {
  return [
    'Replicas:',
    field('  Desired:', spec.replicas ?? 1),
    field('  Current:', status?.replicas ?? 0),
    field('  Updated:', status?.updatedReplicas ?? 0),
    field('  Ready:', status?.readyReplicas ?? 0),
    field('  Available:', status?.availableReplicas ?? 0),
  ];
}

function table(rows: readonly Row[], paint: Paint): readonly string[] {
  const cells = rows.map((row) => [row.name, row.kind, statusText(row), row.age] as const);
  const head = ['NAME', 'KIND', 'STATUS', 'AGE'] as const;
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => (row[column] ?? '').length)));
  const line = (columns: readonly string[]) => columns.map((text, index) => text.padEnd(widths[index] ?? 0)).join('  ');
  return [`${line(head)}  INFO`, ...rows.map((row, index) => paintRow(line(cells[index] ?? []), row, paint).trimEnd())];
}

function statusText({ sign, status }: Row): string {
  return sign === undefined ? status : `${sign.icon} ${status}`;
}

/** Painted after padding: escape codes have no width. */
function paintRow(line: string, row: Row, paint: Paint): string {
  const { sign } = row;
  const painted =
    sign === undefined
      ? line
      : line.replace(`${sign.icon} ${row.status}`, (text) => text.replace(sign.icon, paint(sign.colour, sign.icon)));
  return `${painted}  ${row.info.map((text) => paint(colourOfRole(text), text)).join(',')}`;
}
