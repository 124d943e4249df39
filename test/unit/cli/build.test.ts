import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildCli } from '../../../cli/build.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = mkdtempSync(join(tmpdir(), 'weir-build-'));
const HOME = join(FOLDER, 'pipeline');
/** What npm install would put under node_modules. */
const PACKAGE = join(HOME, 'node_modules/weir');

/** Built, packed as npm packs it, and unpacked where nothing else is. */
beforeAll(async () => {
  await buildCli(join(FOLDER, 'cli'));
  const pack = ['pack', join(FOLDER, 'cli'), '--pack-destination', FOLDER, '--silent', '--offline'];
  const name = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
  mkdirSync(PACKAGE, { recursive: true });
  execFileSync('tar', ['-xzf', join(FOLDER, name), '--strip-components=1', '-C', PACKAGE]);
  cpSync(join(ROOT, 'examples'), join(HOME, 'examples'), { recursive: true });
}, 60_000);

afterAll(() => rmSync(FOLDER, { recursive: true }));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function weir(...args: readonly string[]) {
  const file = join(PACKAGE, manifestIn(PACKAGE).bin['weir'] ?? '');
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { cwd: HOME, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('given the packed package in an empty folder', () => {
  it('when manifests are looked at, then weir lint tells what it tells here', () => {
    const { status, stdout, stderr } = weir('lint', 'examples/canary');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('examples/canary/latency.yaml:17:11  warning  histogram_quantile without sum by (le)');
  });

  it('when templates are tested, then weir test runs', () => {
    const { status, stderr } = weir('test', 'examples/tests/success-rate.test.yaml');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('when help is asked for, then every verb can be loaded', () => {
    expect(weir('help').stdout).toMatch(/^ {2}lint +\S/m);
  });

  it('when weir run is asked for, then it says where that is to be had, and bundles nothing', () => {
    expect(weir('run', '--controllers', 'observe')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('checkout'),
    });
    expect(readdirSync(FOLDER)).not.toContain('dist');
  });

  it('then it asks for no other package, and has the licences of those within', () => {
    expect(manifestIn(PACKAGE)).toEqual({
      name: 'weir',
      version: manifestIn(ROOT).version,
      description: expect.any(String) as unknown as string,
      license: 'Apache-2.0',
      type: 'module',
      engines: expect.any(Object) as unknown as object,
      bin: { weir: 'weir.mjs' },
    });
    const licences = readFileSync(join(PACKAGE, 'THIRD-PARTY-LICENSES'), 'utf8');
    expect(licences).toMatch(/^yaml \d/m);
    expect(licences).not.toContain('undefined');
  });
});

it('given the package of the repository, then its bin is in the folder that it packs', () => {
  const { bin, files } = manifestIn(ROOT);
  expect(files).toEqual(['dist/cli']);
  expect(bin['weir']).toBe('dist/cli/weir.mjs');
});
