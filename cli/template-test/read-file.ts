/** A test file and the manifests that it names, checked, with the place of whatever is wrong. */
import { dirname, isAbsolute, join } from 'node:path';
import type { Manifests, TestCase } from '#core/template-test/test-case.ts';
import { manifest, manifestsOf, type Manifest } from './manifest-schema.ts';
import { testFile } from './schema.ts';
import { FileProblem, readSources, type Source } from './source.ts';

export interface LoadedFile {
  readonly source: Source;
  readonly tests: readonly TestCase[];
  readonly manifests: Manifests;
}

export type Loaded = LoadedFile | { readonly problems: readonly FileProblem[] };

/** @throws FileProblem for what cannot be read at all; what is wrong with the content comes together */
export function loadFile(file: string): Loaded {
  const [source, second] = readSources(file);
  if (source === undefined) throw new FileProblem({ file, line: 1, column: 1 }, 'is empty: it needs tests:');
  if (second !== undefined) throw second.problem([], 'one YAML document per test file: put all tests under one tests:');
  const parsed = testFile.safeParse(source.content);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => problemOf(issue, source)) };
  const { manifests, tests } = parsed.data;
  const objects = manifests.flatMap((path, index) => manifestsIn(pathFrom(file, path), source, index));
  return { source, tests, manifests: manifestsOf(objects) };
}

function pathFrom(testFile: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(testFile), path);
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** Of an unknown key the key itself is the place. */
function problemOf(issue: Issue, source: Source): FileProblem {
  const path = [...issue.path, ...(issue.keys ?? []).slice(0, 1)].map((key) => (typeof key === 'symbol' ? '' : key));
  const last = path.at(-1);
  const subject = typeof last === 'string' && issue.keys === undefined ? `${last}: ` : '';
  return source.problem(path, `${subject}${issue.message}`);
}

/** Other kinds may stand next to them. @throws FileProblem */
function manifestsIn(file: string, source: Source, index: number): readonly Manifest[] {
  return sourcesOf(file, source, index).flatMap((document): Manifest[] => {
    if (document.content === null) return [];
    const parsed = manifest.safeParse(document.content);
    if (parsed.success) return [parsed.data];
    throw problemOf(parsed.error.issues[0]!, document);
  });
}

function sourcesOf(file: string, source: Source, index: number): readonly Source[] {
  try {
    return readSources(file);
  } catch (error) {
    if (!(error instanceof FileProblem) || !error.isUnreadable) throw error;
    throw source.problem(['manifests', index], `${file} ${error.message}; paths count from this test file`, error);
  }
}
