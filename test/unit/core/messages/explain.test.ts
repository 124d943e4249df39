import { describe, expect, it } from '@jest/globals';
import type { RecordedTransition, ReleaseSummary, TransitionType } from '#core/history/record.ts';
import type { JsonObject } from '#core/json.ts';
import { explanation } from '#core/messages/explain.ts';
import type { Told } from '#core/messages/story.ts';

const RELEASE: ReleaseSummary = {
  id: 'u.2.h2',
  cluster: 'local',
  namespace: 'shop',
  rollout: 'cart',
  revision: 2,
  podHash: 'h2',
  strategy: 'canary',
  startedAt: 0,
  finishedAt: 60_000,
  outcome: 'aborted',
  reason: 'Rollout aborted update to revision 2',
  weights: [20, 40],
};

function seen(type: TransitionType, details: JsonObject, message = ''): RecordedTransition {
  return { type, at: 0, message, details, release: RELEASE.id, object: 'o', version: 1, index: 0 };
}

function measured(metric: string, value: string, phase: string): RecordedTransition {
  const about = { analysisRun: 'cart-1', query: 'sum(\n  errors)', successCondition: 'result[0] < 0.01' };
  return seen('measured', { metric, value, phase, ...about });
}

const FAILED = [
  measured('latency', '[0.2]', 'Successful'),
  measured('errors', '[0.5]', 'Failed'),
  measured('errors', '[0.6]', 'Failed'),
  seen('metric-completed', {
    metric: 'errors',
    phase: 'Failed',
    rule: 'failed (2) > failureLimit (1)',
    analysisRun: 'cart-1',
  }),
  seen('analysis-completed', { analysisRun: 'cart-1', phase: 'Failed' }, 'Analysis cart-1 ended Failed'),
];

function told(transitions: readonly RecordedTransition[], release: Partial<ReleaseSummary> = {}): Told {
  return { release: { ...RELEASE, ...release }, transitions, orders: [] };
}

describe('given a release that was aborted by a metric', () => {
  it('when it is explained, then the metric that decided tells query, values and rule, and the others do not', () => {
    expect(explanation([told(FAILED)]).split('\n')).toEqual([
      'shop/cart, revision 2 (h2): Aborted at 40 %: Rollout aborted update to revision 2.',
      '  errors: Failed (failed (2) > failureLimit (1))',
      '    query:  sum( errors)',
      '    values: [0.5] Failed, [0.6] Failed',
      '    rule:   success when result[0] < 0.01',
    ]);
  });

  it('when a run of it is named, then all its metrics are told', () => {
    const lines = explanation([told(FAILED)], 'cart-1').split('\n');
    expect(lines[0]).toBe('Analysis cart-1 ended Failed.');
    expect(lines.filter((line) => /^ {2}\w/.test(line))).toEqual([
      '  latency: so far',
      '  errors: Failed (failed (2) > failureLimit (1))',
    ]);
  });

  it('when a run is named that is not there, then those that are there are told', () => {
    expect(explanation([told(FAILED)], 'other')).toBe(
      'No analysis run "other" in the newest releases; there are: cart-1.',
    );
  });
});

describe('given a release that goes on', () => {
  it('when it was refused to somebody, then the refusal and its reason are told', () => {
    const order = { receivedAt: 0, person: 'slack:T1/U1', state: 'refused', verdict: 'frozen: sale', order: {} };
    const { finishedAt: _, ...running } = RELEASE;
    const going: Told = { release: { ...running, outcome: 'running' }, transitions: [], orders: [order] };
    expect(explanation([going]).split('\n')).toEqual([
      'shop/cart, revision 2 (h2): It is at 40 %.',
      '  No metric was measured.',
      '  1970-01-01T00:00:00Z slack:T1/U1: frozen: sale.',
    ]);
  });

  it('given that none is recorded, then it says so; and nothing in a message reaches the terminal as a command', () => {
    expect(explanation([])).toBe('No release is recorded: there is nothing to explain.');
    expect(explanation([told([], { reason: 'a\u001b[2Jb' })])).not.toContain('\u001b');
  });
});
