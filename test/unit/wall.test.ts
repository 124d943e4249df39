import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEPCRUISE = join(ROOT, 'node_modules', '.bin', 'depcruise');
const CONFIG = '.dependency-cruiser.cjs';

interface Cruise {
  readonly totalCruised: number;
  readonly violations: readonly {
    readonly rule: { readonly name: string };
    readonly from: string;
    readonly to: string;
  }[];
}

function cruise(cwd: string, folders: readonly string[]): Promise<Cruise> {
  return new Promise((resolve, reject) => {
    const args = ['--config', CONFIG, '--output-type', 'json', ...folders];
    execFile(DEPCRUISE, args, { cwd, maxBuffer: 2 ** 28 }, (error, stdout) => {
      if (stdout === '') reject(error ?? new Error('dependency-cruiser said nothing'));
      else resolve((JSON.parse(stdout) as { summary: Cruise }).summary);
    });
  });
}

interface LintFinding {
  readonly code: string;
  readonly filename: string;
}

function lint(folder: string): Promise<readonly LintFinding[]> {
  return new Promise((resolve, reject) => {
    const args = ['--config', join(ROOT, 'infra', 'oxlintrc.json'), '--format', 'json', folder];
    execFile(join(ROOT, 'node_modules', '.bin', 'oxlint'), args, { cwd: folder }, (error, stdout) => {
      if (stdout === '') reject(error ?? new Error('oxlint said nothing'));
      else resolve((JSON.parse(stdout) as { diagnostics: readonly LintFinding[] }).diagnostics);
    });
  });
}

const CLEAN: Readonly<Record<string, string>> = {
  'shared/core/time.ts': 'export type Instant = number;',
  'shared/core/decision.ts': `import type { IPod } from 'kubernetes-models/v1/Pod';
import type { Instant } from './time.ts';
export type Decision = [IPod, Instant];`,
  'shared/ports.ts': `export type { Instant } from './core/time.ts';`,
  'shared/kubernetes/cluster.ts': `import type { Instant } from '#shared/ports.ts';
import { request } from 'node:https';
export const cluster = request as unknown as Instant;`,
  'shared/queue/queue.ts': 'export const queue = 1;',
  'shared/controllers/reconcile.ts': `export type { Decision } from '#core/decision.ts';`,
  'shared/aws.ts': `export const ports = () => import('./queue/queue.ts');`,
  'functions/tick/handler.ts': `export type { Instant } from '#shared/ports.ts';`,
  'functions/tick/main.ts': `import { ports } from '#shared/aws.ts';
export type { Instant } from './handler.ts';
export { ports };`,
  'functions/slack/handler.ts': `export type { Instant } from '#shared/ports.ts';`,
  'infra/local/main.ts': `export { queue } from '#shared/queue/queue.ts';
export type { Instant } from '../../functions/tick/handler.ts';`,
};

/** One file per forbidden import, each with nothing else in it. */
const FORBIDDEN = [
  { rule: 'core-is-pure', from: 'shared/core/a.ts', line: `import { cluster } from '#shared/kubernetes/cluster.ts';` },
  { rule: 'core-is-pure', from: 'shared/core/b.ts', line: `import type { queue } from '#shared/queue/queue.ts';` },
  { rule: 'core-is-pure', from: 'shared/core/c.ts', line: `import { readFileSync } from 'node:fs';` },
  { rule: 'core-is-pure', from: 'shared/core/d.ts', line: `import { parse } from 'yaml';` },
  { rule: 'core-is-pure', from: 'shared/core/e.ts', line: `import type { Instant } from '../ports.ts';` },
  { rule: 'core-is-pure', from: 'shared/core/f.ts', line: `export const lazy = () => import('../ports.ts');` },
  {
    rule: 'adapters-stand-alone',
    from: 'shared/queue/a.ts',
    line: `import { cluster } from '../kubernetes/cluster.ts';`,
  },
  {
    rule: 'adapters-stand-alone',
    from: 'shared/queue/b.ts',
    line: `import type { Decision } from '../controllers/reconcile.ts';`,
  },
  {
    rule: 'only-entries-choose-implementations',
    from: 'shared/controllers/a.ts',
    line: `import { queue } from '../queue/queue.ts';`,
  },
  {
    rule: 'only-entries-choose-implementations',
    from: 'shared/lambda.ts',
    line: `import { ports } from './aws.ts';`,
  },
  {
    rule: 'only-entries-choose-implementations',
    from: 'functions/slack/a.ts',
    line: `import type { queue } from '#shared/queue/queue.ts';`,
  },
  {
    rule: 'functions-stand-alone',
    from: 'functions/slack/b.ts',
    line: `export type { Instant } from '../tick/handler.ts';`,
  },
  {
    rule: 'functions-stand-alone',
    from: 'functions/slack/main.ts',
    line: `import type { I } from '../tick/handler.ts';`,
  },
  {
    rule: 'product-knows-no-host',
    from: 'functions/tick/a.ts',
    line: `import { queue } from '../../infra/local/main.ts';`,
  },
  { rule: 'product-knows-no-host', from: 'shared/history/a.ts', line: `import { clock } from '../../test/clock.ts';` },
  { rule: 'no-cycles', from: 'infra/local/a.ts', line: `import './b.ts';` },
];

/** The forbidden imports, and what they import that is not in the clean tree. */
const PLANTED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(FORBIDDEN.map(({ from, line }) => [from, line])),
  'infra/local/b.ts': `import './a.ts';`,
  'test/clock.ts': 'export const clock = 1;',
};

/** What core must not do and no import shows. */
const IMPURE = [
  { rule: 'no-restricted-imports', file: 'a.ts', code: `export { Pod } from 'kubernetes-models/v1/Pod';` },
  { rule: 'no-restricted-properties', file: 'b.ts', code: 'export const now = Date.now();' },
  { rule: 'no-restricted-properties', file: 'c.ts', code: 'export const dice = Math.random();' },
  { rule: 'no-restricted-globals', file: 'd.ts', code: `export const answer = fetch('http://metrics');` },
];

describe('the wall', () => {
  let home: string;
  let planted: Cruise;
  let impure: readonly LintFinding[];

  function plant(name: string, files: Readonly<Record<string, string>>): string {
    const tree = join(home, name);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    return tree;
  }

  function cruiseTree(name: string, files: Readonly<Record<string, string>>): Promise<Cruise> {
    const tree = plant(name, files);
    for (const path of [CONFIG, 'package.json']) copyFileSync(join(ROOT, path), join(tree, path));
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    return cruise(tree, ['shared', 'functions', 'infra']);
  }

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'weir-wall-'));
    planted = await cruiseTree('planted', { ...CLEAN, ...PLANTED });
    impure = await lint(
      plant('impure', Object.fromEntries(IMPURE.map(({ file, code }) => [`shared/core/${file}`, code]))),
    );
  });

  afterAll(() => rmSync(home, { recursive: true }));

  it('given a tree that keeps every rule, then its modules are read and nothing is reported', async () => {
    const clean = await cruiseTree('clean', CLEAN);
    expect(clean.violations).toEqual([]);
    expect(clean.totalCruised).toBeGreaterThanOrEqual(Object.keys(CLEAN).length);
  });

  it.each(FORBIDDEN)('given $from with $line, then $rule reports it', ({ rule, from }) => {
    expect(
      planted.violations.filter((violation) => violation.from === from).map((violation) => violation.rule.name),
    ).toEqual([rule]);
  });

  it.each(IMPURE)('given core with $code, then $rule reports it', ({ rule, file }) => {
    expect(impure.filter(({ filename }) => filename.endsWith(file)).map(({ code }) => code)).toEqual([
      `eslint(${rule})`,
    ]);
  });

  it('given this very project, then its modules are read', async () => {
    expect((await cruise(ROOT, ['shared'])).totalCruised).toBeGreaterThan(10);
  });
});
