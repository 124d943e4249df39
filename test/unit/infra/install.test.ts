import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALL = fileURLToPath(new URL('../../../infra/local/install.mjs', import.meta.url));

/** Does what `npm ci` does to the tree (node_modules is made anew, a `node` is put into it) and logs its arguments. */
const WORKING_NPM = `#!/bin/sh
echo "$@" >> npm.log
echo "noise of npm"
while [ -e hold ]; do sleep 0.02; done
rm -rf node_modules && mkdir -p node_modules/.bin
printf '#!/bin/sh\\necho v24.21.0\\n' > node_modules/.bin/node && chmod +x node_modules/.bin/node
`;

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let home: string;
const at = (...path: string[]) => join(home, ...path);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-install-'));
  mkdirSync(at('infra', 'local'), { recursive: true });
  copyFileSync(INSTALL, at('infra', 'local', 'install.mjs'));
  writeFileSync(at('package-lock.json'), '{"lockfileVersion":3}');
  mkdirSync(at('tools'));
  givenNpm(WORKING_NPM);
});

afterEach(() => rmSync(home, { recursive: true }));

function givenNpm(script: string): void {
  writeFileSync(at('tools', 'npm'), script, { mode: 0o755 });
}

function install(options: { env?: NodeJS.ProcessEnv; onStderr?: (text: string) => void } = {}): Promise<Run> {
  const env = { ...process.env, PATH: [at('tools'), process.env['PATH']].join(delimiter), ...options.env };
  const child = spawn(process.execPath, [at('infra', 'local', 'install.mjs')], { env });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
    options.onStderr?.(said.stderr);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
}

function npmRuns(): string[] {
  return existsSync(at('npm.log')) ? readFileSync(at('npm.log'), 'utf8').trim().split('\n') : [];
}

describe('install', () => {
  it('given a fresh tree, then npm ci runs with the development packages and stdout stays empty', async () => {
    const run = await install({ env: { NODE_ENV: 'production' } });
    expect(run).toMatchObject({ code: 0, stdout: '' });
    expect(run.stderr).toContain('noise of npm');
    expect(npmRuns()).toEqual(['ci --include=dev --no-audit --no-fund --loglevel=error']);
  });

  it('given nothing changed since, then it is silent and npm is not asked', async () => {
    await install();
    givenNpm('#!/bin/sh\nexit 1\n');
    expect(await install()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it.each([
    { given: 'the lockfile changed', change: () => writeFileSync(at('package-lock.json'), '{"lockfileVersion":4}') },
    { given: 'node_modules was removed', change: () => rmSync(at('node_modules'), { recursive: true }) },
    { given: 'Node 24 was removed', change: () => rmSync(at('node_modules', '.bin', 'node')) },
  ])('given $given, then it installs again', async ({ change }) => {
    await install();
    change();
    expect(await install()).toMatchObject({ code: 0 });
    expect(npmRuns()).toHaveLength(2);
  });

  it('given two starts at once, then one installs and the other waits for it', async () => {
    writeFileSync(at('hold'), '');
    const letGoOnceSomebodyWaits = (stderr: string) => {
      if (stderr.includes('Waiting for process')) rmSync(at('hold'), { force: true });
    };
    const runs = await Promise.all([1, 2].map(() => install({ onStderr: letGoOnceSomebodyWaits })));
    expect(runs.map((run) => run.code)).toEqual([0, 0]);
    expect(npmRuns()).toHaveLength(1);
  });

  it('given the lock of a process that died, then it is taken over', async () => {
    const { pid } = spawnSync('true');
    mkdirSync(at('.weir', 'install'), { recursive: true });
    writeFileSync(at('.weir', 'install', `${pid}`), '');
    expect(await install()).toMatchObject({ code: 0 });
    expect(existsSync(at('.weir', 'install', `${pid}`))).toBe(false);
  });

  it.each([
    { given: 'npm fails', npm: '#!/bin/sh\nexit 7\n', says: /npm ci failed/ },
    { given: 'install scripts are forbidden', npm: '#!/bin/sh\nmkdir -p node_modules/.bin\n', says: /ignore-scripts/ },
    {
      given: 'another Node than 24 came',
      npm: WORKING_NPM.replace('v24.21.0', 'v20.1.0'),
      says: /Weir runs on Node 24/,
    },
  ])('given $given, then it says in one sentence what to do, fails, and tries again next time', async (row) => {
    givenNpm(row.npm);
    const run = await install();
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr.trim().split('\n').at(-1)).toMatch(row.says);
    givenNpm(WORKING_NPM);
    expect(await install()).toMatchObject({ code: 0 });
  });

  it('given no npm at all, then it says what to install', async () => {
    rmSync(at('tools', 'npm'));
    const run = await install({ env: { PATH: at('tools') } });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('npm could not be started');
  });
});

describe('given the scripts that people run first', () => {
  const file = fileURLToPath(new URL('../../../package.json', import.meta.url));
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: Record<string, string> };

  it.each(['start', 'test', 'weir', 'build:cli'])(
    'when npm leaves out pre-scripts (ignore-scripts), then %s installs all the same',
    (name) => {
      expect(scripts[name]).toMatch(/^node infra\/local\/install\.mjs && /);
      expect(scripts).not.toHaveProperty(`pre${name}`);
    },
  );
});
