/** Servers that a test run starts: their output in a file, found again when one ends too early, all stopped at the end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchOver } from './watchdog.ts';

export interface Server {
  readonly name: string;
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  readonly logFile: string;
  /** @throws Error with the end of its output when it has ended */
  mustLive(): void;
  /** SIGTERM, after a while SIGKILL. Resolves when it is gone. */
  stop(options?: { readonly signal?: NodeJS.Signals }): Promise<void>;
}

const PATIENCE_MS = 5_000;

/** Nobody need wait for it any longer. */
export class ServerEnded extends Error {}

/** In that folder; it ends with this process, also when that dies hard. */
export function startServer(
  name: string,
  folder: string,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Server {
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const [program, ...words] = command;
  const child = spawn(program, words, { cwd: folder, stdio: ['pipe', log, log], env: { ...process.env, ...env } });
  closeSync(log);
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const isOver = child.pid === undefined ? () => undefined : watchOver(child.pid);
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      process.off('exit', endWithUs);
      isOver();
      resolve();
    };
    child.once('exit', end).once('error', end);
  });
  return {
    name,
    pid: child.pid,
    logFile,
    mustLive: () => {
      if (isRunning(child)) return;
      throw new ServerEnded(saying(name, `${child.exitCode ?? child.signalCode ?? 'not started'}`, logFile));
    },
    stop: async ({ signal = 'SIGTERM' } = {}) => {
      child.kill(signal);
      const patience = new AbortController();
      const killed = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      await ended;
      patience.abort();
      await killed;
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** What is known, in another process, of a server that this one has not started. */
export type DistantServer = Pick<Server, 'name' | 'pid' | 'logFile'>;

/** @throws Error with the end of its output when it has ended */
export function mustLive({ name, pid, logFile }: DistantServer): void {
  try {
    if (pid !== undefined) process.kill(pid, 0);
  } catch (error) {
    throw new ServerEnded(saying(name, 'nobody has its number', logFile), { cause: error });
  }
}

function saying(name: string, how: string, logFile: string): string {
  return `${name} has ended (${how}):\n${tail(logFile)}`;
}

export function tail(file: string, bytes = 3_000): string {
  return readFileSync(file, 'utf8').slice(-bytes);
}

/** Ports of 127.0.0.1 that are free now, each a different one. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  });
}

/**
 * Asks until the answer is there.
 * @param what for the message  @param ask undefined or an error: not yet
 * @throws Error when it has not come in time, with the last error
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { within = 120_000, every = 100 }: { readonly within?: number; readonly every?: number } = {},
): Promise<T> {
  const until = Date.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof ServerEnded) throw error;
      last = error;
    }
    if (Date.now() > until) throw new Error(`${what}: not within ${within / 1_000} s`, { cause: last });
    await sleep(every);
  }
}
