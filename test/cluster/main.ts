/**
 * `npm run test:cluster [-- words for jest]`: one control plane for the run, jest over test/cluster, and everything stopped.
 * `npm run test:cluster -- --serve` starts the control plane alone, tells its kubeconfig and stays until it is interrupted.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startControlPlane, type ControlPlane } from './support/control-plane.ts';
import { ARGO_ROLLOUTS, BuildError, goProgram } from './support/go-program.ts';
import { FACTS } from './support/shared-control-plane.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const words = process.argv.slice(2);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const isServing = words.includes('--serve');
  if (!isServing) await goProgram(ARGO_ROLLOUTS);
  const started = Date.now();
  const controlPlane = await startControlPlane();
  console.error(`The control plane is up after ${((Date.now() - started) / 1_000).toFixed(1)} s`);
  try {
    return isServing ? await serve(controlPlane) : await test(controlPlane);
  } finally {
    await controlPlane.stop();
  }
}

async function serve({ facts }: ControlPlane): Promise<number> {
  console.log(`export KUBECONFIG=${facts.kubeconfig} ${FACTS}='${JSON.stringify(facts)}'`);
  if (!interrupted.signal.aborted) await once(interrupted.signal, 'abort');
  return 0;
}

async function test({ facts }: ControlPlane): Promise<number> {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const files = ['--testMatch', '**/test/cluster/**/*.cluster.ts'];
  // Two at a time: most of what they do is wait, for metrics, timers and Leases; more get in each other's way on two cores.
  const workers = ['--maxWorkers=2'];
  // A connection that a failed test has left open must not hold the whole run.
  const child = spawn(
    process.execPath,
    [...jest, ...files, ...workers, '--testTimeout=300000', '--forceExit', ...words],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, [FACTS]: JSON.stringify(facts) },
    },
  );
  interrupted.signal.addEventListener('abort', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
