/** The flags among the words of an order. */
import type { CommandVerb } from './command.ts';

/** Flag → its value; '' for one that takes none. */
export type Flags = Readonly<Record<string, string>>;

interface FlagRule {
  readonly verb: CommandVerb;
  readonly takesValue: boolean;
}

const FLAGS: Readonly<Record<string, FlagRule>> = {
  '--full': { verb: 'promote', takesValue: false },
  '--skip-current-step': { verb: 'promote', takesValue: false },
  '--skip-all-steps': { verb: 'promote', takesValue: false },
  '--to-revision': { verb: 'undo', takesValue: true },
  '--in': { verb: 'restart', takesValue: true },
  '--for': { verb: 'freeze', takesValue: true },
  '--until': { verb: 'freeze', takesValue: true },
};

/** Keyboards and Slack turn `--` into a dash. */
const DASHES = /^[\u2013\u2014]/;

/** `--flag value` and `--flag=value`; the rest are words. */
export function splitFlags(
  verb: CommandVerb,
  given: readonly string[],
): { readonly words: readonly string[]; readonly flags: Flags } | { readonly problem: string } {
  const words: string[] = [];
  const flags: Record<string, string> = {};
  for (let index = 0; index < given.length; index += 1) {
    const word = (given[index] ?? '').replace(DASHES, '--');
    if (!word.startsWith('--')) {
      words.push(word);
      continue;
    }
    const [flag = '', ...value] = word.split('=');
    const rule = Object.hasOwn(FLAGS, flag) ? FLAGS[flag] : undefined;
    if (rule?.verb !== verb) return { problem: `${verb} has no flag ${flag}` };
    const text = rule.takesValue ? (value.length > 0 ? value.join('=') : (given[++index] ?? '')) : '';
    if (!rule.takesValue && value.length > 0) return { problem: `${flag} takes no value` };
    flags[flag] = text;
  }
  return { words, flags };
}
