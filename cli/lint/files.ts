/** The files that the arguments of `weir lint` mean. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSpecError, messageOf } from '#core/errors.ts';

export interface ReadFile {
  /** As it was named, or found below what was named. */
  readonly file: string;
  readonly text: string;
}

/** Standard input. */
const STDIN = '-';
const MANIFEST = /\.(ya?ml|json)$/;
const KUSTOMIZATION = /(^|[/\\])kustomization\.ya?ml$/;
const LEFT_OUT = /^(node_modules|\..+)$/;

/** @throws InvalidSpecError for what is not there, cannot be read, or is a folder without manifests */
export function readFiles(names: readonly string[]): readonly ReadFile[] {
  const files = [...new Set(names.flatMap((name) => (name === STDIN ? [STDIN] : filesAt(name))))];
  return files.filter((file) => !KUSTOMIZATION.test(file)).map(readOne);
}

function readOne(file: string): ReadFile {
  return reading(file, () => ({
    file: file === STDIN ? '<stdin>' : file,
    text: readFileSync(file === STDIN ? 0 : file, 'utf8'),
  }));
}

function filesAt(name: string): readonly string[] {
  if (!reading(name, () => statSync(name).isDirectory())) return [name];
  const found = reading(name, () => filesBelow(name));
  if (found.length === 0) throw new InvalidSpecError(`${name} holds no .yaml, .yml or .json file`);
  return found;
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.test(entry.name) ? [] : filesBelow(path);
    return MANIFEST.test(entry.name) ? [path] : [];
  });
}

function reading<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new InvalidSpecError(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
