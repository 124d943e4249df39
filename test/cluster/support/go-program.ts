/**
 * The programs of this tier that come from Go modules: built once, kept in ~/.cache/weir under the hash of what they are made of.
 *
 * A lock keeps two builds of one program apart, since each takes minutes of both cores; it is a courtesy only: the finished
 * file is moved into its place at the end, so that two builds at once give the same result.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface GoProgram {
  readonly name: string;
  /** The folder with its go.mod, below test/cluster. */
  readonly module: string;
  /** What `go build` is asked for, as it stands after the flags. */
  readonly target: string;
  /** `-X` settings of the linker. */
  readonly settings?: Readonly<Record<string, string>>;
}

const KUBERNETES = 'k8s.io/component-base/version';

/** etcd, kube-apiserver, kube-controller-manager, kubectl and fakelet in one file. */
export const CONTROL_PLANE: GoProgram = {
  name: 'control-plane',
  module: 'control-plane',
  target: '.',
  settings: {
    [`${KUBERNETES}.gitVersion`]: 'v1.34.4',
    [`${KUBERNETES}.gitMajor`]: '1',
    [`${KUBERNETES}.gitMinor`]: '34',
    [`${KUBERNETES}.gitTreeState`]: 'clean',
  },
};

/** The controller of Argo Rollouts, as released. */
export const ARGO_ROLLOUTS: GoProgram = {
  name: 'rollouts-controller',
  module: 'argo',
  target: 'github.com/argoproj/argo-rollouts/cmd/rollouts-controller',
  settings: { 'github.com/argoproj/argo-rollouts/utils/version.version': '1.10.0' },
};

/** A person must act: the message says what to do. */
export class BuildError extends Error {}

/** @returns the path of the finished program @throws BuildError when there is no Go, or it does not build */
export async function goProgram(program: GoProgram): Promise<string> {
  const path = join(cacheFolder(), `${program.name}-${await fingerprint(program)}`);
  if (existsSync(path)) return path;
  const unlock = await lock(path);
  try {
    if (!existsSync(path)) await build(program, path);
    return path;
  } finally {
    unlock();
  }
}

function cacheFolder(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'weir');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Of the Go version, how it is built, and every file of the module. */
async function fingerprint(program: GoProgram): Promise<string> {
  const hash = createHash('sha256').update(`${await goVersion()}\n${JSON.stringify(program)}\n`);
  const files = readdirSync(moduleFolder(program), { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => /\.(go|mod|sum)$/.test(file)).toSorted()) {
    hash.update(`${name}\0`).update(readFileSync(join(moduleFolder(program), name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function goVersion(): Promise<string> {
  try {
    return (await run('go', ['version'])).stdout.trim();
  } catch (error) {
    throw new BuildError(
      'The cluster tier builds a Kubernetes API server and needs Go 1.26 or newer in the PATH: ' +
        'install it from https://go.dev/dl/ (or `apt-get install golang` where that is new enough), then start again.',
      { cause: error },
    );
  }
}

export function moduleFolder(program: GoProgram): string {
  return fileURLToPath(new URL(`../${program.module}`, import.meta.url));
}

async function build(program: GoProgram, path: string): Promise<void> {
  const started = Date.now();
  say(`Building ${program.name} (once; four minutes or more on two cores) …`);
  const unfinished = `${path}.${process.pid}`;
  try {
    await compile(program, unfinished);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  say(`Built ${program.name} in ${Math.round((Date.now() - started) / 1_000)} s`);
  removeOlder(program, path);
}

/** Symbols dropped and no C: one static file. At a low priority, since whoever waits for it waits for more than it. */
async function compile(program: GoProgram, output: string): Promise<void> {
  const settings = Object.entries(program.settings ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ['-trimpath', '-ldflags', ['-s', '-w', ...settings].join(' '), '-o', output];
  const go = spawn('nice', ['-n', '5', 'go', 'build', ...flags, program.target], {
    cwd: moduleFolder(program),
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let complaint = '';
  go.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-4_000)));
  const code = await new Promise((resolve, reject) => go.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new BuildError(`go build ${program.target} in ${moduleFolder(program)} failed:\n${complaint}`);
}

function removeOlder(program: GoProgram, path: string): void {
  const siblings = readdirSync(cacheFolder()).filter((name) => new RegExp(`^${program.name}-[0-9a-f]{16}$`).test(name));
  for (const name of siblings.filter((name) => !path.endsWith(name))) rmSync(join(cacheFolder(), name));
}

/** Waits while a living process holds it. @returns unlock */
async function lock(path: string): Promise<() => void> {
  const file = `${path}.lock`;
  const mine = `${process.pid} ${randomUUID()}`;
  for (let told = false; !isLocked(file, mine); told = true) {
    if (!told) say(`Waiting for another build of ${path} …`);
    await sleep(500);
  }
  const unlock = () => rmSync(file, { force: true });
  process.once('exit', unlock);
  return unlock;
}

function isLocked(file: string, mine: string): boolean {
  try {
    writeFileSync(file, mine, { flag: 'wx' });
    return true;
  } catch {
    if (!isHeld(file)) rmSync(file, { force: true });
    return false;
  }
}

function isHeld(file: string): boolean {
  try {
    process.kill(Number.parseInt(readFileSync(file, 'utf8'), 10), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
