/** The words of a slash command: `/weir promote prod/shop/checkout --full because the fix is urgent`. */
import type { CommandVerb } from './command.ts';

export type Asked =
  | {
      readonly kind: 'order';
      readonly verb: CommandVerb;
      readonly name: string;
      readonly full: boolean;
      readonly skipCurrentStep: boolean;
      readonly reason: string;
    }
  | { readonly kind: 'question'; readonly verb: 'status' | 'history'; readonly name: string }
  | { readonly kind: 'question'; readonly verb: 'list' }
  | { readonly kind: 'help'; readonly problem?: string };

const ORDERS: readonly string[] = ['promote', 'abort', 'retry', 'pause'] satisfies readonly CommandVerb[];
const FLAGS: Readonly<Record<string, readonly CommandVerb[]>> = {
  '--full': ['promote'],
  '--skip-current-step': ['promote'],
};

export const HELP = [
  '`promote NAME [--full | --skip-current-step] [why]`: end the pause; go to 100 % at once; pass a running step',
  '`abort NAME [why]`: back to the stable version',
  '`retry NAME`: start an aborted release again',
  '`pause NAME`: hold the rollout where it is',
  '`status NAME`, `list`, `history NAME`: how it stands',
  'NAME is `rollout`, `namespace/rollout` or `cluster/namespace/rollout`.',
].join('\n');

export function parseWords(text: string): Asked {
  const [verb = 'help', ...rest] = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const words = rest.filter((word) => !word.startsWith('--'));
  const flags = rest.filter((word) => word.startsWith('--'));
  const [name = '', ...why] = words;
  if (verb === 'help') return { kind: 'help' };
  if (verb === 'list') return { kind: 'question', verb };
  if (verb !== 'status' && verb !== 'history' && !ORDERS.includes(verb)) {
    return { kind: 'help', problem: `"${verb}" is not something Weir can do` };
  }
  if (name === '') return { kind: 'help', problem: `${verb} needs the name of a rollout` };
  if (verb === 'status' || verb === 'history') return { kind: 'question', verb, name };
  return order(verb as CommandVerb, name, flags, why.join(' '));
}

function order(verb: CommandVerb, name: string, flags: readonly string[], reason: string): Asked {
  const unknown = flags.find((flag) => FLAGS[flag]?.includes(verb) !== true);
  if (unknown !== undefined) return { kind: 'help', problem: `${verb} has no flag ${unknown}` };
  const full = flags.includes('--full');
  const skipCurrentStep = flags.includes('--skip-current-step');
  if (full && skipCurrentStep) return { kind: 'help', problem: '--full and --skip-current-step exclude each other' };
  return { kind: 'order', verb, name, full, skipCurrentStep, reason };
}
