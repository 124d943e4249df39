/** How answers of metrics are written in a test: `[0.99, {repeat: 0.5, times: 4}]`, `0.99x5 NaN empty`, JSON. */
import * as z from 'zod';
import { handOver } from './hand-over.ts';
import type { JsonValue } from '#core/json.ts';
import type { Answer, Series } from '#core/template-test/test-case.ts';

type Entry = Series[number];

const WORDS: Readonly<Record<string, Answer>> = {
  NaN: { kind: 'value', value: Number.NaN },
  '+Inf': { kind: 'value', value: Infinity },
  '-Inf': { kind: 'value', value: -Infinity },
  empty: { kind: 'empty' },
  Successful: { kind: 'verdict', phase: 'Successful' },
  Failed: { kind: 'verdict', phase: 'Failed' },
  Error: { kind: 'verdict', phase: 'Error' },
  Inconclusive: { kind: 'verdict', phase: 'Inconclusive' },
};

const HOW =
  'write a number, NaN, +Inf, -Inf, empty, a phase (job, kayenta), each with xN behind it for N measurements; ' +
  '{error: text}; {value: JSON}; {repeat: one of these, times: N}';

const HOW_OFTEN = 'a whole number from 1 to 10000 is needed';
const times = z.int(HOW_OFTEN).min(1, HOW_OFTEN).max(10_000, HOW_OFTEN);

/** One answer, or a word or text of several. */
const answers = z.unknown().transform((written, context): readonly Entry[] => {
  const entries = entriesOf(written);
  if (typeof entries !== 'string') return entries;
  context.addIssue({ code: 'custom', message: `${entries}; ${HOW}` });
  return z.NEVER;
});

const repeated = z
  .strictObject({ repeat: answers, times })
  .transform(({ repeat, times }) => Array.from({ length: times }, () => repeat).flat());

const item = z.unknown().transform((written, context): readonly Entry[] => {
  return handOver(isRepetition(written) ? repeated : answers, written, context);
});

const list = z
  .array(item)
  .min(1, 'a list of results must not be empty')
  .transform((entries) => entries.flat());

/** A list of answers, or one that stands for all. */
export const series = z.unknown().transform((written, context): Series => {
  return handOver(Array.isArray(written) ? list : item, written, context);
});

/** @returns why it is none, as a text */
function entriesOf(written: unknown): readonly Entry[] | string {
  if (typeof written === 'number' || typeof written === 'boolean') return [once(written)];
  if (typeof written === 'string') return wordsOf(written);
  if (Array.isArray(written)) return [once(written as JsonValue)];
  if (typeof written !== 'object' || written === null) return `${JSON.stringify(written)} is no result`;
  const [key, ...others] = Object.keys(written);
  if (others.length === 0 && key === 'error') return [failed(String((written as { error: unknown }).error))];
  if (others.length === 0 && key === 'value') return [once((written as { value: JsonValue }).value)];
  return `${JSON.stringify(written)} is no result`;
}

function wordsOf(text: string): readonly Entry[] | string {
  const error = /^error:\s*(.+)$/s.exec(text)?.[1];
  if (error !== undefined) return [failed(error)];
  const entries = text.trim().split(/\s+/).map(wordOf);
  const wrong = entries.findIndex((entry) => entry === undefined);
  if (wrong !== -1) return `${JSON.stringify(text.trim().split(/\s+/)[wrong])} is no result`;
  return entries as readonly Entry[];
}

function wordOf(word: string): Entry | undefined {
  const [, name = '', count = '1'] = /^(.+?)(?:x(\d+))?$/.exec(word) ?? [];
  const known = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  const isNumber = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(name);
  const answer = known ?? (isNumber ? ({ kind: 'value', value: Number(name) } as const) : undefined);
  return answer === undefined || Number(count) < 1 ? undefined : { answer, times: Number(count) };
}

function once(value: JsonValue): Entry {
  return { answer: { kind: 'value', value }, times: 1 };
}

function failed(message: string): Entry {
  return { answer: { kind: 'error', message }, times: 1 };
}

function isRepetition(written: unknown): boolean {
  return typeof written === 'object' && written !== null && !Array.isArray(written) && 'repeat' in written;
}
