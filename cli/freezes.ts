/** `weir freezes`: where nothing new goes out, since when, until when, and why. */
import { freezesText } from '#core/commands/ordered-freeze.ts';
import { noMoreThan, parseFlags } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

const USAGE = 'weir freezes [-o json|yaml]';

export const freezes: Verb = {
  summary: 'list the freezes of people and of weir.yaml',
  usage: USAGE,
  run(args, io) {
    const { values, positionals } = parseFlags(args, {}, USAGE);
    noMoreThan(0, positionals, USAGE);
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const known = await client.freezes();
      io.print(formatted(values.output, known) ?? freezesText(known));
      return EXIT.ok;
    });
  },
};
