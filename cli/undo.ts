/** `weir undo NAME [--to-revision N]`: release an earlier revision again. */
import { orderVerb } from './order-verb.ts';

export const undo = orderVerb({
  usage: 'undo NAME [--to-revision N] [why …]',
  summary: 'release an earlier revision again',
  words: 'undo',
  values: ['to-revision'],
});
