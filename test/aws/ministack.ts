/** MiniStack, an emulator of AWS from PyPI, in a venv of its own: on a new machine it installs itself. */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const VERSION = '1.5.33';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(ROOT, 'node_modules', '.bin');

export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';

export interface MiniStack {
  readonly port: number;
  readonly endpoint: string;
  /** What a client of it needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The log so far. */
  log(): string;
  stop(): Promise<void>;
}

export async function startMiniStack(): Promise<MiniStack> {
  const command = installed();
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'weir-ministack-'));
  const endpoint = `http://localhost:${port}`;
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DEFAULT_REGION: REGION,
  };
  const own = {
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    MINISTACK_ACCOUNT_ID: ACCOUNT,
    LAMBDA_EXECUTOR: 'local',
  };
  // It spawns `node` for functions: the one of the project, whatever the machine has.
  const env = { ...process.env, ...environment, ...own, TMPDIR: folder, PATH: `${BIN}:${process.env['PATH']}` };
  const logFile = join(folder, 'ministack.out');
  const out = openSync(logFile, 'a');
  const child = spawn(command, [], { cwd: folder, env, stdio: ['ignore', out, out], detached: true });
  await answering(endpoint, child, () => readFileSync(logFile, 'utf8'));
  return {
    port,
    endpoint,
    environment,
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command of the project's own tools. @throws Error with all that it said */
export function run(
  command: 'cdk',
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment, PATH: `${BIN}:${process.env['PATH']}`, CI: 'true' };
    execFile(join(BIN, command), args, { cwd: ROOT, env, maxBuffer: 2 ** 27 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(' ')}:\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}

/** @returns the path of its command @throws Error that says what to install */
function installed(): string {
  const venv = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'weir', `ministack-${VERSION}`);
  const command = join(venv, 'bin', 'ministack');
  if (existsSync(command)) return command;
  mkdirSync(venv, { recursive: true });
  rmSync(venv, { recursive: true });
  ensureVenv();
  must('python3', ['-m', 'venv', venv]);
  must(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `ministack==${VERSION}`]);
  return command;
}

/** Debian's python3 has no venv by itself. */
function ensureVenv(): void {
  if (spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0) return;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0)
    throw new Error('npm run test:aws needs Python 3.10 with venv: install python3 and python3-venv');
  must('apt-get', ['update', '-qq']);
  must('apt-get', ['install', '-y', '-qq', 'python3-venv']);
}

function must(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `${stdout}\n${stderr}`}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answering(endpoint: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) break;
    const isUp = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(200);
  }
  throw new Error(`MiniStack does not answer:\n${log()}`);
}

/** With the workers that it started: they are of its process group. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => void child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  const killer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 10_000);
  await gone;
  clearTimeout(killer);
}
