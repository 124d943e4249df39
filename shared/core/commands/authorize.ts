/** May this actor do this to this Rollout, now? Pure; called from one place, the door (controllers/command.ts). */
import type { Instant } from '../time.ts';
import type { Actor, Command } from './command.ts';
import { frozenBy } from './freeze.ts';
import { isMeant, personBehind } from './people.ts';
import type { Policy, PolicyRule } from './policy.ts';

export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly because: string };

/** The first rule that matches decides. Without any rule everybody who reached the door may; with rules, unmatched is denied. */
export function authorize(actor: Actor, command: Command, policy: Policy, now: Instant): Permission {
  const because = refusal(actor, command, policy) ?? frozen(command, policy, now);
  if (because === undefined) return { allowed: true };
  const { namespace, name } = command.rollout;
  return { allowed: false, because: `${actor.name} may not ${command.verb} ${namespace}/${name}: ${because}` };
}

function refusal(actor: Actor, command: Command, { rules, directory, strangers }: Policy): string | undefined {
  const isStranger = actor.kind === 'person' && personBehind(actor.id, directory) === actor.id;
  if (strangers === 'deny' && isStranger) return 'nobody is known by this account';
  if (rules.length === 0) return undefined;
  const rule = rules.find((candidate) => matches(candidate, actor, command, directory));
  if (rule === undefined) return 'no rule of the policy allows it';
  return rule.effect === 'allow' ? undefined : 'a rule of the policy denies it';
}

function frozen({ verb, rollout }: Command, { freezes }: Policy, now: Instant): string | undefined {
  const freeze = frozenBy(verb, rollout, freezes, now);
  if (freeze === undefined) return undefined;
  const { from, to, reason } = freeze;
  return `frozen ${to === undefined ? `since ${from}` : `from ${from} to ${to}`}: ${reason}`;
}

function matches(rule: PolicyRule, actor: Actor, command: Command, directory: Policy['directory']): boolean {
  const { cluster, namespace, name } = command.rollout;
  const covers = rule.effect === 'deny' ? touches : contains;
  return (
    (rule.verbs?.includes(command.verb) ?? true) &&
    (rule.actors?.some((pattern) => isMeant(pattern, actor.id, directory)) ?? true) &&
    any(rule.clusters, cluster, covers) &&
    any(rule.namespaces, namespace, covers) &&
    any(rule.rollouts, name, covers) &&
    any(rule.channels, actor.channel ?? '', contains)
  );
}

type Covers = (pattern: string, text: string) => boolean;

function any(patterns: readonly string[] | undefined, text: string, covers: Covers): boolean {
  return patterns?.some((pattern) => covers(pattern, text)) ?? true;
}

function contains(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}

/** What is denied for a part must not be had by asking for the whole: the scope of a freeze may be wider than a rule. */
function touches(pattern: string, text: string): boolean {
  return contains(pattern, text) || (text.endsWith('*') && contains(text, pattern.replace(/\*$/, '')));
}
