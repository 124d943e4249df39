/** How many conditions one core evaluates per second. Prints; the numbers are for people, no test depends on them. */
import { pathToFileURL } from 'node:url';
import { compileCondition } from '#core/expr/compile.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';

export interface ConditionBench {
  readonly condition: string;
  readonly evaluationsPerSecond: number;
}

const SUCCESS_RATE: MeasuredValue = { kind: 'vector', values: [0.97] };
const CASES: readonly (readonly [condition: string, result: MeasuredValue])[] = [
  ['result[0] >= 0.95 && !isNaN(result[0])', SUCCESS_RATE],
  ['result < 0.05', { kind: 'scalar', value: 0.01 }],
  ['len(result) == 0 || all(result, # < 0.5)', { kind: 'vector', values: [0.1, 0.2, 0.3, 0.4] }],
  ['result.ok && result.errors / result.total < 0.01', { kind: 'json', json: { ok: true, errors: 1, total: 900 } }],
  ['(result.a?.b ?? "none") == "none"', { kind: 'json', json: { a: null } }],
];
const BATCH = 100_000;

/** Each condition for about so long, after a warm-up of the same length. */
export function benchConditions(milliseconds = 500): readonly ConditionBench[] {
  return CASES.map(([condition, result]) => {
    measure(condition, result, milliseconds);
    return { condition, evaluationsPerSecond: measure(condition, result, milliseconds) };
  });
}

function measure(source: string, result: MeasuredValue, milliseconds: number): number {
  const condition = compileCondition(source);
  const start = performance.now();
  let evaluations = 0;
  let truths = 0;
  while (performance.now() - start < milliseconds) {
    for (let count = 0; count < BATCH; count++) if (condition.evaluate(result)) truths++;
    evaluations += BATCH;
  }
  if (truths !== evaluations) throw new Error(`${source} is not true of the value that is measured`);
  return evaluations / ((performance.now() - start) / 1_000);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { condition, evaluationsPerSecond } of benchConditions()) {
    console.log(`${(evaluationsPerSecond / 1e6).toFixed(2).padStart(7)} million/s  ${condition}`);
  }
}
