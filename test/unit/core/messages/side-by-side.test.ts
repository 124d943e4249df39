import { describe, expect, it } from '@jest/globals';
import type { Transition } from '#core/history/record.ts';
import type { JsonObject } from '#core/json.ts';
import { transitionLine } from '#core/messages/line.ts';
import { sideBySide } from '#core/messages/side-by-side.ts';

function measured(details: JsonObject): Transition {
  return { type: 'measured', at: Date.UTC(2024, 0, 1, 10, 4, 12), message: 'm = [0.5] → Failed', details };
}

const WINDOW = { from: '2024-01-01T09:59:12Z', to: '2024-01-01T10:04:12Z' };

describe('given measurements of a metric, when they are told side by side', () => {
  it('given stable was asked, then each measurement is a line of the table', () => {
    const lines = sideBySide([
      measured({ value: '[0.5]', window: WINDOW, rule: 'a was false', stable: { value: '[0.99]', query: 'q' } }),
      measured({ window: { at: '2024-01-01T10:05:12Z' }, stable: { error: 'refused', query: 'q' } }),
      measured({ value: '[1]', successCondition: 'b' }),
    ]);
    expect(lines).toEqual([
      'window             canary  stable       rule',
      '09:59:12–10:04:12  [0.5]   [0.99]       a was false',
      '10:05:12           –       – (refused)  no condition',
      '10:04:12           [1]     –            success when b',
    ]);
  });

  it('given stable was never asked, then there is no table', () => {
    expect(sideBySide([measured({ value: '[0.5]', window: WINDOW })])).toEqual([]);
  });
});

it.each([
  { details: { rule: 'a was false', stable: { value: '[1]', query: 'q' } }, then: '(a was false; stable [1])' },
  { details: { rule: 'a was false' }, then: '(a was false)' },
  { details: { successCondition: 'a' }, then: '(success when a)' },
])('given $details, when a measurement is one line, then it ends $then', ({ details, then }) => {
  const line = transitionLine({ namespace: 'n', rollout: 'r' }, measured(details));
  expect(line.endsWith(then)).toBe(true);
});
