import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
const MAIN = join(ROOT, 'infra/local/main.ts');

let data: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'weir-start-'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly lines: readonly string[];
}

/** Starts the stack and ends it with a signal as soon as it tells of a transition. */
function startUntilTold(signal: NodeJS.Signals): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, '--json', '--data', data], { cwd: ROOT });
  started.push(child);
  const lines: string[] = [];
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    child.kill(signal);
  });
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve({ code, stderr, lines }));
  });
}

describe('given npm start', () => {
  it('when it is interrupted, then it ends and leaves nothing locked; started again, it goes on from where it was', async () => {
    const first = await startUntilTold('SIGINT');
    expect(first).toMatchObject({ code: 130, stderr: '' });
    expect(existsSync(join(data, 'lock'))).toBe(false);
    expect(existsSync(join(data, 'connection.json'))).toBe(false);

    const second = await startUntilTold('SIGTERM');
    expect(second).toMatchObject({ code: 130, stderr: '' });
    expect(existsSync(join(data, 'lock'))).toBe(false);
    expect(firstDeployments(first.lines)).not.toEqual([]);
    expect(firstDeployments(second.lines).filter((place) => firstDeployments(first.lines).includes(place))).toEqual([]);
  }, 300_000);

  it('when another stack uses the folder, then it says which process, and ends', () => {
    writeFileSync(join(data, 'lock'), String(process.pid));
    const { status, stderr } = start('--data', data);
    expect(status).toBe(1);
    expect(stderr).toContain(`is in use by process ${process.pid}; stop it, or start with --data DIR`);
  });

  it('when the database was written by a newer Weir, then it says so, ends, and leaves nothing locked', () => {
    mkdirSync(join(data, 'dynamodb'));
    writeFileSync(join(data, 'dynamodb', 'schema'), '99');
    const { status, stderr } = start('--data', data);
    expect(status).toBe(1);
    expect(stderr).toContain('holds data of schema 99');
    expect(existsSync(join(data, 'lock'))).toBe(false);
  });

  it('when a flag is wrong, then it says what they may be', () => {
    const { status, stderr } = start('--fast');
    expect(status).toBe(1);
    expect(stderr).toContain("Unknown option '--fast'");
    expect(stderr).toContain('--json');
  });
});

function start(...flags: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...flags], { cwd: ROOT, encoding: 'utf8' });
}

/** Namespaces of the rollouts that are deployed for the first time. */
function firstDeployments(lines: readonly string[]): readonly string[] {
  const events = lines.map((line) => JSON.parse(line) as { message: string; namespace: string });
  return events.filter(({ message }) => message.startsWith('First deployment')).map(({ namespace }) => namespace);
}
