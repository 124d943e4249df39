/** The measurements of one metric as a table: canary and stable next to each other, about the same time. */
import type { Transition } from '../history/record.ts';
import type { Instant } from '../time.ts';
import { decisionText, stableText, text } from './line.ts';

/** Empty unless the stable version was asked at least once. */
export function sideBySide(measured: readonly Transition[]): readonly string[] {
  if (measured.every((transition) => stableText(transition) === undefined)) return [];
  const rows = [['window', 'canary', 'stable', 'rule'], ...measured.map(row)];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function row(transition: Transition): readonly string[] {
  const { details } = transition;
  return [windowText(transition), text(details['value']), stableText(transition) ?? '–', decisionText(transition)];
}

/** `10:04:12–10:09:12`, or the instant. */
function windowText({ at, details: { window } }: Transition): string {
  if (typeof window !== 'object' || window === null) return clockText(at);
  const { from, to, at: instant } = window as { from?: string; to?: string; at?: string };
  if (from !== undefined && to !== undefined) return `${timeOf(from)}–${timeOf(to)}`;
  return instant === undefined ? clockText(at) : timeOf(instant);
}

function clockText(at: Instant): string {
  return timeOf(new Date(at).toISOString());
}

function timeOf(timestamp: string): string {
  return timestamp.slice(11, 19);
}
