/** A test file: what may stand in it. Unknown keys are refused, so that a slip of the pen never passes for a test. */
import * as z from 'zod';
import { parseDuration } from '#core/duration.ts';
import type { JsonObject } from '#core/json.ts';
import {
  ORDERS,
  type AnalysisSubject,
  type RolloutSubject,
  type Expectation,
  type ExpectedQuery,
  type Moment,
  type TestCase,
} from '#core/template-test/test-case.ts';
import { handOver } from './hand-over.ts';
import { series } from './series.ts';

export interface TestFile {
  /** Relative to the file. */
  readonly manifests: readonly string[];
  readonly tests: readonly TestCase[];
}

/** An object with these keys and no others; the refusal names those that there are. */
function only<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return `unknown key ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}; here may stand: ${known}`;
    },
  });
}

const name = z.string().min(1);

const time = z.unknown().transform((written, context) => {
  const parsed = parseDuration(String(written));
  if (parsed.ok && parsed.ms >= 0) return parsed.ms;
  const text = `${JSON.stringify(written)} is no time after the start; write one like 90s, 4m or 1h30m`;
  context.addIssue({ code: 'custom', message: text });
  return z.NEVER;
});

const templateRefs = z.array(only({ templateName: name, clusterScope: z.boolean().optional() })).min(1);
const argumentText = z.string('the value of an argument is a text: put it in quotes, as a manifest must too');

const analysis = only({
  templates: templateRefs,
  args: z.array(only({ name, value: argumentText.optional(), valueFrom: z.looseObject({}).optional() })).default([]),
  dryRun: z.array(only({ metricName: name })).default([]),
  measurementRetention: z.array(only({ metricName: name, limit: z.int() })).default([]),
});

const rollout = only({
  name: name.optional(),
  update: only({ image: name, container: name.optional() }).optional(),
  readyAfter: z
    .unknown()
    .transform((written, context) => (written === 'never' ? written : handOver(time, written, context)))
    .default(0),
});

const counter = z.int().min(0).optional();
const text = z.string().optional();
const metricPhase = z.enum(['Pending', 'Running', 'Successful', 'Failed', 'Error', 'Inconclusive']);
/** NaN and infinities too, which zod takes for no numbers. */
const reading = z.custom<number | string | boolean>(
  (written) => ['number', 'string', 'boolean'].includes(typeof written),
  'a number, a text, true or false is needed',
);

const measurementFields = only({
  phase: metricPhase.optional(),
  value: reading.transform(wordFor).optional(),
  message: text,
});

/** A phase, a value, or the fields that count. */
const measurement = z.unknown().transform((written, context): JsonObject => {
  const phase = metricPhase.safeParse(written);
  if (phase.success) return { phase: phase.data };
  const value = reading.safeParse(written);
  return value.success ? { value: wordFor(value.data) } : (handOver(measurementFields, written, context) as JsonObject);
});

const metric = only({
  phase: metricPhase.optional(),
  message: text,
  count: counter,
  successful: counter,
  failed: counter,
  inconclusive: counter,
  error: counter,
  consecutiveError: counter,
  consecutiveSuccess: counter,
  measurements: z.array(measurement).optional(),
});

const run = { phase: metricPhase.optional(), message: text, metrics: z.record(name, metric).optional() };
const anyRun = only(run).optional();

const released = {
  phase: z.enum(['Progressing', 'Paused', 'Degraded', 'Healthy']).optional(),
  message: text,
  step: counter,
  weight: counter,
  paused: z.boolean().optional(),
  aborted: z.boolean().optional(),
  stable: text,
  active: text,
  preview: text,
  pods: only({ updated: counter, other: counter, available: counter }).optional(),
  analysis: only({ background: anyRun, step: anyRun, prePromotion: anyRun, postPromotion: anyRun }).optional(),
};

const moment = {
  at: z
    .unknown()
    .transform((written, context) => (written === 'end' ? written : handOver(time, written, context)))
    .optional(),
  between: z.tuple([time, time], 'two times are needed: [8m, 10m]').optional(),
};

function expectations<Shape extends z.core.$ZodLooseShape>(state: Shape) {
  const one = only({ ...moment, ...state }).transform((written, context): Expectation => {
    const { at, between, ...expected } = written as Written;
    const problem = problemWith(at, between, expected);
    if (problem === undefined) return { when: momentOf(at, between), state: expected };
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
  return z.array(one).min(1, 'without an expectation nothing is tested');
}

interface Times {
  readonly at?: number | 'end';
  readonly between?: readonly [number, number];
}

type Written = Times & JsonObject;

function problemWith(at: Times['at'], between: Times['between'], state: JsonObject): string | undefined {
  if (Object.keys(state).length === 0) return 'what is expected? phase:, message:, …';
  if (at !== undefined && between !== undefined) return 'either at: or between:, not both';
  return between !== undefined && between[0] > between[1] ? 'between: the earlier time comes first' : undefined;
}

function momentOf(at: Times['at'], between: Times['between']): Moment {
  if (between !== undefined) return { kind: 'between', from: between[0], to: between[1] };
  return at === undefined || at === 'end' ? { kind: 'end' } : { kind: 'at', at };
}

const query = z
  .union([z.string(), only({ equals: z.string() })])
  .transform((written): ExpectedQuery =>
    typeof written === 'string' ? { text: written, whole: false } : { text: written.equals, whole: true },
  );

const common = {
  name,
  results: mapOf(series),
  queries: mapOf(query),
  secrets: mapOf(z.record(z.string(), z.string())),
};

const analysisCase = only({ ...common, analysis, expect: expectations(run) }).transform(
  ({ analysis, expect, ...rest }): TestCase => {
    const subject = { kind: 'analysis', ...analysis } as AnalysisSubject;
    return { ...rest, subject, orders: [], expectations: expect };
  },
);

const rolloutCase = only({
  ...common,
  rollout,
  actions: z.array(only({ at: time, do: z.enum(ORDERS) })).default([]),
  expect: expectations(released),
}).transform(({ rollout: { readyAfter, ...rollout }, expect, actions, ...rest }): TestCase => {
  const orders = actions.map((action) => ({ at: action.at, verb: action.do }));
  const pods = { readyAfter: readyAfter === 'never' ? undefined : readyAfter };
  const subject = { kind: 'rollout', ...rollout, ...pods } as RolloutSubject;
  return { ...rest, subject, orders, expectations: expect };
});

/** By what is tested, so that a mistake is told in the words of that kind only. */
const testCase = z.unknown().transform((written, context): TestCase => {
  const has = (key: string) => typeof written === 'object' && written !== null && key in written;
  if (has('analysis') === has('rollout')) {
    context.addIssue({ code: 'custom', message: 'a test has either analysis: or rollout:' });
    return z.NEVER;
  }
  return handOver(has('analysis') ? analysisCase : rolloutCase, written, context);
});

export const testFile = only({ manifests: z.array(name).default([]), tests: z.array(testCase).min(1) });

function mapOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .record(z.string(), schema)
    .default({})
    .transform((entries) => new Map(Object.entries(entries)));
}

/** YAML's `.nan` and `.inf` as measurements show them. */
function wordFor(value: number | string | boolean): number | string | boolean {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
