/** `weir VERB …`: one file per verb. What only a verb needs is loaded with it: `run` begins by leaving this process. */
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Verb } from './verb.ts';

const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  get: async () => (await import('./get.ts')).get,
  list: async () => (await import('./list.ts')).list,
  status: async () => (await import('./status.ts')).status,
  promote: async () => (await import('./promote.ts')).promote,
  abort: async () => (await import('./abort.ts')).abort,
  retry: async () => (await import('./retry.ts')).retry,
  pause: async () => (await import('./pause.ts')).pause,
  undo: async () => (await import('./undo.ts')).undo,
  restart: async () => (await import('./restart.ts')).restart,
  set: async () => (await import('./set.ts')).setImage,
  terminate: async () => (await import('./terminate.ts')).terminate,
  freeze: async () => (await import('./freeze.ts')).freeze,
  unfreeze: async () => (await import('./unfreeze.ts')).unfreeze,
  freezes: async () => (await import('./freezes.ts')).freezes,
  explain: async () => (await import('./explain.ts')).explain,
  redrive: async () => (await import('./redrive.ts')).redrive,
  history: async () => (await import('./history.ts')).history,
  alert: async () => (await import('./alert.ts')).alert,
  eval: async () => (await import('./eval.ts')).evaluate,
  test: async () => (await import('./test.ts')).test,
  run: async () => (await import('./run.ts')).run,
  doctor: async () => (await import('./doctor.ts')).doctor,
  lint: async () => (await import('./lint.ts')).lint,
};

async function main([name = 'help', ...args]: readonly string[], io: Io): Promise<ExitCode> {
  if (name === 'help' || name === '--help' || name === '-h') return help(io);
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load === undefined) {
    io.error(`weir: "${name}" is not a verb; weir help lists them`);
    return EXIT.usage;
  }
  const verb = await load();
  if (args.includes('--help') || args.includes('-h')) {
    io.print(verb.usage);
    return EXIT.ok;
  }
  return verb.run(args, io);
}

function runs([name, ...args]: readonly string[]): boolean {
  return name === 'run' && !args.some((arg) => arg === '--help' || arg === '-h');
}

async function help(io: Io): Promise<ExitCode> {
  io.print('weir VERB …   (weir VERB --help tells more)\n');
  for (const [name, load] of Object.entries(VERBS)) io.print(`  ${name.padEnd(10)}${(await load()).summary}`);
  return EXIT.ok;
}

const words = process.argv.slice(2);
// Before all that it needs is loaded: with other settings it is loaded once more.
if (runs(words)) (await import('../infra/run/lean-process.ts')).relaunchLean();
const [{ endWith }, { processIo }] = await Promise.all([import('./end.ts'), import('./io.ts')]);
await endWith(() => main(words, processIo()));
