/** What a look at the chains of orders has found, for a terminal. */
import { printable } from './line.ts';

interface Report {
  readonly chain: string;
  readonly entries: number;
  readonly orders: number;
  readonly older: number;
  readonly end?: { readonly seq: number; readonly hash: string };
  readonly problems: readonly string[];
}

export function chainReports(reports: readonly Report[]): string {
  if (reports.length === 0) return 'no order is recorded';
  return reports.map(reportText).join('\n');
}

function reportText({ chain, entries, orders, older, end, problems }: Report): string {
  const before = older === 0 ? '' : `, ${older} from before the chain`;
  const head = `${printable(chain)}: ${orders} orders in ${entries} entries${before}`;
  const at = end === undefined ? '' : `; ends at ${end.seq} ${end.hash}`;
  if (problems.length === 0) return `${head}: as they were stored${at}`;
  return [`${head}: ${problems.length} problems${at}`, ...problems.map((each) => `    ${printable(each)}`)].join('\n');
}
