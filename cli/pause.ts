/** `weir pause NAME`: hold the rollout where it is. */
import { orderVerb } from './order-verb.ts';

export const pause = orderVerb({
  usage: 'pause NAME [why …]',
  summary: 'hold the rollout where it is',
  words: 'pause',
});
