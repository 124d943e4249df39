/** May this actor do this to this Rollout? Pure; called from one place, the door (controllers/command.ts). */
import type { Actor, Command, CommandVerb } from './command.ts';

/** One rule of the policy; absent fields match everything, `*` at the end of a text matches any rest. */
export interface PolicyRule {
  readonly effect: 'allow' | 'deny';
  readonly verbs?: readonly CommandVerb[];
  readonly actors?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly rollouts?: readonly string[];
}

/** The Rollout that is asked for, or what stands for itself. */
export interface Subject {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly because: string };

/** The first rule that matches decides. Without any rule everybody who reached the door may; with rules, unmatched is denied. */
export function authorize(actor: Actor, command: Command, rollout: Subject, policy: readonly PolicyRule[]): Permission {
  if (policy.length === 0) return { allowed: true };
  const rule = policy.find((candidate) => matches(candidate, actor, command, rollout));
  if (rule?.effect === 'allow') return { allowed: true };
  const where = `${rollout.metadata.namespace}/${rollout.metadata.name}`;
  const why = rule === undefined ? 'no rule of the policy allows it' : 'a rule of the policy denies it';
  return { allowed: false, because: `${actor.name} may not ${command.verb} ${where}: ${why}` };
}

function matches(rule: PolicyRule, actor: Actor, command: Command, rollout: Subject): boolean {
  return (
    (rule.verbs?.includes(command.verb) ?? true) &&
    any(rule.actors, actor.id) &&
    any(rule.namespaces, rollout.metadata.namespace) &&
    any(rule.rollouts, rollout.metadata.name)
  );
}

function any(patterns: readonly string[] | undefined, text: string): boolean {
  return patterns?.some((pattern) => covers(pattern, text)) ?? true;
}

function covers(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}
