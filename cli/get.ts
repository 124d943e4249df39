/** `weir get NAME`: the tree of a rollout, as the kubectl plugin draws it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { renderRollout } from '#core/messages/tree/render.ts';
import { SECOND } from '#core/time.ts';
import { onlyNameFrom, parseFlags } from './arguments.ts';
import { Client, connectionFrom } from './client.ts';
import { EXIT } from './exit-codes.ts';
import { formatted } from './io.ts';
import { verdictOf } from './progress.ts';
import { reporting } from './reporting.ts';
import type { Verb } from './verb.ts';

const USAGE = `weir get [rollout] NAME [-w] [-o json|yaml]

-w redraws until the release has ended or waits for a person.`;

const HOME_AND_CLEAR = '\u001b[H\u001b[2J';

export const get: Verb = {
  summary: 'show a rollout with its revisions, pods and analyses',
  usage: USAGE,
  run(args, io) {
    const { values, positionals } = parseFlags(args, { watch: { type: 'boolean', short: 'w' } }, USAGE);
    const names = positionals[0] === 'rollout' ? positionals.slice(1) : positionals;
    const client = new Client(connectionFrom(values, io));
    return reporting(io, async () => {
      const name = await client.find(onlyNameFrom(names, values.namespace, USAGE));
      for (let shown = ''; ;) {
        const view = await client.view(name);
        const text = formatted(values.output, view.rollout) ?? renderRollout(view, io.paint);
        if (text !== shown) io.print(values.watch === true && io.isTerminal ? `${HOME_AND_CLEAR}${text}` : text);
        shown = text;
        if (values.watch !== true) return EXIT.ok;
        const verdict = verdictOf(view.rollout, { successOnPause: false });
        if (verdict !== undefined) return verdict;
        await sleep(SECOND);
      }
    });
  },
};
