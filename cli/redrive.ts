/** `weir redrive`: another try for what Weir gave up. */
import { parseFlags } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted } from './io.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

const USAGE = `weir redrive [-o json|yaml]

Objects whose passes failed five times in a row are looked at again, and messages in the dead-letter queues are delivered
again. Find and mend the cause first: what fails again is given up again after five tries.

Exit codes: 0 done (also when there was nothing), 5 refused, 8 Weir does not answer.`;

export const redrive: Verb = {
  summary: 'try again what was given up after five failures',
  usage: USAGE,
  run(args, io) {
    const { values } = parseFlags(args, {}, USAGE);
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const { objects, messages } = await client.redrive();
      const lines = objects.map(({ cluster, kind, namespace, name }) => `${kind} ${cluster}/${namespace}/${name}`);
      const summary = `${objects.length} object(s) looked at again, ${messages} message(s) delivered again`;
      io.print(formatted(values.output, { objects, messages }) ?? [...lines, summary].join('\n'));
      return EXIT.ok;
    });
  },
};
