/** How a process of `weir` ends. */
import { messageOf, TransientError } from '#core/errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** With the code that the work comes to, or by saying why it could not be done. */
export async function endWith(work: () => Promise<ExitCode>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`weir: ${messageOf(error)}\n`);
    process.exitCode = error instanceof TransientError ? EXIT.unavailable : EXIT.usage;
  }
}
