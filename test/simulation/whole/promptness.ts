/** Once faults have stopped, what is written is looked at in bounded time: by the next tick and a pass, not by a sweep. */
import type { Rollout } from '#core/resources/argo.ts';
import { MINUTE, SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Store } from '../../../infra/local/kubernetes/store.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Observer } from './observer.ts';

/** A minute until the tick, and slow passes that meet each other's writes. */
const AT_MOST: Millis = 2 * MINUTE + 30 * SECOND;

/** How far clocks were off: the hold of a worker that died then lasts longer by as much. */
export interface Skewed {
  most: Millis;
}

export interface PromptnessParts {
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly observer: Observer;
}

/** @param from when it counts: what faults have left behind is over then */
export function watchPromptness(
  { store, scheduler, observer: { expect } }: PromptnessParts,
  from: Instant,
  skewed: Skewed,
) {
  let unseenSince: Instant | undefined;

  function look(): void {
    if (unseenSince === undefined) return;
    const wait = scheduler.now() - Math.max(unseenSince, from + skewed.most);
    expect(wait <= AT_MOST, 'a change of the Rollout was not looked at in time');
  }

  store.subscribe(({ object }) => {
    if (object.kind !== 'Rollout') return;
    const { metadata, status } = object as unknown as Rollout;
    if (status?.observedGeneration !== String(metadata.generation)) {
      unseenSince ??= scheduler.now();
    } else {
      look();
      unseenSince = undefined;
    }
  });
  return { look };
}
