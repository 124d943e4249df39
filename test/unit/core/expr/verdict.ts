/** What the tables of these tests are made of: a condition, a value, and what comes out in one line. */
import { compileCondition, ConditionError } from '#core/expr/compile.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import type { JsonValue } from '#core/json.ts';

export const NOW = Date.UTC(2024, 5, 1, 12, 30, 15, 250);

/** The verdict, or `stage: message`. Any error but a ConditionError is a bug and is thrown. */
export function verdictOn(result: MeasuredValue, source: string): boolean | string {
  try {
    return compileCondition(source).evaluate(result, { now: NOW });
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return `${error.stage}: ${error.message}`;
  }
}

export function verdict(source: string, json: JsonValue = null): boolean | string {
  return verdictOn({ kind: 'json', json }, source);
}

/** Rows of a table without a value of their own. */
export type Row = readonly [source: string, verdict: boolean | string];
export type RowWithResult = readonly [source: string, result: JsonValue, verdict: boolean | string];
