import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NEEDS, type FunctionName } from '#shared/aws/environment.ts';
import { loadConfig } from '#shared/aws/config.ts';
import { bundle, type Bundle } from '../../../../infra/aws/bundle.ts';
import { parseStackConfig } from '../../../../infra/aws/config.ts';

const KB = 1_024;
const DEPLOYED = parseStackConfig('clusters: [{name: prod, eks: {name: prod}}]', 'weir.yaml');
const NAMES = Object.keys(NEEDS) as FunctionName[];
/** Eight builds under load on two shared cores; a quiet machine takes two seconds. */
const SLOW = 300_000;

let parent: string;
const bundles = new Map<FunctionName, Bundle>();
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'weir-bundles-'));
  for (const name of NAMES) bundles.set(name, bundle(name, DEPLOYED, parent));
}, SLOW);
afterAll(() => rmSync(parent, { recursive: true }));

/** Bytes of the files that a cold start reads: the entry, and what it imports statically. */
function staticBytes({ folder, metafile }: Bundle): number {
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { path, kind } of outputs.get(file)?.imports ?? [])
      if (kind === 'import-statement' && outputs.has(basename(path))) visit(basename(path));
  };
  visit('index.mjs');
  return [...reached].reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

/** As a zip holds them: each file deflated by itself, with its two headers. */
function zipBytes({ folder }: Bundle): number {
  const files = readdirSync(folder);
  return files.reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 6 }).length + 2 * file.length + 76,
    0,
  );
}

describe('given the bundle of a function', () => {
  it.each(NAMES)('then a cold start of %s reads at most 600 KB', (name) => {
    expect(staticBytes(bundles.get(name)!)).toBeLessThanOrEqual(600 * KB);
  });

  it.each(NAMES)('then the zip of %s has at most 2.5 MB', (name) => {
    expect(zipBytes(bundles.get(name)!)).toBeLessThanOrEqual(2.5 * KB * KB);
  });

  it.each(NAMES)(
    'then %s starts without AWS clients, the Kubernetes library or axios: they come when they are asked',
    (name) => {
      const { metafile } = bundles.get(name)!;
      const entry = Object.entries(metafile.outputs).find(([path]) => basename(path) === 'index.mjs')?.[1];
      const eager = new Set<string>();
      const visit = (imports: NonNullable<typeof entry>['imports']): void => {
        for (const { path, kind } of imports) {
          if (kind !== 'import-statement' || eager.has(path)) continue;
          eager.add(path);
          visit(metafile.outputs[path]?.imports ?? []);
        }
      };
      visit(entry?.imports ?? []);
      const inputs = [...eager].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
      expect(inputs.filter((file) => /node_modules\/(@aws-sdk\/client-|@kubernetes\/|axios\/)/.test(file))).toEqual([]);
    },
  );

  it('then the configuration lies beside the code', () => {
    const { folder } = bundles.get('tick')!;
    expect(loadConfig(folder)).toEqual(DEPLOYED);
  });
});
