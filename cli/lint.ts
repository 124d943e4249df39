/** `weir lint`: manifests before they are applied. */
import { dirname } from 'node:path';
import { InvalidSpecError } from '#core/errors.ts';
import { lintManifests } from '#core/lint/lint.ts';
import { argoKindOf, type Manifest } from '#core/lint/manifest.ts';
import { rulesPage } from '#core/lint/page.ts';
import type { Readers } from '#core/lint/readers.ts';
import { BROKEN_FILE } from '#core/lint/rules.ts';
import { timeFrom, parseFlags } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { checkFields } from './lint/check-fields.ts';
import { readDocuments, type BrokenDocument, type ReadManifest } from './lint/documents.ts';
import { readFiles } from './lint/files.ts';
import { placeOf } from './lint/place.ts';
import { readQuery } from './lint/read-query.ts';
import { reportJson, reportText, type PlacedFinding } from './lint/report.ts';
import type { Verb } from './verb.ts';

const USAGE = `weir lint FILE… [--format text|json] [--strict] [--scrape-interval 30s]
weir lint --rules      all rules, as docs/lint.md shows them

Looks at the manifests of Argo Rollouts in YAML and JSON files, in folders and on standard input (-).
What they name is looked for among the given files: give those that belong together at once.

  --format           text (default) or json: [{file, line, column, severity, rule, message, fix}]
  --strict           warnings count as errors
  --scrape-interval  how often Prometheus scrapes the pods (30s)

Exit codes: 0 no errors, 2 errors (with --strict: or warnings), 1 wrong usage, or a file cannot be read.`;

const OPTIONS = {
  format: { type: 'string' },
  strict: { type: 'boolean', default: false },
  'scrape-interval': { type: 'string', default: '30s' },
  rules: { type: 'boolean', default: false },
} as const;

export const lint: Verb = {
  summary: 'tell what is wrong with manifests, and what will bite',
  usage: USAGE,
  run(args, io) {
    const { values, positionals } = parseFlags(args, OPTIONS, USAGE);
    if (values.rules) {
      io.print(rulesPage().trimEnd());
      return Promise.resolve(EXIT.ok);
    }
    const { format = values.output ?? 'text' } = values;
    if (format !== 'text' && format !== 'json')
      throw new InvalidSpecError(`--format is text or json, not "${format}"\n\n${USAGE}`);
    if (positionals.length === 0) throw new InvalidSpecError(`which files?\n\n${USAGE}`);
    const { findings, objects } = lintFiles(positionals, timeFrom(values['scrape-interval'], '--scrape-interval'));
    if (format === 'json') reportJson(findings, io);
    else reportText(findings, objects, io);
    return Promise.resolve(exitCode(findings, values.strict));
  },
};

interface Outcome {
  readonly findings: readonly PlacedFinding[];
  /** How many of Argo's objects were looked at. */
  readonly objects: number;
}

function lintFiles(names: readonly string[], scrapeInterval: number): Outcome {
  const texts = readFiles(names).map(({ file, text }) => readDocuments(file, text));
  const read = texts.flatMap(({ manifests }) => manifests);
  const broken = texts.flatMap((text) => text.broken.map(brokenFinding));
  const readers: Readers = { checkFields, readQuery, scrapeInterval };
  const findings = lintManifests(read.map(manifestOf), readers).flatMap(({ manifest, path, within, ...finding }) => {
    const source = read[manifest]?.source;
    return source === undefined ? [] : [{ ...placeOf(source, path, within), ...finding }];
  });
  const objects = read.filter(({ object }) => argoKindOf(object) !== undefined).length;
  return { findings: toldOnce([...broken, ...findings]).toSorted(byPlace), objects };
}

/** What an alias repeats is written once. */
function toldOnce(findings: readonly PlacedFinding[]): readonly PlacedFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function manifestOf({ object, source }: ReadManifest, id: number): Manifest {
  return { id, folder: dirname(source.file), object };
}

function brokenFinding({ place, message }: BrokenDocument): PlacedFinding {
  const { id, severity } = BROKEN_FILE;
  return { ...place, severity, rule: id, message, fix: 'correct the syntax at this place' };
}

/** Files in the order of their names. */
function byPlace(a: PlacedFinding, b: PlacedFinding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

function exitCode(findings: readonly PlacedFinding[], isStrict: boolean): ExitCode {
  const counts = ({ severity }: PlacedFinding) => severity === 'error' || (isStrict && severity === 'warning');
  return findings.some(counts) ? EXIT.failed : EXIT.ok;
}
