/** A test file and the manifests that it names, checked, with the place of whatever is wrong. */
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifests, TestCase } from '#core/template-test/test-case.ts';
import { firstLine, readSource, readText, type FileProblem, type Source } from './source.ts';
import { testFile } from './schema.ts';

export interface LoadedFile {
  readonly source: Source;
  readonly tests: readonly TestCase[];
  readonly manifests: Manifests;
}

export type Loaded = LoadedFile | { readonly problems: readonly FileProblem[] };

/** @throws FileProblem for what makes it unreadable; all that is wrong with the content comes together */
export function loadFile(file: string): Loaded {
  const source = readSource(file);
  const parsed = testFile.safeParse(source.content);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => problemOf(issue, source)) };
  const { manifests, tests } = parsed.data;
  return { source, tests, manifests: readManifests(manifests, source) };
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

type Manifest = { readonly kind?: string; readonly metadata?: { readonly name?: string } } | null;

function readManifests(files: readonly string[], source: Source): Manifests {
  const objects = files.flatMap((file, index) => manifestsIn(join(dirname(source.file), file), source, index));
  const ofKind = <T>(kind: string) =>
    objects.filter((object) => object?.kind === kind) as readonly unknown[] as readonly T[];
  return {
    templates: ofKind('AnalysisTemplate'),
    clusterTemplates: ofKind('ClusterAnalysisTemplate'),
    rollouts: ofKind('Rollout'),
    services: ofKind('Service'),
  };
}

/** Other kinds may stand next to them. @throws FileProblem at the line that names the file */
function manifestsIn(file: string, source: Source, index: number): readonly Manifest[] {
  const path = ['manifests', index];
  const documents = parseAllDocuments(textOf(file, source, path));
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error === undefined) return document.toJS() as Manifest;
    throw source.problem(path, `${file} is not YAML: ${firstLine(error.message)}`, error);
  });
}

function textOf(file: string, source: Source, path: readonly (string | number)[]): string {
  try {
    return readText(file);
  } catch (error) {
    throw source.problem(path, `there is no file ${file} that can be read; paths count from this file`, error);
  }
}
