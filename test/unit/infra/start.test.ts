import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
const MAIN = join(ROOT, 'infra/local/main.ts');

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'weir-start-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly lines: readonly string[];
}

/** Starts the stack and ends it with a signal once it has told of a transition of this type. */
function startUntil(type: string, signal: NodeJS.Signals): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, '--json', '--speed', '300', '--data', data], { cwd: ROOT });
  const lines: string[] = [];
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  let ended = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (!ended && (JSON.parse(line) as { type: string }).type === type) ended = child.kill(signal);
  });
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve({ code, stderr, lines }));
  });
}

describe('given npm start', () => {
  it('when it is interrupted, then it ends and leaves nothing locked; started again, it goes on from where it was', async () => {
    const first = await startUntil('promoted', 'SIGINT');
    expect(first).toMatchObject({ code: 130, stderr: '' });
    expect(existsSync(join(data, 'lock'))).toBe(false);
    expect(existsSync(join(data, 'connection.json'))).toBe(false);
    const { place } = firstLine(first.lines, 'promoted');

    const second = await startUntil('release-started', 'SIGTERM');
    expect(second).toMatchObject({ code: 130, stderr: '' });
    expect(existsSync(join(data, 'lock'))).toBe(false);
    const begun = firstLine(second.lines, 'release-started');
    // The tour may have got as far as the second rollout, which then is deployed a first time.
    expect([begun.place, begun.revision]).not.toEqual([place, 1]);
  }, 120_000);

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

function firstLine(lines: readonly string[], type: string): { place: string; revision: number } {
  const line = lines.find((candidate) => candidate.includes(`"type":"${type}"`)) ?? '{}';
  const { namespace, revision } = JSON.parse(line) as { namespace: string; revision: number };
  return { place: namespace, revision };
}
