/** What every verb that asks Weir does about its failures. */
import { isAxiosError } from 'axios';
import { ApiProblem } from './client.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

export async function reporting(io: Io, work: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiProblem) {
      io.error(`weir: ${error.message}`);
      return codeOf(error.status);
    }
    if (!isAxiosError(error)) throw error;
    io.error(
      `weir: no answer from ${error.config?.baseURL ?? 'Weir'} (${error.code ?? error.message}); is it running?`,
    );
    return EXIT.unavailable;
  }
}

function codeOf(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 401 || status === 403) return EXIT.refused;
  return status >= 500 ? EXIT.unavailable : EXIT.usage;
}
