/** `weir explain NAME [RUN]`: why the newest release, or a run, stands where it stands. */
import { explanation } from '#core/messages/explain.ts';
import { nameFrom, noMoreThan, parseFlags } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

/** Where a run is looked for. */
const RELEASES = 5;
const USAGE =
  'weir explain NAME [RUN] [-o json|yaml]\n\nOf the newest release of the rollout, or of this analysis run of it.';

export const explain: Verb = {
  summary: 'tell why a release stands where it stands: query, values and rule',
  usage: USAGE,
  run(args, io) {
    const { values, positionals } = parseFlags(args, {}, USAGE);
    noMoreThan(2, positionals, USAGE);
    const typed = nameFrom(positionals, values.namespace, USAGE);
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const releases = await client.history(await client.find(typed), RELEASES);
      const explained = explanation(releases, positionals[1]);
      io.print(formatted(values.output, { explanation: explained.split('\n') }) ?? explained);
      return EXIT.ok;
    });
  },
};
