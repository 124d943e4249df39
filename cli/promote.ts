/** `weir promote NAME`: end a pause, skip steps, or go to 100 %. */
import { orderVerb } from './order-verb.ts';

export const promote = orderVerb({
  usage: 'promote NAME [--full | --skip-current-step | --skip-all-steps] [why …]',
  summary: 'end a pause; --full goes to 100 % at once',
  words: 'promote',
  switches: ['full', 'skip-current-step', 'skip-all-steps'],
});
