/** `weir run` without the other verbs: what its bundle begins with. The arguments are those of `weir`. */
import { endWith } from './end.ts';
import { processIo } from './io.ts';
import { run } from './run.ts';

await endWith(() => run.run(process.argv.slice(3), processIo()));
