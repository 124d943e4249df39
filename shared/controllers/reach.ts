/** Remembers since when a cluster gives no answer, so that the history of its releases can tell. */
import { afterLook, type Gap } from '#core/history/gaps.ts';
import type { CursorStore, Ports } from '../ports.ts';

export async function readGaps(cluster: string, cursors: Pick<CursorStore, 'get'>): Promise<readonly Gap[]> {
  return gapsIn(await cursors.get(nameOf(cluster)));
}

/** @param problem why there was no answer; undefined: there was one @returns whether that is news */
export async function noteReach(
  cluster: string,
  problem: string | undefined,
  { cursors, clock }: Pick<Ports, 'cursors' | 'clock'>,
): Promise<boolean> {
  const stored = await cursors.get(nameOf(cluster));
  const before = gapsIn(stored);
  const after = afterLook(before, problem, clock.now());
  return after !== before && cursors.set(nameOf(cluster), JSON.stringify(after), stored);
}

function gapsIn(stored: string | undefined): readonly Gap[] {
  return stored === undefined ? [] : (JSON.parse(stored) as readonly Gap[]);
}

function nameOf(cluster: string): string {
  return `${cluster}/gaps`;
}
