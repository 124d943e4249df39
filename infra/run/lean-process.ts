/**
 * Starts this process anew with the settings of a small long-lived one: a young generation of a few megabytes, a heap that
 * grows in small steps, its code from few files (bundle/), compiled once. Same pid, same arguments, so signals and supervisors
 * notice nothing. With Node's defaults, which are made for big servers, the same work takes 100 MB more, and the start twice
 * the time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SECOND } from '#core/time.ts';
import { currentBundle, FOLDER, ROOT } from './bundle/current.ts';

const FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=20', '--disable-warning=ExperimentalWarning'];
const LONGEST_BUILD = 30 * SECOND;
/** Says that it has been done. */
const MARK = 'WEIR_LEAN';

/** Does nothing where it has been done, where it cannot be done (Windows), and under a debugger or profiler of its own. */
export function relaunchLean(): void {
  const { execve } = process as { execve?: (file: string, args: string[], environment: NodeJS.ProcessEnv) => void };
  const isOwnWay = process.execArgv.length > 0 || process.env['NODE_OPTIONS'] !== undefined;
  if (process.env[MARK] !== undefined || isOwnWay || execve === undefined || process.platform === 'win32') return;
  const environment = {
    ...process.env,
    [MARK]: '1',
    // One arena per core and thread of the C library keeps what another has freed.
    MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '2',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? compileCache(),
  };
  const [, sources = '', ...args] = process.argv;
  const entry = bundled(ROOT) ?? sources;
  execve.call(process, process.execPath, [process.execPath, ...FLAGS, entry, ...args], environment);
}

/** Made now where it can be; otherwise the sources do. @returns the file to run */
function bundled(root: string): string | undefined {
  const known = currentBundle(root);
  const builder = join(root, 'infra', 'run', 'bundle', 'build.ts');
  if (known !== undefined || !canBuild(root, builder)) return known;
  // In a process of its own, of which nothing is left when this one starts anew.
  spawnSync(process.execPath, [builder], { stdio: 'ignore', timeout: LONGEST_BUILD });
  return currentBundle(root);
}

/** Not in the packed CLI, nor without the development packages; in an image the folder is often read-only. */
function canBuild(root: string, builder: string): boolean {
  if (!existsSync(builder) || !existsSync(join(root, 'node_modules', 'rolldown'))) return false;
  try {
    const folder = join(root, FOLDER);
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where nobody else writes: what lies in it is run. */
function compileCache(): string {
  const place = createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 12);
  return join(homedir(), '.cache', `weir-${place}`);
}
