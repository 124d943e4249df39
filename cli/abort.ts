/** `weir abort NAME`: back to the stable version. */
import { orderVerb } from './order-verb.ts';

export const abort = orderVerb({
  usage: 'abort NAME [why …]',
  summary: 'stop the release and go back to stable',
  words: 'abort',
});
