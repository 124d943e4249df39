/** From a message to a finished pass: claim, reconcile, release; and what each kind of failure means for the queue. */
import { ConflictError, DeniedError, InvalidSpecError, messageOf, TransientError } from '#core/errors.ts';
import { SECOND, type Instant, type Millis } from '#core/time.ts';
import type { Claim, Ports, WorkMessage } from '../ports.ts';
import { controllerFor } from './controllers.ts';

/** How soon to look again after each kind of failure; DeniedError and InvalidSpecError wait for a person. */
const AFTER_CONFLICT: Millis = SECOND;
const AFTER_REFUSAL: Millis = 60 * SECOND;
/** What does not answer is asked after 1, 2, 4 … seconds: soon after a hiccup, and in an outage no oftener than each minute. */
const FIRST_PUT_OFF: Millis = SECOND;
const LONGEST_PUT_OFF: Millis = 60 * SECOND;
/** Within this time a held object is looked at again without a message. */
const LOOP_WITHIN: Millis = 2 * SECOND;

export interface PassOptions {
  /** Waits on the clock; resolves false when the time of the function does not allow it. */
  readonly pause?: (length: Millis) => Promise<boolean>;
}

/** @returns whether the message is dealt with (acknowledge) or must be redelivered */
export async function handleMessage(
  message: WorkMessage,
  ports: Ports,
  options: PassOptions = {},
): Promise<'done' | 'redeliver'> {
  const result = await ports.queue.claim(message);
  if (result.state === 'held') return 'redeliver';
  if (result.state !== 'claimed') return 'done';
  return work(result.claim, ports, options);
}

async function work(claim: Claim, ports: Ports, options: PassOptions): Promise<'done' | 'redeliver'> {
  try {
    const next = await passes(claim, ports, options);
    await ports.queue.release(claim, next);
    return 'done';
  } catch (error) {
    return afterFailure(claim, error, ports);
  }
}

/** One pass, and further ones in place while the next look is near and the hold lasts. */
async function passes(claim: Claim, ports: Ports, { pause }: PassOptions): Promise<Instant | undefined> {
  for (;;) {
    const next = await controllerFor(claim.request.kind)(claim, ports);
    if (next === undefined || pause === undefined) return next;
    const wait = next - ports.clock.now();
    if (wait > LOOP_WITHIN || next + LOOP_WITHIN > claim.heldUntil) return next;
    if (!(await pause(Math.max(0, wait)))) return next;
  }
}

async function afterFailure(claim: Claim, error: unknown, ports: Ports): Promise<'done' | 'redeliver'> {
  const { cluster, kind, namespace, name } = claim.request;
  const fields = { cluster, kind, namespace, name, error: messageOf(error) };
  const wait = waitAfter(error, claim);
  if (wait === undefined) {
    ports.log.error('Pass failed', { ...fields, cause: error });
    await ports.queue.fail(claim);
    return 'redeliver';
  }
  ports.log.info('Pass put off', fields);
  const until = ports.clock.now() + wait;
  await (error instanceof TransientError ? ports.queue.putOff(claim, until) : ports.queue.release(claim, until));
  return 'done';
}

/** undefined: a bug, which redelivery and the dead letters deal with */
function waitAfter(error: unknown, { putOffs }: Claim): Millis | undefined {
  if (error instanceof ConflictError) return AFTER_CONFLICT;
  if (error instanceof TransientError)
    return error.retryAfter ?? Math.min(FIRST_PUT_OFF * 2 ** putOffs, LONGEST_PUT_OFF);
  if (error instanceof DeniedError || error instanceof InvalidSpecError) return AFTER_REFUSAL;
  return undefined;
}
