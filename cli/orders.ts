/** `weir promote|abort|retry|pause NAME`: an order through the one door, and what became of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullName } from '#core/commands/resolve-name.ts';
import type { CommandVerb } from '#core/commands/command.ts';
import { SECOND } from '#core/time.ts';
import { nameFrom, parseFlags } from './arguments.ts';
import { Client, connectionFrom, type OrderAnswer } from './client.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { formatted } from './io.ts';
import { reporting } from './run.ts';
import type { Verb } from './verb.ts';

const PATIENCE = 30 * SECOND;
const EXIT_OF = { applied: EXIT.ok, refused: EXIT.refused, stale: EXIT.stale } as const;

export const promote = orderVerb('promote', 'end a pause; --full goes to 100 % at once', ['full', 'skip-current-step']);
export const abort = orderVerb('abort', 'stop the release and go back to stable', []);
export const retry = orderVerb('retry', 'start an aborted release again', []);
export const pause = orderVerb('pause', 'hold the rollout where it is', []);

function orderVerb(verb: CommandVerb, summary: string, flags: readonly string[]): Verb {
  const shown = flags.map((flag) => ` [--${flag}]`).join('');
  const usage = `weir ${verb} NAME${shown} [-o json|yaml] [why …]\n\nExit codes: 0 applied, 5 refused, 6 the state moved on, 7 not found.`;
  return {
    summary,
    usage,
    run(args, io) {
      const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' } as const]));
      const { values, positionals } = parseFlags(args, options, usage);
      const client = new Client(connectionFrom(values, io));
      return reporting(io, async () => {
        const name = await client.find(nameFrom(positionals, values.namespace, usage));
        const given = flags
          .filter((flag) => (values as Record<string, unknown>)[flag] === true)
          .map((flag) => `--${flag}`);
        const words = [verb, fullName(name), ...given, ...positionals.slice(1)].join(' ');
        const answer = await followed(client, (await client.order(randomUUID(), words)).id);
        io.print(formatted(values.output, answer) ?? `${fullName(name)}: ${answer.verdict ?? answer.state}`);
        return codeOf(answer);
      });
    },
  };
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
