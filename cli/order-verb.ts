/** What every verb that orders does: an order through the one door, and what became of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullName } from '#core/commands/resolve-name.ts';
import { InvalidSpecError } from '#core/errors.ts';
import { SECOND } from '#core/time.ts';
import { nameFrom, parseFlags } from './arguments.ts';
import { Client, connectionFrom, type OrderAnswer } from './client.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatted } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

const PATIENCE = 30 * SECOND;
const EXIT_OF = { applied: EXIT.ok, refused: EXIT.refused, stale: EXIT.stale } as const;
const CODES = 'Exit codes: 0 applied, 4 not applied yet, 5 refused, 6 the state moved on, 7 not found.';

export interface OrderVerbOptions {
  /** As people type it, name and flags included. */
  readonly usage: string;
  readonly summary: string;
  /** The words of the order before the name. */
  readonly words: string;
  readonly switches?: readonly string[];
  /** Flags that take a value. */
  readonly values?: readonly string[];
  /** Words that may stand before the name: `rollout`, `image`, a kind. */
  readonly before?: readonly string[];
  /** One of `before` must. */
  readonly needsWord?: boolean;
  /** What stands in place of the name may be a scope with `*`: Weir finds out itself. */
  readonly scope?: boolean;
}

export function orderVerb(options: OrderVerbOptions): Verb {
  const { summary } = options;
  const usage = `weir ${options.usage} [-o json|yaml]\n\n${CODES}`;
  return {
    summary,
    usage,
    run(args, io) {
      const { values: given, positionals } = parseFlags(args, flagsOf(options), usage);
      const values = given as Given;
      const { word, rest } = splitWord(positionals, options, usage);
      const typed = nameFrom(rest, values.namespace, usage);
      const client = new Client(connectionFrom(values, io));
      return reporting(io, async () => {
        const isFound = KINDS.has(word) || options.scope === true;
        const name = isFound ? typed : fullName(await client.find(typed));
        const flags = flagWords(options, values);
        const words = [options.words, ...(KINDS.has(word) ? [word] : []), name, ...flags, ...rest.slice(1)];
        const answer = await followed(client, (await client.order(randomUUID(), words.join(' '))).id);
        io.print(formatted(values.output, answer) ?? `${name}: ${answer.verdict ?? answer.state}`);
        return codeOf(answer);
      });
    },
  };
}

/** The flags of all verbs, and those of this one. */
type Given = Readonly<Record<string, unknown>> & {
  readonly namespace?: string;
  readonly output?: string;
  readonly server?: string;
  readonly data?: string;
};

/** Objects that are not Rollouts: Weir finds them itself. */
const KINDS: ReadonlySet<string> = new Set(['analysisrun', 'ar', 'experiment', 'exp']);

function flagsOf({ switches = [], values = [] }: OrderVerbOptions) {
  return Object.fromEntries([
    ...switches.map((flag) => [flag, { type: 'boolean' }] as const),
    ...values.map((flag) => [flag, { type: 'string' }] as const),
  ]);
}

/** A word before the name is one only where a name follows: a rollout may be called like it. */
function splitWord(
  positionals: readonly string[],
  { before = [], needsWord = false }: OrderVerbOptions,
  usage: string,
): { readonly word: string; readonly rest: readonly string[] } {
  const [word = '', ...rest] = positionals;
  if (before.includes(word) && (needsWord || rest.length > 0)) return { word, rest };
  if (needsWord) throw new InvalidSpecError(`say which: ${before.join(' or ')}\n\n${usage}`);
  return { word: '', rest: positionals };
}

function flagWords({ switches = [], values = [] }: OrderVerbOptions, given: Given): readonly string[] {
  const on = switches.filter((flag) => given[flag] === true).map((flag) => `--${flag}`);
  const set = values.flatMap((flag) => (typeof given[flag] === 'string' ? [`--${flag}=${given[flag]}`] : []));
  return [...on, ...set];
}

/** Accepted is durable; applied follows within seconds. */
async function followed(client: Client, id: string): Promise<OrderAnswer> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await client.orderState(id);
    if (answer.state !== 'accepted' || Date.now() > deadline) return answer;
    await sleep(SECOND / 5);
  }
}

function codeOf({ state }: OrderAnswer): ExitCode {
  return state === 'accepted' ? EXIT.timeout : EXIT_OF[state];
}
