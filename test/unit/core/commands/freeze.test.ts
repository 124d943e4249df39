import { describe, expect, it } from '@jest/globals';
import { frozenBy, isFrozenAt, type Freeze } from '#core/commands/freeze.ts';
import type { CommandVerb } from '#core/commands/command.ts';

const SHOP = { cluster: 'eu', namespace: 'shop', name: 'cart' };
const at = (text: string) => Date.parse(text);
const freeze = (from: string, to: string, more: Partial<Freeze> = {}): Freeze => ({ reason: 'why', from, to, ...more });

describe('given a freeze', () => {
  it.each([
    { given: freeze('2026-12-24T00:00:00Z', '2026-12-27T00:00:00Z'), now: '2026-12-24T00:00:00Z', then: true },
    { given: freeze('2026-12-24T00:00:00Z', '2026-12-27T00:00:00Z'), now: '2026-12-26T23:59:59Z', then: true },
    { given: freeze('2026-12-24T00:00:00Z', '2026-12-27T00:00:00Z'), now: '2026-12-27T00:00:00Z', then: false },
    { given: freeze('2026-12-24T00:00:00+02:00', '2026-12-27T00:00:00Z'), now: '2026-12-23T22:00:00Z', then: true },
    // 2026-11-27 is a Friday.
    { given: freeze('Fri 16:00', 'Mon 09:00'), now: '2026-11-27T15:59:00Z', then: false },
    { given: freeze('Fri 16:00', 'Mon 09:00'), now: '2026-11-27T16:00:00Z', then: true },
    { given: freeze('Fri 16:00', 'Mon 09:00'), now: '2026-11-29T12:00:00Z', then: true },
    { given: freeze('Fri 16:00', 'Mon 09:00'), now: '2026-11-30T09:00:00Z', then: false },
    { given: freeze('22:00', '06:00'), now: '2026-11-27T23:00:00Z', then: true },
    { given: freeze('22:00', '06:00'), now: '2026-11-27T12:00:00Z', then: false },
    { given: freeze('12:00', '13:00', { timezone: 'Asia/Kolkata' }), now: '2026-11-27T06:30:00Z', then: true },
    {
      given: freeze('Fri 16:00', 'Fri 17:00', { timezone: 'America/New_York' }),
      now: '2026-11-27T21:30:00Z',
      then: true,
    },
    // The clocks go back at 03:00 in Berlin on 2026-10-25: 02:30 is shown twice, and frozen twice.
    { given: freeze('02:00', '03:00', { timezone: 'Europe/Berlin' }), now: '2026-10-25T00:30:00Z', then: true },
    { given: freeze('02:00', '03:00', { timezone: 'Europe/Berlin' }), now: '2026-10-25T01:30:00Z', then: true },
    { given: freeze('02:00', '03:00', { timezone: 'Europe/Berlin' }), now: '2026-10-25T02:30:00Z', then: false },
    // They go forward at 02:00 on 2026-03-29: 02:30 is never shown, and the hour is not missed.
    { given: freeze('01:00', '04:00', { timezone: 'Europe/Berlin' }), now: '2026-03-29T01:30:00Z', then: true },
  ])('$given at $now: frozen $then', ({ given, now, then }) => {
    expect(isFrozenAt(given, at(now))).toBe(then);
  });

  it.each<[CommandVerb, boolean]>([
    ['promote', true],
    ['retry', true],
    ['abort', false],
    ['pause', false],
  ])('%s is forbidden in it: %s', (verb, then) => {
    const holiday = freeze('2026-12-24T00:00:00Z', '2026-12-27T00:00:00Z');
    expect(frozenBy(verb, SHOP, [holiday], at('2026-12-25T00:00:00Z')) !== undefined).toBe(then);
  });

  it.each([
    { rollouts: ['eu/shop/cart'], then: true },
    { rollouts: ['eu/shop/*'], then: true },
    { rollouts: ['*/pay*/*', 'eu/*'], then: true },
    { rollouts: ['us/*/*'], then: false },
    { rollouts: [], then: false },
  ])('it holds for the rollouts $rollouts: $then', ({ rollouts, then }) => {
    const holiday = freeze('2026-12-24T00:00:00Z', '2026-12-27T00:00:00Z', { rollouts });
    expect(frozenBy('promote', SHOP, [holiday], at('2026-12-25T00:00:00Z')) !== undefined).toBe(then);
  });

  it.each([
    freeze('Freitag', '10:00'),
    freeze('Fri 25:00', 'Sat 10:00'),
    freeze('10:00', 'Fri 10:00'),
    freeze('10:00', '11:00', { timezone: 'Mars/Base' }),
    freeze('2026-12-24', '2026-12-25T00:00:00Z'),
  ])('%j is told to be none', (given) => {
    expect(() => isFrozenAt(given, 0)).toThrow(/is no time|mixes|is no time zone/);
  });
});
