/** `weir unfreeze SCOPE`: what `weir freeze` held may go out again. */
import { orderVerb } from './order-verb.ts';

export const unfreeze = orderVerb({
  usage: 'unfreeze SCOPE [why …]',
  summary: 'lift a freeze',
  words: 'unfreeze',
  scope: true,
});
