/** The newest reading of each metric as a table: canary, stable, the rule, the verdict, how often it was measured. */
import type { Transition } from '../../history/record.ts';
import { decisionText, printable, stableText, text } from '../line.ts';
import { escapeSlack, shortened } from '../slack-text.ts';

const HEAD = ['metric', 'canary', 'stable', 'limit', 'verdict', 'n'];
const ROWS = 12;
const LONGEST_CELL = 32;
/** Of a section's 3,000 characters, the fence included. */
const LONGEST_TABLE = 2_900;

/** @returns '' when nothing was measured */
export function evidenceTable(measured: readonly Transition[]): string {
  const metrics = [...new Set(measured.map(({ details }) => text(details['metric'])))];
  if (metrics.length === 0) return '';
  const rows = metrics.slice(0, ROWS).map((metric) => row(metric, measured));
  const rest = metrics.length > ROWS ? [`… and ${metrics.length - ROWS} more metrics`] : [];
  const lines = [...aligned([HEAD, ...rows]), ...rest];
  return `\`\`\`${shortened(escapeSlack(lines.join('\n')), LONGEST_TABLE)}\`\`\``;
}

function row(metric: string, measured: readonly Transition[]): readonly string[] {
  const mine = measured.filter(({ details }) => text(details['metric']) === metric);
  const last = mine.at(-1);
  if (last === undefined) return [];
  const cells = [
    metric,
    text(last.details['value']),
    stableText(last) ?? '–',
    decisionText(last),
    text(last.details['phase']),
    String(mine.length),
  ];
  return cells.map(cell);
}

/** Backticks would end the table, line breaks its row. */
function cell(value: string): string {
  return shortened(printable(value).replaceAll('`', 'ˋ').replaceAll(/\s+/g, ' '), LONGEST_CELL);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((value, column) => value.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
