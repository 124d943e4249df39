/** The outcome of an order, as it is stored with it. */
import type { Verdict } from '#core/commands/command.ts';
import type { Clock, OrderOutcome } from '../ports.ts';

export function outcomeOf({ state, says, effect }: Verdict, clock: Clock): OrderOutcome {
  return { state, verdict: says, finishedAt: clock.now(), ...(effect !== undefined && { effect }) };
}
