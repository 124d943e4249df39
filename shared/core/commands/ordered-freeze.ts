/** Freezes that people order, beside those of weir.yaml: one per scope, until an instant or until they are lifted. */
import { formatTimestamp, parseTimestamp, type Instant } from '../time.ts';
import type { Actor, Command, Verdict } from './command.ts';
import { refused } from './effect.ts';
import type { Freeze } from './freeze.ts';
import { fullName } from './resolve-name.ts';

export interface OrderedFreeze {
  /** `cluster/namespace/rollout`, with `*` at the end of each part for any rest. */
  readonly scope: string;
  readonly reason: string;
  /** Account of who ordered it. */
  readonly by: string;
  readonly from: Instant;
  /** Absent: until it is lifted. */
  readonly until?: Instant;
}

/** What becomes of the list, with the sentence for who asked. */
export type FreezeChange = {
  readonly state: 'change';
  readonly freezes: readonly OrderedFreeze[];
  readonly says: string;
};

export function asFreeze({ scope, reason, by, from, until }: OrderedFreeze): Freeze {
  return {
    reason: `${reason} (by ${by})`,
    from: formatTimestamp(from),
    ...(until !== undefined && { to: formatTimestamp(until) }),
    rollouts: [scope],
  };
}

/** Those that are over are dropped on the way. */
export function changeFreezes(
  command: Command,
  actor: Actor,
  known: readonly OrderedFreeze[],
  now: Instant,
): FreezeChange | Verdict {
  const lasting = known.filter((freeze) => !isOver(freeze, now));
  const scope = fullName(command.rollout);
  const others = lasting.filter((freeze) => freeze.scope !== scope);
  if (command.verb === 'freeze') return frozen(command, { scope, by: actor.id, from: now }, others);
  if (others.length < lasting.length)
    return { state: 'change', freezes: others, says: `${scope} is not frozen any more` };
  const there = others.map((freeze) => freeze.scope).join(', ') || 'none';
  return refused(`no freeze of ${scope} was ordered; there are: ${there} (those of weir.yaml end there)`);
}

export function isOver({ until }: OrderedFreeze, now: Instant): boolean {
  return until !== undefined && until <= now;
}

/** The same scope again: the newer reason and end count. */
function frozen(
  { reason = '', until: end }: Command,
  begun: Pick<OrderedFreeze, 'scope' | 'by' | 'from'>,
  others: readonly OrderedFreeze[],
): FreezeChange | Verdict {
  const until = parseTimestamp(end);
  if (reason === '') return refused('a freeze needs a reason: who is refused is told it');
  if (until !== undefined && until <= begun.from) return refused(`the end ${formatTimestamp(until)} is over`);
  const freeze = { ...begun, reason, ...(until !== undefined && { until }) };
  return { state: 'change', freezes: [...others, freeze], says: `frozen: ${freezeText(freeze)}; rollbacks are not` };
}

/** Of weir.yaml and of people. */
export interface Freezes {
  readonly configured: readonly Freeze[];
  readonly ordered: readonly OrderedFreeze[];
}

export function freezesText({ configured, ordered }: Freezes): string {
  const lines = [
    ...ordered.map((freeze) => `${freezeText(freeze)} (by ${freeze.by}, since ${formatTimestamp(freeze.from)})`),
    ...configured.map(
      ({ rollouts = ['*'], from, to, timezone, reason }) =>
        [`${rollouts.join(', ')} from ${from} to ${to}`, ...(timezone === undefined ? [] : [timezone])].join(' ') +
        `: ${reason} (weir.yaml)`,
    ),
  ];
  return lines.length === 0 ? 'No freeze is there.' : lines.join('\n');
}

export function freezeText({ scope, reason, until }: Pick<OrderedFreeze, 'scope' | 'reason' | 'until'>): string {
  return `${scope} ${until === undefined ? 'until it is lifted' : `until ${formatTimestamp(until)}`}: ${reason}`;
}
