/** `weir status NAME`: waits for the end of a release, for scripts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '#core/time.ts';
import { onlyNameFrom, parseFlags, timeFrom } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted, type Io } from './io.ts';
import { progressText, verdictOf } from './progress.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

const USAGE = `weir status NAME [--watch=false] [--timeout 10m] [--success-on-pause] [-o json|yaml]

Exit codes: 0 healthy, 2 degraded or aborted, 3 paused until a person acts, 4 not done in time, 7 not found.`;

export const status: Verb = {
  summary: 'wait for the end of a release and tell it by exit code',
  usage: USAGE,
  run(args, io) {
    const flags = parseFlags(
      args.map(asNoWatch),
      { 'no-watch': { type: 'boolean' }, timeout: { type: 'string' }, 'success-on-pause': { type: 'boolean' } },
      USAGE,
    );
    const { values, positionals } = flags;
    const deadline = Date.now() + timeFrom(values.timeout ?? '10m', '--timeout');
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const name = await client.find(onlyNameFrom(positionals, values.namespace, USAGE));
      for (let shown = ''; ;) {
        const { rollout } = await client.view(name);
        const text = formatted(values.output, rollout.status ?? {}) ?? progressText(rollout);
        if (text !== shown) io.print(text);
        shown = text;
        const verdict = verdictOf(rollout, { successOnPause: values['success-on-pause'] ?? false });
        if (verdict !== undefined || values['no-watch'] === true) return verdict ?? EXIT.ok;
        if (Date.now() > deadline) return timedOut(io);
        await sleep(SECOND / 2);
      }
    });
  },
};

/** The kubectl plugin's spelling; node's parser knows no `--flag=false`. */
function asNoWatch(argument: string): string {
  return argument === '--watch=false' ? '--no-watch' : argument;
}

function timedOut(io: Io) {
  io.error('Rollout status watch exceeded timeout');
  return EXIT.timeout;
}
