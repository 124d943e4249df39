import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'weir-bundles-'));
  for (const name of NAMES) bundles.set(name, await bundle(name, DEPLOYED, parent));
}, SLOW);
afterAll(() => rmSync(parent, { recursive: true }));

/** What a cold start reads: the entry, and what it imports statically. */
function startOf({ chunks }: Bundle): Bundle['chunks'] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file) || !byName.has(file)) return;
    reached.add(file);
    byName.get(file)?.imports.forEach(visit);
  };
  visit('index.mjs');
  return chunks.filter(({ fileName }) => reached.has(fileName));
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
    const files = startOf(bundles.get(name)!);
    const bytes = files.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0);
    expect(bytes).toBeLessThanOrEqual(600 * KB);
  });

  it.each(NAMES)('then what %s starts with is one file', (name) => {
    expect(startOf(bundles.get(name)!).map(({ fileName }) => fileName)).toEqual(['index.mjs']);
  });

  it.each(NAMES)('then the zip of %s has at most 2.5 MB', (name) => {
    expect(zipBytes(bundles.get(name)!)).toBeLessThanOrEqual(2.5 * KB * KB);
  });

  it.each(NAMES)(
    'then %s starts without the AWS SDK, the Kubernetes library or axios: they come when they are asked',
    (name) => {
      const inputs = startOf(bundles.get(name)!).flatMap(({ moduleIds }) => moduleIds);
      expect(
        inputs.filter((file) => /node_modules\/(@aws-sdk\/(client-|core)|@smithy\/|@kubernetes\/|axios\/)/.test(file)),
      ).toEqual([]);
    },
  );

  it('then the configuration lies beside the code', () => {
    const { folder } = bundles.get('tick')!;
    expect(loadConfig(folder)).toEqual(DEPLOYED);
  });
});
