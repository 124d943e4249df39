/** History as it was written: the states that were recorded must be states that were, in the order in which they were. */
import type { RolloutState } from '#core/history/rollout-state.ts';
import type { RunHistory } from '#shared/ports.ts';
import { stateKey, type Observer } from './observer.ts';

export function createRecorded(history: RunHistory, observer: Pick<Observer, 'states' | 'promoted' | 'expect'>) {
  const recorded: string[] = [];
  let place = 0;
  let last: RolloutState | undefined;
  const watched: RunHistory = {
    ...history,
    async record(key, record) {
      const result = await history.record(key, record);
      if (result === 'recorded' && key.kind === 'Rollout') take(record.state as unknown as RolloutState);
      return result;
    },
  };

  function take(state: RolloutState): void {
    if (!isUnseenPromotion(last, state)) follow(stateKey(state));
    last = state;
  }

  /** A promotion with the next version on top of it before the next look: of the state between, only who was stable is known. */
  function isUnseenPromotion(before: RolloutState | undefined, state: RolloutState): boolean {
    const key = stateKey(state);
    if (before === undefined || observer.states.includes(key) || !observer.promoted.has(before.podHash)) return false;
    return key === stateKey({ ...before, stableHash: before.podHash });
  }

  function follow(state: string): void {
    if (recorded.at(-1) === state) return;
    recorded.push(state);
    const found = observer.states.indexOf(state, place);
    const says = observer.states.includes(state) ? 'came before what was recorded already' : 'never was';
    observer.expect(found >= 0, `a recorded state ${says}: ${state}`);
    if (found >= 0) place = found;
  }

  return { history: watched, recorded: recorded as readonly string[] };
}
