/** `weir restart NAME [--in 10m]`: replace the pods, a few at a time. */
import { orderVerb } from './order-verb.ts';

export const restart = orderVerb({
  usage: 'restart NAME [--in 10m] [why …]',
  summary: 'replace the pods, a few at a time',
  words: 'restart',
  values: ['in'],
});
