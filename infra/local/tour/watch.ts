/** Looking at the stack, second by second of its clock. */
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { HOUR, MINUTE, SECOND, type Millis } from '#core/time.ts';
import type { LocalStack } from '../stack.ts';

export interface RolloutPlace {
  readonly namespace: string;
  readonly name: string;
}

/** Nothing in the tour takes longer than this on the stack's clock … */
const PATIENCE: Millis = 2 * HOUR;
/** … and on a machine that has much else to do, a fast clock is no measure. */
const REAL_PATIENCE: Millis = 5 * MINUTE;

export async function read(stack: LocalStack, { namespace, name }: RolloutPlace): Promise<Rollout> {
  const ref = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace, name };
  const rollout = await stack.cluster.get<Rollout>(ref);
  if (rollout === undefined) throw new Error(`Rollout ${namespace}/${name} is gone`);
  return rollout;
}

/** @throws when it takes too long */
export async function until<T>(stack: LocalStack, what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = stack.clock.now() + PATIENCE;
  const realDeadline = Date.now() + REAL_PATIENCE;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (stack.clock.now() > deadline && Date.now() > realDeadline) throw new Error(`waited too long for the ${what}`);
    await new Promise<void>((resolve) => {
      stack.clock.after(SECOND, resolve);
    });
  }
}
