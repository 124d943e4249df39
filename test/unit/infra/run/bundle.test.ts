import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DAY, MINUTE, SECOND } from '#core/time.ts';
import { kubeconfigFor, startServer } from '../../../../infra/local/kubernetes/server.ts';
import { Store } from '../../../../infra/local/kubernetes/store.ts';
import { buildRun } from '../../../../infra/run/bundle/build.ts';
import { currentBundle, ROOT } from '../../../../infra/run/bundle/current.ts';
import { processClock } from '../../../../infra/run/process-clock.ts';

let root: string;

beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'weir-bundle-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** Edited a while ago. */
function write(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const then = new Date(Date.now() - MINUTE);
  utimesSync(path, then, then);
}

function writeSources(): void {
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json']) write(file, '{}');
  for (const file of ['infra/run/bundle/build.ts', 'infra/split-bundle.ts']) write(file, '');
  write(
    'cli/run-alone.ts',
    "import { word } from './word.ts';\nconsole.log(word, (await import('./late.ts')).late);\n",
  );
  write('cli/word.ts', "export const word: string = 'hello';\n");
  write('cli/late.ts', "export const late = 'later';\n");
}

function bundles(): readonly string[] {
  return readdirSync(join(root, 'dist')).filter((name) => name.startsWith('run-'));
}

describe('given sources', () => {
  beforeEach(writeSources);

  it('when no bundle was made of them, then there is none', () => {
    expect(currentBundle(root)).toBeUndefined();
  });

  it('when a bundle is made, then it runs as they do, and nothing else is left', async () => {
    await buildRun(root);
    const output = execFileSync(process.execPath, [currentBundle(root) ?? ''], { encoding: 'utf8' });
    expect(output).toBe('hello later\n');
    expect(readdirSync(join(root, 'dist')).toSorted()).toEqual([...bundles(), 'run.json']);
  });

  it.each(['cli/word.ts', 'cli/late.ts', 'package-lock.json'])(
    'when %s has changed since, then the bundle no longer stands for them',
    async (file) => {
      await buildRun(root);
      writeFileSync(join(root, file), '{}');
      expect(currentBundle(root)).toBeUndefined();
    },
  );

  it('when one of them is gone, then the bundle no longer stands for them', async () => {
    await buildRun(root);
    rmSync(join(root, 'cli/word.ts'));
    expect(currentBundle(root)).toBeUndefined();
  });

  it('when a person has removed the bundle, then there is none', async () => {
    await buildRun(root);
    for (const name of bundles()) rmSync(join(root, 'dist', name), { recursive: true });
    expect(currentBundle(root)).toBeUndefined();
  });

  it('when a bundle is made of a later state, then a process of the one before finds its parts for a week', async () => {
    await buildRun(root);
    const [first = ''] = bundles();
    write('cli/word.ts', "export const word: string = 'another';\n");
    await buildRun(root);
    expect(bundles()).toHaveLength(2);
    const then = new Date(Date.now() - 8 * DAY);
    utimesSync(join(root, 'dist', first), then, then);
    await buildRun(root);
    expect(bundles()).not.toContain(first);
    expect(existsSync(currentBundle(root) ?? '')).toBe(true);
  });

  it('when one cannot be read, then it fails, and what was there stays', async () => {
    await buildRun(root);
    const before = currentBundle(root);
    write('cli/word.ts', 'export const word: string = ;\n');
    await expect(buildRun(root)).rejects.toThrow('word.ts');
    write('cli/word.ts', "export const word: string = 'hello';\n");
    expect(bundles()).toEqual([
      dirname(before ?? '')
        .split('/')
        .at(-1),
    ]);
  });
});

describe('given the sources of Weir', () => {
  let weir: ChildProcess | undefined;
  afterEach(async () => {
    if (weir?.exitCode !== null) return;
    weir.kill('SIGKILL');
    await once(weir, 'exit');
  });

  it(
    'when a bundle is made of them, then weir run serves from it and ends in order',
    async () => {
      await buildRun(ROOT);
      const server = await startServer(new Store({ clock: processClock }));
      writeFileSync(join(root, 'kubeconfig'), kubeconfigFor('weir', server));
      const flags = [
        '--controllers=observe',
        `--kubeconfig=${join(root, 'kubeconfig')}`,
        `--data=${join(root, 'data')}`,
      ];
      const words = [currentBundle(ROOT) ?? '', 'run', ...flags, '--port=0', '--metrics-port=0'];
      weir = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = once(weir, 'exit');
      try {
        const [line] = (await once(createInterface({ input: weir.stdout! }), 'line')) as [string];
        const { metrics } = JSON.parse(line) as { metrics: string };
        const text = await (await fetch(`${metrics}/metrics`)).text();
        expect(text).toMatch(/^weir_build_info\{version="\d+\.\d+\.\d+"/m);
        weir.kill('SIGTERM');
        expect(await ended).toEqual([0, null]);
      } finally {
        await server.close();
      }
    },
    30 * SECOND,
  );
});
