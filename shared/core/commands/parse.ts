/** The words of a slash command: `/weir promote prod/shop/checkout --full because the fix is urgent`. */
import { parseDuration } from '../duration.ts';
import { parseTimestamp, type Millis } from '../time.ts';
import type { CommandVerb, TargetKind } from './command.ts';
import { splitFlags, type Flags } from './flags.ts';

export type Asked =
  | {
      readonly kind: 'order';
      readonly verb: CommandVerb;
      /** Of the Rollout, or of the target. */
      readonly name: string;
      readonly target?: TargetKind;
      readonly full: boolean;
      readonly skipCurrentStep: boolean;
      readonly skipAllSteps?: boolean;
      readonly toRevision?: number;
      /** Restart: how long from now; freeze: how long. */
      readonly delay?: Millis;
      readonly images?: Readonly<Record<string, string>>;
      /** Freeze: its end (RFC 3339); or `delay` from now. */
      readonly until?: string;
      readonly reason: string;
    }
  | { readonly kind: 'question'; readonly verb: 'status' | 'history'; readonly name: string }
  /** Of the newest release, or of this run. */
  | { readonly kind: 'question'; readonly verb: 'explain'; readonly name: string; readonly run?: string }
  | { readonly kind: 'question'; readonly verb: 'list' }
  | { readonly kind: 'question'; readonly verb: 'freezes' }
  | { readonly kind: 'help'; readonly problem?: string };

type Order = Extract<Asked, { kind: 'order' }>;
type Help = Extract<Asked, { kind: 'help' }>;

const ORDERS: Readonly<Record<string, CommandVerb>> = {
  promote: 'promote',
  abort: 'abort',
  retry: 'retry',
  pause: 'pause',
  undo: 'undo',
  restart: 'restart',
  set: 'set-image',
  'set-image': 'set-image',
  terminate: 'terminate',
  freeze: 'freeze',
  unfreeze: 'unfreeze',
};

/** As the kubectl plugin names them, with kubectl's short names. */
const KINDS: Readonly<Record<string, TargetKind>> = {
  analysisrun: 'AnalysisRun',
  ar: 'AnalysisRun',
  experiment: 'Experiment',
  exp: 'Experiment',
};

export const HELP = [
  '`promote NAME [--full | --skip-current-step | --skip-all-steps] [why]`: end the pause; go to 100 % at once; pass steps',
  '`abort NAME [why]`: back to the stable version',
  '`retry NAME`, `retry experiment NAME`: start it again after an abort or its end',
  '`pause NAME`: hold the rollout where it is',
  '`undo NAME [--to-revision N] [why]`: release an earlier revision again',
  '`restart NAME [--in 10m]`: replace its pods, a few at a time',
  '`set image NAME CONTAINER=IMAGE …`: release another image; `*` is every container',
  '`terminate analysisrun|experiment NAME`: end a run or an Experiment now',
  '`freeze SCOPE [--for 2h | --until 2026-12-24T00:00:00Z] why`, `unfreeze SCOPE`, `freezes`: nothing new goes out; rollbacks do',
  '`explain NAME [RUN]`: why it stands where it stands: query, values and rule',
  '`status NAME`, `list`, `history NAME`: how it stands',
  'SCOPE is NAME, or `cluster/namespace/rollout` with `*` at the end of a part, as in `prod/shop/*`.',
  'NAME is `rollout`, `namespace/rollout` or `cluster/namespace/rollout`.',
].join('\n');

export function parseWords(text: string): Asked {
  const [typed = 'help', ...rest] = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  // Telephones write the first word of a line with a capital.
  const first = typed.toLowerCase();
  if (first === 'help') return { kind: 'help' };
  if (first === 'list' || first === 'freezes') return { kind: 'question', verb: first };
  if (first === 'status' || first === 'history' || first === 'explain') return question(first, rest);
  const verb = Object.hasOwn(ORDERS, first) ? ORDERS[first] : undefined;
  if (verb === undefined) return help(`"${typed}" is not something Weir can do`);
  if (first === 'set' && rest[0] !== 'image') return help('set knows images only: set image NAME CONTAINER=IMAGE');
  return order(verb, first === 'set' ? rest.slice(1) : rest);
}

function help(problem: string): Help {
  return { kind: 'help', problem };
}

function question(verb: 'status' | 'history' | 'explain', words: readonly string[]): Asked {
  const [name, run] = words.filter((word) => !word.startsWith('--'));
  if (name === undefined) return help(`${verb} needs the name of a rollout`);
  if (verb !== 'explain' || run === undefined) return { kind: 'question', verb, name };
  return { kind: 'question', verb, name, run };
}

function order(verb: CommandVerb, rest: readonly string[]): Asked {
  const split = splitFlags(verb, rest);
  if ('problem' in split) return help(split.problem);
  const named = nameIn(verb, split.words);
  if ('kind' in named) return named;
  const options = { ...named, ...optionsOf(split.flags), verb };
  if (verb === 'set-image') return withImages(options);
  return verb === 'freeze' ? freeze(options, split.flags) : optionProblem(options, split.flags);
}

interface Named {
  readonly name: string;
  readonly target?: TargetKind;
  readonly why: readonly string[];
}

/** `terminate` always says the kind; `retry` may, where a name follows. */
function nameIn(verb: CommandVerb, words: readonly string[]): Named | Help {
  const [first, second] = words;
  const target = first !== undefined && Object.hasOwn(KINDS, first) ? KINDS[first] : undefined;
  if (verb === 'terminate') {
    if (target === undefined) return help('terminate needs a kind: terminate analysisrun|experiment NAME');
    return second === undefined
      ? help(`terminate ${first} needs a name`)
      : { name: second, target, why: words.slice(2) };
  }
  if (verb === 'retry' && second !== undefined && target === 'Experiment')
    return { name: second, target, why: words.slice(2) };
  if (verb === 'retry' && second !== undefined && first === 'rollout') return { name: second, why: words.slice(2) };
  const what =
    verb === 'freeze' || verb === 'unfreeze' ? 'a scope: a rollout, or cluster/namespace/*' : 'the name of a rollout';
  return first === undefined ? help(`${verb} needs ${what}`) : { name: first, why: words.slice(1) };
}

type Options = Named & Pick<Order, 'verb' | 'full' | 'skipCurrentStep' | 'skipAllSteps'>;

function optionsOf(flags: Flags): Pick<Order, 'full' | 'skipCurrentStep' | 'skipAllSteps'> {
  return {
    full: flags['--full'] !== undefined,
    skipCurrentStep: flags['--skip-current-step'] !== undefined,
    ...(flags['--skip-all-steps'] !== undefined && { skipAllSteps: true }),
  };
}

function asOrder({ why, ...options }: Options): Order {
  return { kind: 'order', ...options, reason: why.join(' ') };
}

function optionProblem(options: Options, flags: Flags): Asked {
  const exclusive = ['--full', '--skip-current-step', '--skip-all-steps'].filter((flag) => flags[flag] !== undefined);
  if (exclusive.length > 1) return help(`${exclusive.join(' and ')} exclude each other`);
  const revision = flags['--to-revision'];
  if (revision !== undefined && !/^\d{1,9}$/.test(revision))
    return help(`--to-revision takes the number of a revision, not "${revision}"`);
  const delay = flags['--in'] === undefined ? undefined : parseDuration(flags['--in']);
  if (delay !== undefined && (!delay.ok || delay.ms < 0))
    return help(`--in takes a duration such as 90s or 10m, not "${flags['--in']}"`);
  return {
    ...asOrder(options),
    ...(revision !== undefined && { toRevision: Number(revision) }),
    ...(delay?.ok === true && { delay: delay.ms }),
  };
}

/** `CONTAINER=IMAGE` words stand before the reason. */
function withImages(options: Options): Asked {
  const end = options.why.findIndex((word) => !/^[^=]+=[^=]/.test(word));
  const pairs = end === -1 ? options.why : options.why.slice(0, end);
  if (pairs.length === 0) return help('set image needs CONTAINER=IMAGE after the name of the rollout');
  const images = Object.fromEntries(
    pairs.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  return { ...asOrder({ ...options, why: options.why.slice(pairs.length) }), images };
}

/** With a time zone: what a clock on the wall shows is another instant for everybody. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function freeze(options: Options, flags: Flags): Asked {
  const { '--for': length, '--until': until } = flags;
  if (options.why.length === 0) return help('freeze needs a reason: who is refused is told it');
  if (length !== undefined && until !== undefined) return help('--for and --until exclude each other');
  const delay = length === undefined ? undefined : parseDuration(length);
  if (delay !== undefined && (!delay.ok || delay.ms <= 0))
    return help(`--for takes a duration such as 90m or 2h, not "${length}"`);
  if (until !== undefined && !(INSTANT.test(until) && parseTimestamp(until) !== undefined))
    return help(`--until takes a time such as 2026-12-24T00:00:00Z, not "${until}"`);
  return {
    ...asOrder(options),
    ...(until !== undefined && { until }),
    ...(delay?.ok === true && { delay: delay.ms }),
  };
}
