/**
 * One function as split ESM: what it starts with is one file, since each more costs a cold start a millisecond; every dynamic
 * import stays a file of its own, out of the way.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type OutputChunk } from 'rolldown';
import { CONFIG_FILE, type DeployedConfig } from '#shared/aws/config.ts';
import type { FunctionName } from '#shared/aws/environment.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What stands for `node:http`, and why. */
const HTTP = join(ROOT, 'infra', 'aws', 'node-http.cjs');

export interface Bundle {
  readonly folder: string;
  readonly chunks: readonly OutputChunk[];
}

/** @param parent where a folder of its own is made */
export async function bundle(name: FunctionName, deployed: DeployedConfig, parent: string): Promise<Bundle> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  const build = await rolldown({
    input: { index: join(ROOT, 'functions', name, 'main.ts') },
    cwd: ROOT,
    platform: 'node',
    // Modules that others share with the entry lie in it, and not in a dozen files beside it.
    preserveEntrySignatures: 'allow-extension',
    resolve: {
      alias: { 'node:http': HTTP, http: HTTP },
      // The SDK's ES modules are a third smaller than what `main` leads to.
      mainFields: ['module', 'main'],
    },
    // What one function asks for later, another has at once.
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    // There are none. Its default is a RegExp, which in the realm of a test is none to native code.
    sourcemapIgnoreList: false,
    minify: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    comments: { legal: false },
  });
  await build.close();
  writeFileSync(join(folder, CONFIG_FILE), JSON.stringify(deployed));
  return { folder, chunks: output.filter((file) => file.type === 'chunk') };
}
