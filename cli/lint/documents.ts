/** Text → manifests, each with the place it came from. */
import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { KubernetesObject } from '#core/resources/kubernetes.ts';
import type { Path } from '#core/lint/finding.ts';
import { withoutNulls } from '#core/lint/manifest.ts';
import { messageOf } from '#core/errors.ts';
import { placeAt, type Place, type Source } from './place.ts';

export interface ReadManifest {
  readonly source: Source;
  readonly object: KubernetesObject;
}

export interface BrokenDocument {
  readonly place: Place;
  readonly message: string;
}

export interface ReadText {
  readonly manifests: readonly ReadManifest[];
  readonly broken: readonly BrokenDocument[];
}

/** Documents that are no Kubernetes objects (values of a chart, say) are passed over. */
export function readDocuments(file: string, text: string): ReadText {
  const lines = new LineCounter();
  const documents: readonly Document[] = parseAllDocuments(text, { lineCounter: lines, merge: true });
  const read = documents.map((document) => readDocument({ file, text, lines, document, base: [] }));
  return { manifests: read.flatMap(({ manifests }) => manifests), broken: read.flatMap(({ broken }) => broken) };
}

function readDocument(source: Source): ReadText {
  const [error] = source.document.errors;
  if (error !== undefined) return broken(source, error.pos[0], firstLine(error.message));
  try {
    const content = withoutNulls(source.document.toJS());
    return {
      manifests: objectsIn(content, []).map(({ object, path }) => ({ source: { ...source, base: path }, object })),
      broken: [],
    };
  } catch (error) {
    // An alias that leads nowhere, or to too much.
    return broken(source, source.document.contents?.range?.[0] ?? 0, messageOf(error));
  }
}

function broken(source: Source, offset: number, message: string): ReadText {
  return { manifests: [], broken: [{ place: placeAt(source, offset), message }] };
}

/** What the parser says before it draws the place, which the position tells already. */
function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

interface Found {
  readonly object: KubernetesObject;
  readonly path: Path;
}

/** The object, or those in a List. */
function objectsIn(content: unknown, path: Path): readonly Found[] {
  if (!isObject(content)) return [];
  const { items } = content as { readonly items?: unknown };
  if (content.kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, [...path, 'items', index]));
  }
  const metadata = typeof content.metadata === 'object' ? content.metadata : {};
  return [{ object: { ...content, metadata } as KubernetesObject, path }];
}

function isObject(content: unknown): content is KubernetesObject {
  const { apiVersion, kind } = (content ?? {}) as Partial<Record<string, unknown>>;
  return typeof apiVersion === 'string' && typeof kind === 'string';
}
