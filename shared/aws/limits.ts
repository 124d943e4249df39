/** Times that the stack and the functions must agree on: a function ends before its hold, and a hold before the message returns. */
import { SECOND, type Millis } from '#core/time.ts';

export const FUNCTION_TIMEOUT: Millis = 60 * SECOND;
export const HOLD: Millis = 75 * SECOND;
export const VISIBILITY: Millis = 90 * SECOND;

/** After as many deliveries a message is a dead letter. */
export const DELIVERIES = 5;
