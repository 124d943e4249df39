/** A YAML text that can tell where something in it stands. */
import { readFileSync } from 'node:fs';
import {
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Alias,
  type Document,
  type Node,
} from 'yaml';
import { InvalidSpecError, messageOf } from '#core/errors.ts';
import type { CasePath } from '#core/template-test/test-case.ts';

export interface Place {
  readonly file: string;
  /** From 1, both. */
  readonly line: number;
  readonly column: number;
}

/** Something in a file is wrong; the message says what to do. */
export class FileProblem extends InvalidSpecError {
  readonly place: Place;
  /** The file as a whole: it is not there, or may not be read. */
  readonly isUnreadable: boolean;
  constructor(place: Place, message: string, options: ErrorOptions & { isUnreadable?: boolean } = {}) {
    super(message, options);
    this.place = place;
    this.isUnreadable = options.isUnreadable ?? false;
  }
}

export class Source {
  readonly file: string;
  readonly #lines: LineCounter;
  readonly #document: Document;

  constructor(file: string, lines: LineCounter, document: Document) {
    this.file = file;
    this.#lines = lines;
    this.#document = document;
  }

  /** @throws FileProblem for aliases that multiply beyond measure */
  get content(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      throw this.problem([], messageOf(error), error);
    }
  }

  /** Where the key or item stands; what is not there is where its parent is. */
  placeOf(path: CasePath): Place {
    let node: unknown = this.#document.contents;
    let offset = offsetOf(node) ?? 0;
    for (const key of path) {
      const child = childOf(node, key);
      offset = child?.offset ?? offset;
      node = child?.node;
    }
    return this.#placeAt(offset);
  }

  problem(path: CasePath, message: string, cause?: unknown): FileProblem {
    return new FileProblem(this.placeOf(path), message, cause === undefined ? {} : { cause });
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line, column: col };
  }
}

/** Each YAML document of a file. @throws FileProblem for a file that is not there, or is not YAML */
export function readSources(file: string): readonly Source[] {
  const lines = new LineCounter();
  const documents: readonly Document[] = parseAllDocuments(readText(file), { lineCounter: lines });
  for (const document of documents) {
    const problem = syntaxProblem(document);
    if (problem === undefined) continue;
    const { line, col } = lines.linePos(problem.offset);
    throw new FileProblem({ file, line, column: col }, problem.message);
  }
  return documents.map((document) => new Source(file, lines, document));
}

/** The parser leaves aliases that lead nowhere to whoever asks for the content. */
function syntaxProblem(document: Document): { offset: number; message: string } | undefined {
  const [error] = document.errors;
  if (error !== undefined) return { offset: error.pos[0], message: firstLine(error.message) };
  let unresolved: Alias | undefined;
  visit(document, { Alias: (_key, alias) => void (unresolved ??= alias.resolve(document) ? undefined : alias) });
  return unresolved && { offset: offsetOf(unresolved) ?? 0, message: `no anchor &${unresolved.source} stands before` };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const options = { cause: error, isUnreadable: true };
    throw new FileProblem({ file, line: 1, column: 1 }, `cannot be read: ${messageOf(error)}`, options);
  }
}

/** What the parser says before it draws the place, which the position tells already. */
function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

function childOf(node: unknown, key: string | number): { offset?: number | undefined; node: unknown } | undefined {
  if (isSeq(node)) {
    const item: unknown = node.items[Number(key)];
    return item === undefined ? undefined : { offset: offsetOf(item), node: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (entry) => isPair(entry) && isScalar(entry.key) && String(entry.key.value) === String(key),
  );
  return pair === undefined ? undefined : { offset: offsetOf(pair.key), node: pair.value };
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
