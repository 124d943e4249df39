/** Each verified example of analysis, one test each. WEIR_ANALYSIS_EXAMPLES names other examples than those kept here. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '#core/json.ts';
import {
  comparableRequests,
  comparableStatus,
  comparableText,
  withoutEmpty,
  withSeconds,
} from './analysis/comparable.ts';
import {
  loadExamples,
  type Example,
  type RunExample,
  type StepOutcome,
  type ValueExample,
} from './analysis/examples.ts';
import {
  gcOutcome,
  mergeOutcome,
  resolveOutcome,
  rolloutArgsOutcome,
  validateExpected,
  validateOutcome,
} from './analysis/pure-outcomes.ts';
import { takeValue } from './analysis/value-example.ts';
import { runSteps, type StepResult } from './analysis/run-example.ts';

describe('given an example that the reference has executed, when Weir does the same, then the outcome is the same', () => {
  for (const example of loadExamples()) it(`${example.kind}: ${example.name}`, () => check(example));
});

function check(example: Example): void | Promise<void> {
  switch (example.kind) {
    case 'run':
      return checkRun(example);
    case 'value':
      return checkValue(example);
    case 'merge':
      return expectSame(mergeOutcome(example), example.outcome);
    case 'validate':
      return expectSame(validateOutcome(example), validateExpected(example));
    case 'resolve':
      return expectSame(resolveOutcome(example), example.outcome);
    case 'rolloutArgs':
      return expectSame(rolloutArgsOutcome(example), example.outcome);
    case 'gc':
      return expectSame(gcOutcome(example), example.outcome);
  }
}

async function checkRun(example: RunExample): Promise<void> {
  const results = await runSteps(example);
  for (const [index, outcome] of example.outcome.entries()) {
    expect(comparableResult(results[index]!, outcome)).toEqual(comparableOutcome(outcome));
  }
}

function comparableResult(result: StepResult, outcome: StepOutcome): object {
  return {
    ...result,
    status: comparableStatus(result.status),
    requests: comparableRequests(result.requests, outcome.requests ?? []),
    writes: result.writes.toSorted(),
    requeueAfter: result.requeueAfter.map(rounded),
  };
}

function comparableOutcome(outcome: StepOutcome): object {
  const { at, status, events = [], requests = [], writes = [], requeueAfter = [], jobs = [], deleted } = outcome;
  return {
    at,
    status: comparableStatus(status),
    events,
    requests: comparableRequests(requests, requests),
    writes: writes.toSorted(),
    requeueAfter: requeueAfter.map(rounded),
    jobs,
    deleted: deleted === true,
  };
}

/** Whole hundredths of a second: where the reference asks for a look at once, Weir lets a millisecond pass. */
function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

/** Only times and metadata that the example tells are compared: the reference's value has not been through a run yet. */
async function checkValue(example: ValueExample): Promise<void> {
  const { measurement, metadata, requests, type } = await takeValue(example);
  const { outcome } = example;
  const expected = outcome.measurement ?? { phase: 'Error', message: outcome.providerError ?? '' };
  const seen = comparable(pick(withSeconds(measurement), expected));
  expect(seen).toEqual(comparable(expected));
  expect(comparableRequests(requests, outcome.requests ?? [])).toEqual(
    comparableRequests(outcome.requests ?? [], outcome.requests ?? []),
  );
  if (outcome.type !== undefined) expect(type).toBe(outcome.type);
  if (outcome.providerError === undefined) expect(metadata).toEqual(outcome.metadata);
}

/** Without the times that the expected measurement does not name. */
function pick(measurement: JsonObject, expected: JsonObject): JsonObject {
  const times = ['startedAt', 'finishedAt'].filter((time) => !(time in expected));
  return Object.fromEntries(Object.entries(measurement).filter(([key]) => !times.includes(key)));
}

function expectSame(actual: object, expected: object): void {
  expect(comparable(actual)).toEqual(comparable(expected));
}

function comparable(value: object): JsonValue | undefined {
  const json = JSON.parse(JSON.stringify(value)) as JsonObject;
  return withoutEmpty(comparableText(json));
}
