import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../cluster/support/processes.ts';

const PROCESSES = new URL('../cluster/support/processes.ts', import.meta.url).href;

let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'weir-processes-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A server that writes its own process id down and takes no notice of SIGTERM. */
function server(name: string): string {
  const script = `trap '' TERM; echo $$ > ${join(folder, name)}; exec sleep 600`;
  return `startServer('${name}', '${folder}', ['sh', '-c', ${JSON.stringify(script)}])`;
}

async function pidOf(name: string): Promise<number> {
  const file = join(folder, name);
  return eventually(`${name} runs`, () => {
    return existsSync(file) && readFileSync(file, 'utf8').endsWith('\n')
      ? Number(readFileSync(file, 'utf8'))
      : undefined;
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  // Where the first process of a container buries nobody, the killed stay as zombies.
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
}

describe('servers of a test process', () => {
  it('given one that dies without a farewell, then they die with it', async () => {
    const main = join(folder, 'main.mjs');
    writeFileSync(main, `import { startServer } from '${PROCESSES}'; ${server('one')}; ${server('two')};`);
    const tests = spawn(process.execPath, [main], { stdio: 'inherit' });
    const pids = [await pidOf('one'), await pidOf('two')];
    expect(pids.map(isAlive)).toEqual([true, true]);
    tests.kill('SIGKILL');
    await once(tests, 'exit');
    await eventually('they are gone', () => (pids.some(isAlive) ? undefined : true), { within: 30_000 });
  });
});
