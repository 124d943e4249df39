/**
 * The condition language against the outcomes that the reference produced. conditions.md §16, examples.md.
 * Another file can be put in place of ours: WEIR_CONDITIONS_EXAMPLES=<path>, a JSON array or one JSON object per line.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { compileCondition, ConditionError } from '#core/expr/compile.ts';
import type { MeasuredValue } from '#core/expr/measured-value.ts';
import type { JsonValue } from '#core/json.ts';

interface Example {
  readonly expr: string;
  readonly result: JsonValue;
  readonly kind?: 'scalar' | 'vector' | 'nil' | 'json';
  readonly outcome: JsonValue;
  readonly error: boolean;
  readonly stage?: 'compile' | 'run' | 'type';
  readonly message?: string;
}

const OURS = fileURLToPath(new URL('./data/conditions.examples.json', import.meta.url));
const path = process.env['WEIR_CONDITIONS_EXAMPLES'] ?? OURS;
const examples = readExamples(path);
const NOW = Date.UTC(2024, 0, 1);

/** A missing file, or one without examples, fails the whole suite. */
function readExamples(file: string): readonly Example[] {
  const text = readFileSync(file, 'utf8').trim();
  const found = text.startsWith('[')
    ? (JSON.parse(text) as Example[])
    : text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as Example);
  if (found.length === 0) throw new Error(`${file} holds no examples`);
  return found;
}

function measured({ kind, result }: Example): MeasuredValue {
  switch (kind ?? 'json') {
    case 'scalar':
      return { kind: 'scalar', value: toFloat(result) };
    case 'vector':
      return { kind: 'vector', values: Array.isArray(result) ? result.map(toFloat) : [] };
    case 'nil':
      return { kind: 'nil' };
    case 'json':
      return { kind: 'json', json: result };
  }
}

/** JSON has no NaN and no infinities: they are written as strings. */
function toFloat(json: JsonValue): number {
  return Number(typeof json === 'string' ? json.replace('Inf', 'Infinity') : json);
}

function evaluate(example: Example): { outcome?: boolean; stage?: string; message?: string } {
  try {
    return { outcome: compileCondition(example.expr).evaluate(measured(example), { now: NOW }) };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return { stage: error.stage, message: error.message };
  }
}

describe('the condition language agrees with the reference', () => {
  it.each(
    examples.map((example, index) => [index + 1, example.expr, JSON.stringify(example.result), example] as const),
  )('#%d %s with %s', (_number, _source, _result, example) => {
    const { outcome, stage } = evaluate(example);
    if (example.error) expect({ stage }).toEqual({ stage: example.stage });
    else expect({ outcome, stage }).toEqual({ outcome: example.outcome, stage: undefined });
  });
});

if (path === OURS) {
  describe('the wording of errors is the one of conditions §15', () => {
    const failing = examples.filter(({ message }) => message !== undefined);
    it.each(failing.map((example) => [example.expr, JSON.stringify(example.result), example] as const))(
      '%s with %s',
      (_source, _result, example) => {
        expect(evaluate(example).message).toBe(example.message);
      },
    );
  });
}
