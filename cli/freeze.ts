/** `weir freeze SCOPE why …`: nothing new goes out there; rollbacks do. */
import { orderVerb } from './order-verb.ts';

export const freeze = orderVerb({
  usage: [
    'freeze SCOPE [--for 2h | --until 2026-12-24T00:00:00Z] why …',
    '',
    'SCOPE is the name of a rollout, or cluster/namespace/rollout with * at the end of a part: prod/shop/*, prod, *.',
  ].join('\n'),
  summary: 'let nothing new out for a while; rollbacks go out',
  words: 'freeze',
  values: ['for', 'until'],
  scope: true,
});
