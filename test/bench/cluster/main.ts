/**
 * `npm run bench -- cluster [rows…] [--beside argo] [--scale S] [--json]`: `weir run` at work on a real API server, and beside
 * it, one after the other on the same machine, Argo Rollouts' controller as released. Takes a quarter of an hour for each.
 */
import { parseArgs } from 'node:util';
import { startControlPlane } from '../../cluster/support/control-plane.ts';
import { ABORT } from './abort-reaction.ts';
import { ANALYSIS, COALESCED } from './analysis-load.ts';
import { ARGO_DEFAULT, ARGO_TUNED, WEIR, type Contender } from './contenders.ts';
import { IDLE, IDLE_1000 } from './idle.ts';
import { startMetricsSource } from './metrics-source.ts';
import { RESTART } from './restart.ts';
import { AT_ONCE } from './rollouts-at-once.ts';
import type { Figure, Row, Stage } from './row.ts';

const ROWS: readonly Row[] = [ANALYSIS, COALESCED, ABORT, AT_ONCE, RESTART, IDLE, IDLE_1000];

interface Result {
  readonly row: string;
  readonly contender: string;
  readonly figures: readonly Figure[];
}

export async function benchOnCluster(words: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      beside: { type: 'string' },
      scale: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const rows = positionals.length === 0 ? ROWS : positionals.map(rowNamed);
  const results: Result[] = [];
  for (const row of rows) {
    for (const contender of contendersOf(row, values.beside)) {
      if (values.only !== undefined && values.only !== contender.name) continue;
      const figures = await measured(row, contender, Number(values.scale));
      results.push({ row: row.name, contender: contender.name, figures });
      if (!values.json) print(row, contender, figures, values.scale);
    }
  }
  if (values.json) console.log(JSON.stringify(results));
}

function rowNamed(name: string): Row {
  const row = ROWS.find((one) => one.name === name);
  if (row !== undefined) return row;
  throw new Error(`there is no row "${name}"; there are ${ROWS.map((one) => one.name).join(', ')}`);
}

function contendersOf({ against = [] }: Row, beside: string | undefined): readonly Contender[] {
  if (beside === undefined) return [WEIR];
  if (beside === 'argo') return [WEIR, ARGO_TUNED, ARGO_DEFAULT, ...against];
  throw new Error(`--beside takes argo, not "${beside}"`);
}

/** A control plane of its own: what an earlier row left behind costs nobody anything. */
async function measured(row: Row, contender: Contender, scale: number): Promise<readonly Figure[]> {
  const controlPlane = await startControlPlane();
  const source = await startMetricsSource();
  try {
    const stage: Stage = { facts: controlPlane.facts, source, contender, scale };
    return await row.measure(stage);
  } finally {
    await source.close();
    await controlPlane.stop();
  }
}

function print({ name, work }: Row, contender: Contender, figures: readonly Figure[], scale: string): void {
  console.log(`\n${name}, ${contender.name}: ${work}${scale === '1' ? '' : ` (× ${scale})`}`);
  for (const { what, value, unit, aim } of figures) {
    const told = `${round(value)}${unit === '' ? '' : ` ${unit}`}`.padStart(14);
    console.log(`${told}  ${what}${aim === undefined ? '' : `  (aim ${aim}${value <= aim ? '' : ', missed'})`}`);
  }
}

function round(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 3 : 0 });
}
