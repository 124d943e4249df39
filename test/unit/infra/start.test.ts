import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Starts the stack and ends it with a signal once it has told of a transition of this type. */
function startUntil(type: string, signal: NodeJS.Signals): Promise<{ code: number | null; lines: readonly string[] }> {
  const child = spawn(process.execPath, [MAIN, '--json', '--speed', '300', '--data', data], { cwd: ROOT });
  const lines: string[] = [];
  let ended = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (!ended && (JSON.parse(line) as { type: string }).type === type) ended = child.kill(signal);
  });
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve({ code, lines }));
  });
}

describe('given npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'when %s comes, then it ends and leaves nothing locked',
    async (signal) => {
      const { code } = await startUntil('release-started', signal);
      expect(code).toBe(130);
      expect(existsSync(join(data, 'lock'))).toBe(false);
      expect(existsSync(join(data, 'connection.json'))).toBe(false);
    },
    60_000,
  );

  it('when it is started a second time, then it goes on from where it was: no first deployment again', async () => {
    await startUntil('promoted', 'SIGINT');
    const { lines } = await startUntil('weight-changed', 'SIGINT');
    expect(lines.filter((line) => line.includes('First deployment: revision 1') && line.includes('"canary"'))).toEqual(
      [],
    );
    const weight = lines.find((line) => line.includes('"type":"weight-changed"')) ?? '{}';
    expect(JSON.parse(weight)).toMatchObject({ namespace: 'canary', revision: 2 });
  }, 60_000);

  it('when another stack uses the folder, then it says which process', () => {
    writeFileSync(join(data, 'lock'), String(process.pid));
    const { status, stderr } = spawnSync(process.execPath, [MAIN, '--data', data], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(`is in use by process ${process.pid}; stop it, or start with --data DIR`);
  });

  it('when the folder was written by a newer Weir, then it says so and touches nothing', () => {
    writeFileSync(join(data, 'state.json'), '{"schema":99}');
    const { status, stderr } = spawnSync(process.execPath, [MAIN, '--data', data], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('has schema 99, this Weir reads 1');
    expect(readFileSync(join(data, 'state.json'), 'utf8')).toBe('{"schema":99}');
  });

  it.each([
    { flags: ['--speed', '0'], then: '--speed takes a number from 1 to 600' },
    { flags: ['--fast'], then: "Unknown option '--fast'" },
    { flags: ['now'], then: "Unexpected argument 'now'" },
  ])('when the flags are $flags, then it says what they may be', ({ flags, then }) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...flags], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(then);
    expect(stderr).toContain('--json');
  });
});
