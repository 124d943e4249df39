import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Transition } from '#core/history/record.ts';
import { jsonBytes, trim } from '#core/history/trim.ts';

const AT = Date.UTC(2026, 10, 24);

function measured(message: string, details: Transition['details']): Transition {
  return { type: 'measured', at: AT, message, details };
}

describe('trim', () => {
  it('given a transition that fits, then it stays as it is', () => {
    const transition = measured('0.99', { value: '0.99' });
    expect(trim(transition, 4_000)).toBe(transition);
  });

  it('given a long value, then it is cut and the short details stay', () => {
    const { message, details } = trim(
      measured('short', { value: 'x'.repeat(10_000), metric: 'success-rate', step: 3 }),
      1_000,
    );
    expect(message).toBe('short');
    expect(details).toEqual({ trimmed: true, value: `${'x'.repeat(245)}…`, metric: 'success-rate', step: 3 });
  });

  it('given details that cannot be cut, then they are left out', () => {
    const series = Array.from({ length: 500 }, (_, index) => index);
    expect(trim(measured('m', { series, metric: 'latency' }), 500).details).toEqual({
      trimmed: true,
      metric: 'latency',
    });
  });

  it('given a text of characters in two halves, then none is halved', () => {
    for (let limit = 200; limit < 240; limit++) {
      const { message } = trim(measured('🚀'.repeat(1_000), {}), limit);
      expect(message.isWellFormed()).toBe(true);
      expect(message).toContain('🚀…');
    }
  });

  it('given any transition and limit, then it fits, tells when it was cut, and a second trim changes nothing', () => {
    const anything = fc.record({
      message: fc.string({ unit: 'binary', maxLength: 600 }),
      details: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Transition['details']>,
    });
    fc.assert(
      fc.property(anything, fc.integer({ min: 200, max: 600 }), ({ message, details }, limit) => {
        const trimmed = trim(measured(message, details), limit);
        expect(jsonBytes(trimmed)).toBeLessThanOrEqual(limit);
        expect(trim(trimmed, limit)).toBe(trimmed);
      }),
    );
  });
});
