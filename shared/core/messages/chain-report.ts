/** What a look at the chains of orders has found, for a terminal. */
import { printable } from './line.ts';

/** What a look at one chain has found. */
export interface ChainReport {
  readonly chain: string;
  readonly entries: number;
  readonly orders: number;
  /** Orders from before there were chains. */
  readonly older: number;
  /** Kept somewhere else, it shows later whether the end was cut off. */
  readonly end?: { readonly seq: number; readonly hash: string };
  /** What was edited, added or removed, in sentences; empty: nothing. */
  readonly problems: readonly string[];
}

export function chainReports(reports: readonly ChainReport[]): string {
  if (reports.length === 0) return 'no order is recorded';
  return reports.map(reportText).join('\n');
}

function reportText({ chain, entries, orders, older, end, problems }: ChainReport): string {
  const before = older === 0 ? '' : `, ${older} from before the chain`;
  const head = `${printable(chain)}: ${orders} orders in ${entries} entries${before}`;
  const at = end === undefined ? '' : `; ends at ${end.seq} ${end.hash}`;
  if (problems.length === 0) return `${head}: as they were stored${at}`;
  return [`${head}: ${problems.length} problems${at}`, ...problems.map((each) => `    ${printable(each)}`)].join('\n');
}
