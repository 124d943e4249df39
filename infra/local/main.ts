/** `npm start`: the embedded stack, and the tour on it. */
import { messageOf } from '#core/errors.ts';
import { createLogger } from '#shared/logger.ts';
import { canRedraw } from '../../cli/io.ts';
import { parseStartOptions, USAGE, type StartOptions } from './options.ts';
import { howToPlay } from './play.ts';
import { startStack, type LocalStack } from './stack.ts';
import { createLiveVoice } from './tour/live-voice.ts';
import { createJsonVoice, createLineVoice, type Voice } from './tour/narrator.ts';
import { asTold, runTour } from './tour/tour.ts';

/** As shells count it: 128 + SIGINT. */
const INTERRUPTED = 130;

async function main(args: readonly string[]): Promise<number> {
  const options = parseStartOptions(args);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const interrupted = new Promise<number>((resolve) => {
    // Not once: npm passes on the signal that the terminal has sent already.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(INTERRUPTED));
    // Nobody reads on (`npm start | head`): the same, in order.
    process.stdout.on('error', () => resolve(INTERRUPTED));
  });
  process.once('uncaughtExceptionMonitor', () => process.stderr.write(brokenData(options.data)));
  return withStack(options, (stack, voice) => Promise.race([tour(stack, voice, options, interrupted), interrupted]));
}

/** The database of the local stack ends the process over files that it cannot read. */
function brokenData(folder: string): string {
  return `\nWeir ended by the error below. If it ends so at each start, the data in ${folder} is broken: move it away.\n\n`;
}

async function tour(stack: LocalStack, voice: Voice, options: StartOptions, interrupted: Promise<number>) {
  const steps = await runTour(stack, voice);
  await stack.engine.told();
  voice.summary(steps);
  const code = asTold(steps) ? 0 : 1;
  if (options.exit) return code;
  if (!options.json) process.stdout.write(howToPlay(stack, options.data));
  await interrupted;
  return code;
}

async function withStack(
  options: StartOptions,
  use: (stack: LocalStack, voice: Voice) => Promise<number>,
): Promise<number> {
  let stack: LocalStack | undefined;
  const voice = createVoice(options, () => stack);
  stack = await startStack({ ...options, announcer: voice, log: createLogger({ service: 'weir', level: 'warn' }) });
  try {
    return await use(stack, voice);
  } finally {
    await stack.stop();
  }
}

function createVoice({ json }: StartOptions, stack: () => LocalStack | undefined): Voice {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  if (json) return createJsonVoice(print);
  if (canRedraw(process.stdout)) return createLiveVoice(process.stdout, stack);
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
