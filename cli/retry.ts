/** `weir retry [rollout|experiment] NAME`: again after an abort, or after an Experiment has ended. */
import { orderVerb } from './order-verb.ts';

export const retry = orderVerb({
  usage: 'retry [rollout|experiment] NAME [why …]',
  summary: 'start an aborted release, or an Experiment, again',
  words: 'retry',
  before: ['rollout', 'experiment', 'exp'],
});
