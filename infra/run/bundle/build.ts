/**
 * `npm run build:run`: the bundle with which `weir run` starts, for images whose files do not change later. Elsewhere
 * `weir run` makes it by itself where it is missing or outdated (lean-process.ts).
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, isAbsolute, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DAY, type Instant } from '#core/time.ts';
import { writeSplitBundle } from '../../split-bundle.ts';
import { fileState, FOLDER, RECORD, ROOT, type BundleRecord, type FileState } from './current.ts';

const ENTRY = 'cli/run-alone.ts';
/** Large and seldom needed, or native code: they stay where they are. */
const EXTERNAL = ['@kubernetes/client-node', '@aws-sdk', '@smithy', 'axios', 'classic-level'];
/** What decides on the bundle beside the files in it. */
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'infra/run/bundle/build.ts',
  'infra/split-bundle.ts',
];
/** A process of an older bundle may load a part of it that it has not needed before. */
const KEEP = 7 * DAY;

/** @throws Error when it cannot be made or written; whoever reads meanwhile finds a whole one, old or new */
export async function buildRun(root: string): Promise<void> {
  mkdirSync(join(root, FOLDER), { recursive: true });
  const folder = mkdtempSync(join(root, FOLDER, 'making-'));
  // Made for its owner alone; an image is often run by another user than the one who built it.
  chmodSync(folder, 0o755);
  try {
    const startedAt = Date.now();
    const inputs = [...(await bundle(root, folder)), ...SETTINGS];
    const states = Object.fromEntries(inputs.map((file) => [file, fileState(root, file)]));
    const finishedAt = Date.now();
    const edited = Object.keys(states).find((file) => isWithin(states[file]![0], startedAt, finishedAt));
    // It may have gone in as it was before.
    if (edited !== undefined) throw new Error(`${edited} was changed while the bundle was made; make it again`);
    publish(root, folder, states);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  forgetOld(root);
}

/** What a skewed clock dated later than now is no edit of now. */
function isWithin(changedAt: Instant, from: Instant, to: Instant): boolean {
  return changedAt >= from && changedAt <= to;
}

/** @returns the files that went in, from the root */
async function bundle(root: string, folder: string): Promise<readonly string[]> {
  const chunks = await writeSplitBundle({ root, input: { weir: ENTRY }, folder, external: isExternal });
  const ids = chunks.flatMap(({ moduleIds }) => moduleIds);
  return ids.filter((id) => isAbsolute(id)).map((id) => relative(root, id));
}

function isExternal(id: string): boolean {
  return EXTERNAL.some((name) => id === name || id.startsWith(`${name}/`));
}

/** Two levels below the root, as infra/run is: package.json is found from both. */
function publish(root: string, folder: string, inputs: Readonly<Record<string, FileState>>): void {
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
  const home = join(FOLDER, `run-${key}`);
  try {
    renameSync(folder, join(root, home));
  } catch (error) {
    // Another process has made the same one.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  const record: BundleRecord = { entry: join(home, 'weir.mjs'), inputs };
  const draft = join(root, FOLDER, `${basename(folder)}.json`);
  writeFileSync(draft, JSON.stringify(record));
  renameSync(draft, join(root, RECORD));
}

function forgetOld(root: string): void {
  for (const name of readdirSync(join(root, FOLDER)).filter((one) => one.startsWith('run-'))) {
    const folder = join(root, FOLDER, name);
    if (Date.now() - statSync(folder).mtimeMs > KEEP) rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildRun(ROOT);
