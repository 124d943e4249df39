/** `weir terminate analysisrun|experiment NAME`: end it now. */
import { orderVerb } from './order-verb.ts';

export const terminate = orderVerb({
  usage: 'terminate analysisrun|experiment NAME [why …]',
  summary: 'end an analysis run or an Experiment now',
  words: 'terminate',
  before: ['analysisrun', 'ar', 'experiment', 'exp'],
  needsWord: true,
});
