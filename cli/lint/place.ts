/** From a path in an object to the place in the text that it was read from. */
import { isAlias, isMap, isScalar, isSeq, Scalar, type Document, type LineCounter } from 'yaml';
import type { Path } from '#core/lint/finding.ts';

export interface Place {
  readonly file: string;
  /** From 1, both. */
  readonly line: number;
  readonly column: number;
}

/** A document, and what is needed to say where something in it stands. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly document: Document;
  /** From the document to the object: the items of a List are objects of their own. */
  readonly base: Path;
}

/**
 * Where the key or list item stands; what is not there is where its parent is.
 * @param within offset in the text at `path`: then that place itself
 */
export function placeOf(source: Source, path: Path, within?: number): Place {
  const { document, base } = source;
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  let isThere = true;
  for (const key of [...base, ...path]) {
    const child = childOf(resolved(node, document), key, document);
    isThere &&= child !== undefined;
    offset = child?.offset ?? offset;
    node = child?.node;
  }
  const value = resolved(node, document);
  const isInside = within !== undefined && isThere && isScalar(value);
  return placeAt(source, isInside ? insideScalar(source.text, value, within) : offset);
}

export function placeAt({ file, lines }: Pick<Source, 'file' | 'lines'>, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

interface Child {
  readonly offset: number | undefined;
  readonly node: unknown;
}

function childOf(node: unknown, key: string | number, document: Document): Child | undefined {
  if (isSeq(node)) {
    const item: unknown = typeof key === 'number' ? node.items[key] : undefined;
    return item === undefined ? undefined : { offset: startOf(item), node: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((entry) => keyText(entry.key) === String(key));
  if (pair !== undefined) return { offset: startOf(pair.key), node: pair.value };
  const merged = node.items.find((entry) => keyText(entry.key) === '<<');
  return merged === undefined ? undefined : childOf(resolved(merged.value, document), key, document);
}

function keyText(key: unknown): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : String(key);
}

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
}

/**
 * Blocks are indented, folded and escaped: what they have in common with their value is the characters that are no
 * white space, so these are counted.
 */
function insideScalar(text: string, scalar: Scalar, within: number): number {
  const value = String(scalar.value);
  let toSkip = countVisible(value.slice(0, within));
  let offset = contentStart(text, scalar);
  const isEscape = escapeOf(scalar);
  while (offset < text.length) {
    const length = isEscape.exec(text.slice(offset, offset + 2))?.[0].length ?? 1;
    const isVisible = /\S/.test(text[offset] ?? '') && !/^\\[ntr]/.test(length === 2 ? text.slice(offset) : '');
    if (isVisible && toSkip === 0) break;
    if (isVisible) toSkip--;
    offset += length;
  }
  return offset;
}

function countVisible(text: string): number {
  return text.replaceAll(/\s/g, '').length;
}

function contentStart(text: string, { type, range }: Scalar): number {
  const start = range?.[0] ?? 0;
  if (type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL) return text.indexOf('\n', start) + 1;
  return type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE ? start + 1 : start;
}

/** Two characters of the text that are one of the value. */
function escapeOf({ type }: Scalar): RegExp {
  if (type === Scalar.QUOTE_DOUBLE) return /^\\[^]/;
  return type === Scalar.QUOTE_SINGLE ? /^''/ : /^\b\B/;
}
