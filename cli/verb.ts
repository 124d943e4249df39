/** What `cli/weir.ts` runs: one per file. */
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

export interface Verb {
  /** One line for `weir help`. */
  readonly summary: string;
  readonly usage: string;
  run(args: readonly string[], io: Io): Promise<ExitCode>;
}
