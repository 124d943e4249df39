/** Lambda's own Node runtime client on this machine: how long from the start of a process to its first answer. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const VERSION = '4.0.2';

/** Builds natively, which takes a compiler and a minute: installed when it is first needed. @returns its entry */
export function runtimeClient(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'weir', `aws-lambda-ric-${VERSION}`);
  const entry = join(folder, 'node_modules', 'aws-lambda-ric', 'index.mjs');
  if (existsSync(entry)) return entry;
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', `aws-lambda-ric@${VERSION}`];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status === 0) return entry;
  throw new Error(`aws-lambda-ric does not build here (cmake, g++, autoconf, libtool?):\n${stderr}`);
}

export interface FirstAnswer {
  readonly ms: number;
  /** CPU time of all its threads until then, where the system tells (Linux): a busy machine changes it little. */
  readonly cpuMs: number;
  readonly answer: unknown;
}

/** @param folder of the function's `index.mjs` */
export async function firstAnswer(
  client: string,
  folder: string,
  event: unknown,
  environment: Readonly<Record<string, string>>,
): Promise<FirstAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<FirstAnswer>();
  let started = 0;
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/invocation/next') === true) {
      // The second question is never answered: one invocation is what is measured.
      if (served) return;
      served = true;
      const deadline = String(Date.now() + 60_000);
      const headers = {
        'lambda-runtime-aws-request-id': 'r1',
        'lambda-runtime-deadline-ms': deadline,
        'content-type': 'application/json',
      };
      response.writeHead(200, headers).end(JSON.stringify(event));
      return;
    }
    const ms = performance.now() - started;
    const cpuMs = cpuMsOf(child?.pid);
    void taken(request).then((answer) => resolve({ ms, cpuMs, answer }), reject);
    response.writeHead(202).end('{}');
  });
  let served = false;
  let child: ChildProcess | undefined;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    ...lambdaEnvironment(folder, port),
    ...environment,
  };
  started = performance.now();
  child = spawn(process.execPath, [client, 'index.handler'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  child.once('exit', (code) => void said.then((why) => reject(new Error(`the function ended with ${code}: ${why}`))));
  try {
    return await promise;
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    server.close();
    server.closeAllConnections();
  }
}

async function taken(request: IncomingMessage): Promise<unknown> {
  const body = await text(request);
  if (request.url?.endsWith('/response') !== true) throw new Error(`the function failed: ${body}`);
  return JSON.parse(body);
}

function cpuMsOf(pid: number | undefined): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = threads.map(
      (thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0],
    );
    return nanoseconds.reduce((sum, ns) => sum + Number(ns), 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function lambdaEnvironment(folder: string, port: number): Readonly<Record<string, string>> {
  return {
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
    _HANDLER: 'index.handler',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: 'bench',
    AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    LAMBDA_TASK_ROOT: folder,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
}
