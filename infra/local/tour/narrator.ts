/** The tour on stdout: plain lines, or one JSON object a line. */
import { evidenceLines, transitionLine } from '#core/messages/line.ts';
import type { ReleaseSummary } from '#core/history/record.ts';
import { decidingMeasurements } from '#core/messages/story.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import type { Announcer, ReleaseEvent, RunHistory } from '#shared/ports.ts';
import type { Narrator, TourStep } from './narration.ts';

type Print = (line: string) => void;

export interface Voice extends Narrator, Announcer {
  summary(steps: readonly TourStep[]): void;
}

export function createLineVoice(print: Print, history: () => RunHistory): Voice {
  return {
    announce: async (event) => print(eventLine(event)),
    follow: () => undefined,
    say: (text) => print(`\n── ${text}`),
    explain: async (release) => print(`\n${await explanation(release, history())}`),
    summary: (steps) => print(`\n${summaryText(steps)}`),
  };
}

export function eventLine({ key, release, transition }: ReleaseEvent): string {
  const owner = transition.details['rollout'];
  const rollout = release?.rollout ?? (typeof owner === 'string' ? owner : key.name);
  return transitionLine({ namespace: key.namespace, rollout }, transition);
}

/** How a release ended; for an abort by analysis also the query, the values and the rule. */
export async function explanation(release: ReleaseSummary, history: RunHistory): Promise<string> {
  const told = release.outcome === 'aborted' ? await history.transitions(release.id) : [];
  const lines = [`${release.outcome}: ${release.reason}`, ...evidenceLines(decidingMeasurements(told))];
  return lines.map((line) => `   ${line}`).join('\n');
}

export function summaryText(steps: readonly TourStep[]): string {
  return steps.map(({ release, expected }) => summaryLine(release, expected)).join('\n');
}

export function createJsonVoice(print: Print): Voice {
  return {
    async announce({ key, release, releaseId, transition: { type, at, message, details } }: ReleaseEvent) {
      const { cluster, namespace, kind, name } = key;
      const rollout = release?.rollout ?? (kind === 'Rollout' ? name : undefined);
      const about = { cluster, namespace, kind, name, rollout, release: releaseId };
      print(JSON.stringify({ type, at: formatTimestamp(at), ...about, ...details, message }));
    },
    follow: () => undefined,
    say: () => undefined,
    explain: async () => undefined,
    summary(steps) {
      print(JSON.stringify({ type: 'summary', releases: steps.map(({ release }) => summaryOf(release)) }));
    },
  };
}

function summaryOf(release: ReleaseSummary) {
  const { rollout, namespace, strategy, revision, outcome, reason, weights } = release;
  return { rollout, namespace, strategy, revision, outcome, reason, weights, seconds: secondsOf(release) };
}

/** On the stack's clock. */
function secondsOf({ startedAt, finishedAt }: ReleaseSummary): number {
  return Math.round(((finishedAt ?? startedAt) - startedAt) / SECOND);
}

function summaryLine(release: ReleaseSummary, expected: string): string {
  const { namespace, rollout, revision, outcome, weights } = release;
  const mark = outcome === expected ? '✔' : '✖';
  const path = weights.length === 0 ? '' : `  ${weights.join(' → ')} %`;
  return `${mark} ${namespace}/${rollout} revision ${revision}: ${outcome} after ${secondsOf(release)} s${path}`;
}
