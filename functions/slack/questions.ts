/** What a slash command can ask without changing anything. */
import type { Asked } from '#core/commands/parse.ts';
import type { Freeze } from '#core/commands/freeze.ts';
import { freezesText } from '#core/commands/ordered-freeze.ts';
import { fullName, resolveName, type RolloutName } from '#core/commands/resolve-name.ts';
import type { ReleaseSummary } from '#core/history/record.ts';
import { explanation } from '#core/messages/explain.ts';
import { codeSpan, escapeSlack, shortened } from '#core/messages/slack-text.ts';
import type { Rollout } from '#core/resources/argo.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import type { Found } from '#shared/controllers/find-rollouts.ts';
import { allFreezes, type FreezePorts } from '#shared/controllers/freezes.ts';
import { readHistory, type HistoryPorts } from '#shared/controllers/release-history.ts';

const RELEASES = 5;
const ROLLOUTS = 30;
const LONGEST_BODY = 2_500;

export interface QuestionPorts extends Omit<HistoryPorts, 'cursors'>, FreezePorts {
  /** Those of weir.yaml. */
  readonly freezes?: readonly Freeze[];
}

export async function answerQuestion(
  asked: Extract<Asked, { kind: 'question' }>,
  found: readonly Found[],
  ports: QuestionPorts,
): Promise<string> {
  if (asked.verb === 'list') return listText(found);
  if (asked.verb === 'freezes') return freezesAnswer(ports);
  return aboutRollout(asked, found, ports);
}

async function freezesAnswer(ports: QuestionPorts): Promise<string> {
  return shortened(escapeSlack(freezesText(await allFreezes(ports, ports.freezes))));
}

async function aboutRollout(
  asked: Extract<Asked, { kind: 'question'; name: string }>,
  found: readonly Found[],
  ports: QuestionPorts,
): Promise<string> {
  const names = found.map(({ name }) => name);
  const resolved = resolveName(asked.name, names);
  if ('problem' in resolved) return escapeSlack(resolved.problem);
  const { one } = resolved;
  if (asked.verb === 'history') return historyText(one, await ports.history.releases(one, RELEASES));
  if (asked.verb === 'explain') return explainText(explanation(await readHistory(one, RELEASES, ports), asked.run));
  const rollout = found.find(({ name }) => fullName(name) === fullName(one))?.rollout;
  return rollout === undefined ? 'it is gone' : statusText(one, rollout);
}

function listText(found: readonly Found[]): string {
  if (found.length === 0) return 'No rollout in any cluster that Weir reads.';
  const lines = found
    .slice(0, ROLLOUTS)
    .map(({ name, rollout }) => `• ${codeSpan(fullName(name))} ${phaseText(rollout)}`);
  const rest = found.length - lines.length;
  return shortened([...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n'));
}

function statusText(name: RolloutName, rollout: Rollout): string {
  const { status, spec } = rollout;
  const steps = spec.strategy?.canary?.steps?.length ?? 0;
  const step = steps === 0 ? '' : `\nstep ${Math.min((status?.currentStepIndex ?? 0) + 1, steps)}/${steps}`;
  const pods = `\n${status?.availableReplicas ?? 0}/${spec.replicas ?? 1} pods available, ${status?.updatedReplicas ?? 0} updated`;
  return shortened(`${codeSpan(fullName(name))} ${phaseText(rollout)}${step}${pods}`);
}

/** Queries and conditions as they are: in a fence nothing formats. */
function explainText(explained: string): string {
  const [head = '', ...rest] = explained.replaceAll('`', 'ˋ').split('\n');
  const body = shortened(escapeSlack(rest.join('\n')), LONGEST_BODY);
  return body === '' ? escapeSlack(head) : `${escapeSlack(head)}\n\`\`\`${body}\`\`\``;
}

function phaseText({ status }: Rollout): string {
  const message = status?.message === undefined || status.message === '' ? '' : `: ${status.message}`;
  return escapeSlack(`${status?.phase ?? 'Unknown'}${message}`);
}

function historyText(name: RolloutName, releases: readonly ReleaseSummary[]): string {
  if (releases.length === 0) return `No release of ${codeSpan(fullName(name))} is recorded.`;
  return shortened([`Releases of ${codeSpan(fullName(name))}:`, ...releases.map(releaseText)].join('\n'));
}

function releaseText({ revision, outcome, startedAt, finishedAt, reason }: ReleaseSummary): string {
  const length = finishedAt === undefined ? '' : ` after ${Math.round((finishedAt - startedAt) / SECOND)} s`;
  const why = reason === '' ? '' : `: ${escapeSlack(reason)}`;
  return `• revision ${revision}, ${formatTimestamp(startedAt)}: ${outcome}${length}${why}`;
}
