import { describe, expect, it } from '@jest/globals';
import { FEW, isOverloaded, isStopping, LONG_WAIT, MANY, MOST } from '#core/commands/overload.ts';
import { COMMAND_VERBS } from '#core/commands/command.ts';

const NOW = 1_000_000;

function waiting(count: number, lane: string, age = 0) {
  return Array.from({ length: count }, () => ({ lane, receivedAt: NOW - age }));
}

describe('given orders that wait', () => {
  it.each([
    { given: 'none', orders: [], own: false, others: false },
    { given: 'many of one lane', orders: waiting(MANY, 'own'), own: true, others: false },
    { given: 'one less than many', orders: waiting(MANY - 1, 'own'), own: false, others: false },
    { given: 'a few that have waited long', orders: waiting(FEW, 'own', LONG_WAIT), own: true, others: false },
    {
      given: 'a few, of which one has waited long',
      orders: [...waiting(1, 'own', LONG_WAIT), ...waiting(FEW - 1, 'own')],
      own: true,
      others: false,
    },
    {
      given: 'fewer that have waited long',
      orders: waiting(FEW - 1, 'own', 60 * LONG_WAIT),
      own: false,
      others: false,
    },
    { given: 'a few that have not waited long', orders: waiting(FEW, 'own', LONG_WAIT - 1), own: false, others: false },
    { given: 'the most, of another lane', orders: waiting(MOST, 'flood'), own: true, others: true },
    {
      given: 'the most, of a lane each',
      orders: Array.from({ length: MOST }, (_, n) => waiting(1, `l${n}`)).flat(),
      own: true,
      others: true,
    },
  ])('when there are $given, then the lane is overloaded: $own, others: $others', ({ orders, own, others }) => {
    expect([isOverloaded('own', orders, NOW), isOverloaded('other', orders, NOW)]).toEqual([own, others]);
  });

  it('then what stops a release is never among what is turned away', () => {
    expect(COMMAND_VERBS.filter(isStopping)).toEqual(['abort', 'pause', 'undo', 'freeze']);
  });
});
