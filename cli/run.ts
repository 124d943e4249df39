/** `weir run`: Weir in one process, on a real cluster. */
import { createLogger } from '#shared/logger.ts';
import { parseRunOptions, USAGE } from '../infra/run/options.ts';
import { startRun } from '../infra/run/run.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Verb } from './verb.ts';

export const run: Verb = {
  summary: 'Weir in one process on a real cluster',
  usage: USAGE,
  async run(args, io) {
    const options = parseRunOptions(args, process.env);
    const log = createLogger({ service: 'weir-run', level: options.logLevel });
    const weir = await startRun(options, { environment: process.env, log });
    const { url, metrics, tokens } = weir;
    io.print(JSON.stringify({ url, metrics, tokens }));
    try {
      return codeOf(await Promise.race([signalled(), weir.ended.then((why) => ({ why }))]), io);
    } finally {
      await weir.stop();
    }
  },
};

type Ended = 'signal' | { readonly why: string };

function signalled(): Promise<'signal'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('signal'));
  });
}

function codeOf(ended: Ended, io: Io): ExitCode {
  if (ended === 'signal') return EXIT.ok;
  io.error(`weir: ${ended.why}`);
  return EXIT.refused;
}
