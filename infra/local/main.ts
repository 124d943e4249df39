/** `npm start`: the embedded stack, and the tour on it. */
import { messageOf } from '#core/errors.ts';
import { createLocalLog } from './local-log.ts';
import { parseStartOptions, USAGE, type StartOptions } from './options.ts';
import { startStack, type LocalStack } from './stack.ts';
import { createJsonVoice, createLineVoice, type Voice } from './tour/narrator.ts';
import { asTold, runTour } from './tour/tour.ts';

async function main(args: readonly string[]): Promise<number> {
  const options = parseStartOptions(args);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  return withStack(options, async (stack, voice) => {
    const steps = await runTour(stack, voice);
    voice.summary(steps);
    return asTold(steps) ? 0 : 1;
  });
}

async function withStack(
  options: StartOptions,
  use: (stack: LocalStack, voice: Voice) => Promise<number>,
): Promise<number> {
  let stack: LocalStack | undefined;
  const voice = createVoice(options, () => stack);
  stack = await startStack({ ...options, announcer: voice, log: createLocalLog() });
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(130));
  });
  try {
    return await Promise.race([use(stack, voice), interrupted]);
  } finally {
    await stack.stop();
  }
}

function createVoice({ json }: StartOptions, stack: () => LocalStack | undefined): Voice {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  if (json) return createJsonVoice(print);
  return createLineVoice(print, () => {
    const history = stack()?.ports.history;
    if (history === undefined) throw new Error('the stack has not started yet');
    return history;
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
