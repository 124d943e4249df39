/**
 * `npm run build:cli`: `weir` as one file in a package of its own, which needs no other package.
 *
 * Pipelines of users take it with `npm pack ./dist/cli`: the package of this repository has the dependencies of the whole
 * product.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');
const FILE = 'weir.mjs';

/** @param folder is emptied first */
export async function buildCli(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const modules = await bundle(join(folder, FILE));
  chmodSync(join(folder, FILE), 0o755);
  writeJson(join(folder, 'package.json'), packageOf(readPackage(ROOT)));
  copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), licenses(packagesIn(modules)));
}

/** @returns the files that went into it */
async function bundle(file: string): Promise<readonly string[]> {
  const build = await rolldown({
    cwd: ROOT,
    input: 'cli/weir.ts',
    platform: 'node',
    transform: { target: 'node20' },
    plugins: [withoutRun],
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await build.write({
    file,
    format: 'esm',
    // There are none. Its default is a RegExp, which in the realm of a test is none to native code.
    sourcemapIgnoreList: false,
    codeSplitting: false,
    comments: { legal: false },
    banner: '#!/usr/bin/env node',
  });
  await build.close();
  return output[0].moduleIds;
}

/** A process that works on a cluster needs native code and all of Weir; a pipeline needs neither. */
const withoutRun: Plugin = {
  name: 'without-run',
  resolveId(source, importer) {
    if (source !== './run.ts' || importer === undefined) return undefined;
    return join(dirname(importer), 'run-elsewhere.ts');
  },
};

interface Package {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
}

function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
}

function packageOf({ name, version, description, license, engines }: Package): object {
  return { name, version, description, license, type: 'module', engines, bin: { weir: FILE } };
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Folders of the packages whose code is in the bundle. */
function packagesIn(modules: readonly string[]): readonly string[] {
  const folders = modules.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].toSorted();
}

/** Their licences ask to be handed on with the code. */
function licenses(folders: readonly string[]): string {
  const texts = folders.map((folder) => {
    const { name, version, license } = readPackage(folder);
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `License: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = join(ROOT, 'dist', 'cli');
  await buildCli(folder);
  const at = relative(process.cwd(), folder);
  process.stdout.write(`${join(at, FILE)} is built; npm pack ./${at} makes a package of it\n`);
}
