/** Stands for `weir run` in the packed CLI: its database is native code, which one file cannot hold. */
import { EXIT } from './exit-codes.ts';
import type { Verb } from './verb.ts';

const USAGE = 'weir run is not part of this package: take a checkout of Weir, and npm run weir -- run …';

export const run: Verb = {
  summary: 'Weir in one process on a real cluster (in a checkout of Weir only)',
  usage: USAGE,
  async run(_args, io) {
    io.error(USAGE);
    return EXIT.usage;
  },
};
