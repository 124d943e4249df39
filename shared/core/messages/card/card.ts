/** The card of a release: one Slack message, rendered from history alone, so that a late event cannot take it back. */
import { decidingMeasurements, type Told } from '../story.ts';
import { printable } from '../line.ts';
import { codeSpan, escapeSlack, shortened } from '../slack-text.ts';
import type { ReleaseSummary } from '../../history/record.ts';
import { SECOND } from '../../time.ts';
import type { Block, SlackMessage } from './block.ts';
import { actionsBlock } from './buttons.ts';
import { evidenceTable } from './evidence.ts';
import { standing, type Standing } from './standing.ts';

/** How much a card may say: all of it; without evidence; one line. Tried in this order when Slack refuses. */
export type CardDetail = 'full' | 'short' | 'line';

const HEADER_LENGTH = 150;
const FALLBACK_LENGTH = 300;

export function releaseCard(told: Told, detail: CardDetail = 'full'): SlackMessage {
  const stands = standing(told);
  const text = shortened(escapeSlack(printable(`${nameOf(told.release)}: ${stands.sentence}`)), FALLBACK_LENGTH);
  if (detail === 'line') return { text, blocks: [plain(stands.sentence)] };
  const blocks = [
    {
      type: 'header',
      text: {
        type: 'plain_text',
        text: shortened(printable(headline(told.release, stands)), HEADER_LENGTH),
        emoji: false,
      },
    },
    section(whatChanges(told.release)),
    plain(stands.sentence),
    ...(detail === 'full' ? evidence(told) : []),
    ...news(told),
    ...actionsBlock(told.release, stands),
    context(told.release),
  ];
  return { text, blocks };
}

/** One line of the thread under a card: the play-by-play. */
export function threadLine(message: string): SlackMessage {
  return { text: shortened(escapeSlack(printable(message))), blocks: [plain(message)] };
}

function nameOf({ cluster, namespace, rollout }: ReleaseSummary): string {
  return `${cluster}/${namespace}/${rollout}`;
}

function headline(release: ReleaseSummary, { title }: Standing): string {
  return `${title}: ${release.rollout} (${release.cluster}/${release.namespace})`;
}

/** Of a section's 3,000: a line is left out rather than cut, which would leave a span open. */
const CHANGES_LENGTH = 2_700;

function whatChanges({ images = [], revision, podHash, strategy }: ReleaseSummary): string {
  const how = strategy === 'canary' ? 'canary' : 'blue-green';
  const lines = images.map(({ container, from, to }) =>
    from === undefined
      ? `${codeSpan(container)}: ${codeSpan(to)}`
      : `${codeSpan(container)}: ${codeSpan(from)} → ${codeSpan(to)}`,
  );
  const shown = lines.filter((_, index) => lines.slice(0, index + 1).join('\n').length <= CHANGES_LENGTH);
  const rest = shown.length < lines.length ? [`… and ${lines.length - shown.length} more containers`] : [];
  return [...shown, ...rest, `revision ${revision} (${codeSpan(podHash)}), ${how}`].join('\n');
}

/** Of all metrics while it runs; of the one that decided once it is aborted. */
function evidence({ release, transitions }: Told): readonly Block[] {
  const measured = transitions.filter(({ type }) => type === 'measured');
  const deciding = release.outcome === 'aborted' ? decidingMeasurements(transitions) : [];
  const table = evidenceTable(deciding.length > 0 ? deciding : measured);
  return table === '' ? [] : [section(table)];
}

/** Alerts and orders since it began, newest last. */
function news({ orders }: Told): readonly Block[] {
  const shown = orders.filter(({ order }) => order['kind'] !== 'alert').toSorted((a, b) => a.receivedAt - b.receivedAt);
  const lines = shown.slice(-NEWS).map(({ person, verdict, state, order }) => {
    const who = typeof order['alertname'] === 'string' ? `alert ${order['alertname']}` : person;
    return `• ${who}: ${verdict ?? state}`;
  });
  return lines.length === 0 ? [] : [plainLines(lines, NEWS_LENGTH)];
}

const NEWS = 5;
const NEWS_LENGTH = 1_500;

function context({ id, startedAt, finishedAt }: ReleaseSummary): Block {
  const length = finishedAt === undefined ? '' : `, took ${Math.round((finishedAt - startedAt) / SECOND)} s`;
  const text = `release ${codeSpan(id)}, started <!date^${Math.floor(startedAt / SECOND)}^{date_short_pretty} {time}|then>${length}`;
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] };
}

function plain(text: string): Block {
  return plainLines([text]);
}

/** Nothing in them formats, links or pings, and none of them makes another line. */
function plainLines(lines: readonly string[], longest?: number): Block {
  const text = shortened(lines.map(printable).join('\n'), longest);
  return { type: 'section', text: { type: 'plain_text', text, emoji: false } };
}

/** `verbatim`: Slack makes no links or mentions of its own out of it. */
function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}
