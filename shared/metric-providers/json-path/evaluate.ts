/**
 * What a Kubernetes JSONPath template finds in a document. analysis §18.2; behaviour and error texts as in client-go's
 * util/jsonpath, with one thing more: budgets, since `{..}` over a wide document multiplies.
 */
import type { JsonObject, JsonValue } from '#core/json.ts';
import { compareValues, type PathValue } from './compare.ts';
import { formatPlain } from '../number-text.ts';
import { PathError, type Filter, type PathList, type PathNode, type Slice } from './node.ts';

/** Values that one evaluation may look at. */
const BUDGET = 1_000_000;
const MAX_RANGES = 50;

/** Results in template order; a template's text is a result as well. @throws PathError */
export function evaluateTemplate(template: readonly PathNode[], document: JsonValue): readonly JsonValue[] {
  const found = new Walk(template).run(document, 0, 0).found;
  return found.map((value) => (typeof value === 'bigint' ? Number(value) : value));
}

/** What a stretch of the template found, and where the template goes on behind it. */
interface Block {
  readonly found: readonly PathValue[];
  readonly next: number;
}

class Walk {
  readonly #template: readonly PathNode[];
  #visited = 0;

  constructor(template: readonly PathNode[]) {
    this.#template = template;
  }

  /** From the node at `start` to the end of the template or of the innermost of `ranges` ranges. */
  run(document: PathValue, start: number, ranges: number): Block {
    const blocks: (readonly PathValue[])[] = [];
    let index = start;
    while (index < this.#template.length) {
      const node = this.#template[index]!;
      index += 1;
      const keyword = keywordOf(node);
      if (keyword === 'end') {
        if (ranges > 0) break;
        throw new PathError('not in range, nothing to end');
      }
      const found = this.#step([document], node);
      if (keyword === undefined) blocks.push(found);
      else {
        const repeated = this.#repeat(found, index, ranges + 1);
        blocks.push(repeated.found);
        index = repeated.next;
      }
    }
    return { found: blocks.flat(), next: index };
  }

  /** A range without elements still runs its block once, on nothing, to find its end. */
  #repeat(values: readonly PathValue[], start: number, ranges: number): Block {
    if (ranges > MAX_RANGES) throw new PathError('too many ranges within ranges');
    if (values.length === 0) return { found: [], next: this.run(null, start, ranges).next };
    const blocks = values.map((value) => this.run(value, start, ranges));
    return { found: blocks.flatMap(({ found }) => found), next: blocks[0]!.next };
  }

  #step(input: readonly PathValue[], node: PathNode): readonly PathValue[] {
    this.#spend(input.length + 1);
    switch (node.type) {
      case 'text':
        return [node.text];
      case 'literal':
        return input.map(() => node.value);
      case 'list':
        return node.nodes.reduce<readonly PathValue[]>((values, next) => this.#step(values, next), input);
      case 'field':
        return fieldsOf(input, node.name);
      case 'wildcard':
        return input.flatMap(childrenOf);
      case 'recursive':
        return input.flatMap((value) => this.#containersOf(value));
      case 'slice':
        return input.flatMap((value) => sliced(value, node.slice));
      case 'union':
        return node.members.flatMap((member) => this.#step(input, member));
      case 'filter':
        return input.flatMap((value) => this.#filtered(value, node.filter));
      case 'keyword':
        if (node.word !== 'range') throw new PathError(`unrecognized identifier ${node.word}`);
        return input;
    }
  }

  /** The value and everything below it that has children. */
  #containersOf(value: PathValue): readonly PathValue[] {
    this.#spend(1);
    if (typeof value === 'string') return value === '' ? [] : [value];
    const children = childrenOf(value);
    return children.length === 0 ? [] : [value, ...children.flatMap((child) => this.#containersOf(child))];
  }

  #filtered(value: PathValue, filter: Filter): readonly PathValue[] {
    if (!isArray(value)) throw new PathError(`${textOf(value)} is not array or slice and cannot be filtered`);
    return value.filter((element) => this.#passes(element, filter));
  }

  #passes(element: PathValue, { left, right, operator }: Filter): boolean {
    if (operator === 'exists') return this.#finds(element, left);
    const a = this.#only([element], left);
    if (a === undefined) return false;
    const b = this.#only([element], right);
    return b !== undefined && compareValues(a, operator, b);
  }

  #only(input: readonly PathValue[], path: PathList): PathValue | undefined {
    const [value, ...more] = this.#step(input, path);
    if (more.length > 0) throw new PathError('can only compare one element at a time');
    return value;
  }

  /** Where a comparison fails on a missing key, the question whether it exists is answered. */
  #finds(element: PathValue, path: PathList): boolean {
    try {
      return this.#step([element], path).length > 0;
    } catch (error) {
      if (error instanceof PathError && this.#visited <= BUDGET) return false;
      throw error;
    }
  }

  #spend(values: number): void {
    this.#visited += values;
    if (this.#visited > BUDGET) throw new PathError('JSONPath visits too many values');
  }
}

/** `{range .items[*]}` and `{end}` steer. */
function keywordOf(node: PathNode): 'range' | 'end' | undefined {
  if (node.type !== 'list') return undefined;
  const words = node.nodes.flatMap((inner) => (inner.type === 'keyword' ? [inner.word] : []));
  if (words.includes('end')) return 'end';
  return words.includes('range') ? 'range' : undefined;
}

function fieldsOf(input: readonly PathValue[], name: string): readonly PathValue[] {
  if (input.length === 0) return [];
  const found = input.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]!] : []));
  if (found.length === 0) throw new PathError(`${name} is not found`);
  return found;
}

/** Those of a text are its bytes. */
function childrenOf(value: PathValue): readonly PathValue[] {
  if (isArray(value)) return value;
  if (typeof value === 'string') return [...Buffer.from(value)];
  return isObject(value) ? Object.values(value) : [];
}

function sliced(value: PathValue, slice: Slice): readonly PathValue[] {
  if (value === null) return [];
  if (!isArray(value)) throw new PathError(`${typeName(value)} is not array or slice`);
  const { length } = value;
  const start = slice.start < 0 ? slice.start + length : slice.start;
  const end = endOf(slice, length);
  if (start === end) return [];
  if (start < 0 || start >= length) throw outOfBounds(start, length);
  if (end < 0 || end > length) throw outOfBounds(end - 1, length);
  if (start > end) throw new PathError(`starting index ${start} is greater than ending index ${end}`);
  if (slice.step <= 0) throw new PathError('step must be > 0');
  return value.slice(start, end).filter((_element, index) => index % slice.step === 0);
}

/** `[-1]` ends at 0 as written, which stands for the array's end. */
function endOf({ end, single }: Slice, length: number): number {
  if (end === undefined) return length;
  return end < 0 || (end === 0 && single) ? end + length : end;
}

function outOfBounds(index: number, length: number): PathError {
  return new PathError(`array index out of bounds: index ${index}, length ${length}`);
}

/** As Go prints a value. */
function textOf(value: PathValue): string {
  return typeof value === 'bigint' ? String(value) : formatPlain(value);
}

/** Go's name of a value's type. */
function typeName(value: PathValue): string {
  if (value === null) return '<nil>';
  if (isObject(value)) return 'map[string]interface {}';
  const names = { number: 'float64', bigint: 'int', boolean: 'bool', string: 'string' };
  return names[typeof value as keyof typeof names];
}

function isArray(value: PathValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: PathValue): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
