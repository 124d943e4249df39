/** Why a release stands where it stands: its sentence, and of each metric the query, the values and the rule. */
import type { RecordedTransition, Transition } from '../history/record.ts';
import { standing } from './card/standing.ts';
import { evidenceLines, printable, text } from './line.ts';
import { decidingMeasurements, orderLine, type Told } from './story.ts';

/** @param run the name of an analysis run; undefined: the newest release as a whole */
export function explanation(releases: readonly Told[], run?: string): string {
  const [newest] = releases;
  if (newest === undefined) return 'No release is recorded: there is nothing to explain.';
  const lines = run === undefined ? releaseLines(newest) : runLines(releases, run);
  return lines.map(printable).join('\n');
}

function releaseLines(told: Told): readonly string[] {
  const { release, transitions, orders } = told;
  const { namespace, rollout, revision, podHash } = release;
  const deciding = release.outcome === 'aborted' ? decidingMeasurements(transitions) : [];
  const measured = deciding.length > 0 ? deciding : transitions.filter(({ type }) => type === 'measured');
  return [
    `${namespace}/${rollout}, revision ${revision} (${podHash}): ${standing(told).sentence}.`,
    ...metricsLines(measured, transitions),
    ...(measured.length === 0 ? ['  No metric was measured.'] : []),
    ...orders.toSorted((a, b) => a.receivedAt - b.receivedAt).map(orderLine),
  ];
}

function runLines(releases: readonly Told[], run: string): readonly string[] {
  const all = releases.flatMap(({ transitions }) => transitions);
  const own = all.filter(({ details }) => details['analysisRun'] === run);
  if (own.length === 0) {
    const names = [...new Set(all.map(({ details }) => details['analysisRun']).filter((name) => name !== undefined))];
    return [`No analysis run "${run}" in the newest releases; there are: ${names.map(text).join(', ') || 'none'}.`];
  }
  const end = own.findLast(({ type }) => type === 'analysis-completed');
  const measured = own.filter(({ type }) => type === 'measured');
  return [`${end?.message ?? `Analysis ${run} is going on`}.`, ...metricsLines(measured, own)];
}

/** Each metric by itself, in the order in which it was first measured. */
function metricsLines(measured: readonly RecordedTransition[], all: readonly Transition[]): readonly string[] {
  const metrics = [...new Set(measured.map(({ details }) => text(details['metric'])))];
  return metrics.flatMap((metric) => {
    const isOwn = ({ details }: Transition) => text(details['metric']) === metric;
    const end = all.findLast((transition) => transition.type === 'metric-completed' && isOwn(transition))?.details;
    const rule = end?.['rule'] === undefined ? '' : ` (${text(end['rule'])})`;
    const head = end === undefined ? `${metric}: so far` : `${metric}: ${text(end['phase'])}${rule}`;
    return [`  ${head}`, ...evidenceLines(measured.filter(isOwn)).map((line) => `    ${line}`)];
  });
}
