/** One function as split ESM: every dynamic import stays a file of its own, out of the way of a cold start. */
import { buildSync, type Metafile } from 'esbuild';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIG_FILE, type DeployedConfig } from '#shared/aws/config.ts';
import type { FunctionName } from '#shared/aws/environment.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Packages that are CommonJS ask for modules of Node's by `require`. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** What stands for `node:http`, and why. */
const HTTP = join(ROOT, 'infra', 'aws', 'node-http.cjs');

export interface Bundle {
  readonly folder: string;
  readonly metafile: Metafile;
}

/** @param parent where a folder of its own is made */
export function bundle(name: FunctionName, deployed: DeployedConfig, parent: string): Bundle {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  const { metafile } = buildSync({
    entryPoints: { index: join(ROOT, 'functions', name, 'main.ts') },
    absWorkingDir: ROOT,
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    alias: { 'node:http': HTTP, http: HTTP },
    // The SDK's ES modules are a third smaller than what `main` leads to.
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.mjs' },
    legalComments: 'none',
    logLevel: 'error',
    banner: { js: REQUIRE },
  });
  writeFileSync(join(folder, CONFIG_FILE), JSON.stringify(deployed));
  return { folder, metafile };
}
