/** `weir history NAME`: each release in sentences, with its measurements, alerts and orders. */
import { releaseStory } from '#core/messages/story.ts';
import { countFrom, onlyNameFrom, parseFlags } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

/** As many as the API tells at once. */
const MOST = 100;
const USAGE = 'weir history NAME [--limit 5] [-o json|yaml]';

export const history: Verb = {
  summary: 'tell the releases of a rollout, newest first',
  usage: USAGE,
  run(args, io) {
    const { values, positionals } = parseFlags(args, { limit: { type: 'string' } }, USAGE);
    const limit = countFrom(values.limit ?? '5', '--limit', MOST);
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const name = await client.find(onlyNameFrom(positionals, values.namespace, USAGE));
      const releases = await client.history(name, limit);
      const none = `no release of ${name.namespace}/${name.name} is recorded`;
      const told = releases.length === 0 ? none : releases.map((release) => releaseStory(release)).join('\n\n');
      io.print(formatted(values.output, releases) ?? told);
      return EXIT.ok;
    });
  },
};
