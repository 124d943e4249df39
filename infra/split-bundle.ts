/**
 * Sources as a few ES modules instead of hundreds, which Node reads and links in a fraction of the time: what the entry starts
 * with is one file, since each more costs a start a millisecond; every dynamic import stays a file of its own, out of the way.
 */
import { join } from 'node:path';
import { rolldown, type OutputChunk } from 'rolldown';

/** What stands for `node:http`, and why. */
const HTTP = join(import.meta.dirname, 'node-http.cjs');

export interface SplitBundle {
  /** Where `node_modules` is, and tsconfig.json. */
  readonly root: string;
  /** The file to begin with, by the name of what is made of it. */
  readonly input: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly minify?: boolean;
  /** What stays where it is. */
  readonly external?: (id: string) => boolean;
}

/** @returns what was written @throws what does not resolve or compile */
export async function writeSplitBundle(options: SplitBundle): Promise<readonly OutputChunk[]> {
  const { root, input, folder, minify = false, external = () => false } = options;
  const build = await rolldown({
    cwd: root,
    input: { ...input },
    platform: 'node',
    external,
    // Modules that others share with the entry lie in it, and not in a dozen files beside it.
    preserveEntrySignatures: 'allow-extension',
    resolve: {
      alias: { 'node:http': HTTP, http: HTTP },
      // The SDK's ES modules are a third smaller than what `main` leads to.
      mainFields: ['module', 'main'],
    },
    // What one part asks for later, another has at once.
    checks: { ineffectiveDynamicImport: false },
    logLevel: 'warn',
  });
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    minify,
    // There are none. Its default is a RegExp, which in the realm of a test is none to native code.
    sourcemapIgnoreList: false,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    comments: { legal: false },
  });
  await build.close();
  return output.filter((file) => file.type === 'chunk');
}
