/** A release told in sentences: what was released, how it went, who and what intervened, how it ended. */
import type { Gap } from '../history/gaps.ts';
import type { RecordedTransition, ReleaseSummary, Transition } from '../history/record.ts';
import type { OrderEffect } from '../commands/command.ts';
import type { JsonObject } from '../json.ts';
import { formatTimestamp, SECOND, type Instant } from '../time.ts';
import { evidenceLines, printable, text } from './line.ts';
import { sideBySide } from './side-by-side.ts';

export interface ToldOrder {
  readonly receivedAt: Instant;
  readonly person: string;
  readonly state: string;
  readonly verdict?: string;
  /** The stored order: a command, or the reaction to an alert. */
  readonly order: JsonObject;
  readonly effect?: OrderEffect;
}

export interface Told {
  readonly release: ReleaseSummary;
  readonly transitions: readonly RecordedTransition[];
  readonly orders: readonly ToldOrder[];
  readonly gaps?: readonly Gap[];
}

export function releaseStory({ release, transitions, orders, gaps = [] }: Told): string {
  const lines = [
    heading(release),
    ...course(release, transitions),
    ...measurements(transitions),
    ...gaps.map(gapLine),
    ...orders.toSorted((a, b) => a.receivedAt - b.receivedAt).map(orderLine),
    ...ending(release, transitions, orders),
  ];
  return lines.map(printable).join('\n');
}

function heading({ revision, podHash, namespace, rollout, startedAt, strategy }: ReleaseSummary): string {
  const how = strategy === 'canary' ? 'canary' : 'blue-green';
  return `Revision ${revision} (${podHash}) of ${namespace}/${rollout}, ${how}, started ${formatTimestamp(startedAt)}.`;
}

function course({ weights, startedAt }: ReleaseSummary, transitions: readonly Transition[]): readonly string[] {
  const reached = weights.length === 0 ? [] : [`  It reached ${weights.join(' → ')} %.`];
  const pauses = transitions.filter(({ type }) => type === 'paused').length;
  const waited = pauses === 0 ? [] : [`  It paused ${pauses === 1 ? 'once' : `${pauses} times`}.`];
  const retried = transitions
    .filter(({ type }) => type === 'retried')
    .map(({ at }) => `  It was retried after ${seconds(at - startedAt)}.`);
  const holds = transitions.filter(({ type }) => type === 'held');
  const held = holds.map(({ at, message }) => `  After ${seconds(at - startedAt)}: ${message}.`);
  return [...reached, ...waited, ...held, ...retried];
}

/** Per metric: how many measurements there were, how they went, and the last value. */
function measurements(transitions: readonly Transition[]): readonly string[] {
  const measured = transitions.filter(({ type }) => type === 'measured');
  const metrics = [...new Set(measured.map(({ details }) => text(details['metric'])))];
  return metrics.flatMap((metric) => {
    const mine = measured.filter(({ details }) => details['metric'] === metric);
    const phases = new Map<string, number>();
    for (const { details } of mine) phases.set(text(details['phase']), (phases.get(text(details['phase'])) ?? 0) + 1);
    const counts = [...phases].map(([phase, count]) => `${count} ${phase.toLowerCase()}`).join(', ');
    const last = mine.at(-1)?.details['value'];
    const times = mine.length === 1 ? 'once' : `${mine.length} times`;
    const value = last === undefined ? '' : `; last value ${text(last)}`;
    return [`  ${metric} was measured ${times}: ${counts}${value}.`, ...sideBySide(mine).map((line) => `    ${line}`)];
  });
}

function gapLine({ from, to, reason }: Gap): string {
  const until = to === undefined ? 'on' : `to ${formatTimestamp(to)}`;
  return `  From ${formatTimestamp(from)} ${until} its cluster gave no answer (${reason}).`;
}

export function orderLine(told: ToldOrder): string {
  const { receivedAt, state, verdict } = told;
  const what = verdict === undefined || verdict === '' ? state : verdict;
  const { reason } = commandOf(told);
  const why = reason === undefined || reason === '' ? '' : ` (${reason})`;
  return `  ${formatTimestamp(receivedAt)} ${whoOf(told)}: ${what}${why}.`;
}

interface ToldCommand {
  readonly verb?: string;
  readonly reason?: string;
  readonly binding?: { readonly podHash?: string };
}

function commandOf({ order }: Pick<ToldOrder, 'order'>): ToldCommand {
  return (order['command'] ?? {}) as ToldCommand;
}

/** A fingerprint tells nobody which alert it was. */
function whoOf({ order, person }: ToldOrder): string {
  return typeof order['alertname'] === 'string' ? `alert ${order['alertname']}` : person;
}

function ending(
  release: ReleaseSummary,
  transitions: readonly Transition[],
  orders: readonly ToldOrder[],
): readonly string[] {
  const { outcome, startedAt, finishedAt } = release;
  if (outcome === 'running' || finishedAt === undefined) return ['  It is still going on.'];
  const end = `  It was ${outcome} after ${seconds(finishedAt - startedAt)}: ${endReason(release, orders)}.`;
  return outcome === 'aborted' ? [end, ...evidence(transitions)] : [end];
}

/** Why a release ended; for an abort from outside, by whom: the Rollout itself does not say. */
export function endReason(
  { outcome, reason, finishedAt, podHash }: ReleaseSummary,
  orders: readonly ToldOrder[],
): string {
  if (outcome !== 'aborted' || finishedAt === undefined) return reason;
  const cause = orders
    .filter((told) => told.state === 'applied' && isAbort(told) && told.receivedAt <= finishedAt)
    .filter((told) => (versionOf(told) ?? podHash) === podHash)
    .toSorted((a, b) => b.receivedAt - a.receivedAt)[0];
  return cause === undefined ? reason : `${reason}, by ${causeText(cause)}`;
}

function isAbort(told: ToldOrder): boolean {
  return told.order['action'] === 'abort' || commandOf(told).verb === 'abort';
}

/** Times of two workers' clocks do not tell which release an order was for. @returns undefined: the order does not say */
export function versionOf(told: Pick<ToldOrder, 'order' | 'effect'>): string | undefined {
  const named = [commandOf(told).binding?.podHash, told.effect?.before?.['podHash']];
  return named.find((hash): hash is string => typeof hash === 'string' && hash !== '');
}

function causeText(told: ToldOrder): string {
  const because = [told.order['because'], commandOf(told).reason];
  const why = because.find((given) => typeof given === 'string' && given !== '');
  return why === undefined ? whoOf(told) : `${whoOf(told)} (${text(why)})`;
}

/** The metric that decided, with its query and values. */
function evidence(transitions: readonly Transition[]): readonly string[] {
  return evidenceLines(decidingMeasurements(transitions)).map((line) => `    ${line}`);
}

/** The measurements of the metric that did not succeed; empty when no metric failed. */
export function decidingMeasurements<T extends Transition>(transitions: readonly T[]): readonly T[] {
  const failed = transitions.find(
    ({ type, details }) => type === 'metric-completed' && details['phase'] !== 'Successful',
  );
  if (failed === undefined) return [];
  return transitions.filter(
    ({ type, details }) => type === 'measured' && details['metric'] === failed.details['metric'],
  );
}

function seconds(length: number): string {
  return `${Math.round(length / SECOND)} s`;
}
