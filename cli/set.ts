/** `weir set image NAME CONTAINER=IMAGE …`: release another image. */
import { orderVerb } from './order-verb.ts';

export const setImage = orderVerb({
  usage: 'set image NAME CONTAINER=IMAGE … [why …]\n\n* as CONTAINER is every container.',
  summary: 'set image NAME CONTAINER=IMAGE: release another image',
  words: 'set image',
  before: ['image'],
  needsWord: true,
});
