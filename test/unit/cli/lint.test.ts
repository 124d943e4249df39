import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { lint } from '../../../cli/lint.ts';
import type { PlacedFinding } from '../../../cli/lint/report.ts';
import { BLUE_GREEN, edited, ROLLOUT, RUN, TEMPLATE } from '../core/lint/lint-text.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = mkdtempSync(join(tmpdir(), 'weir-lint-'));

afterAll(() => rmSync(FOLDER, { recursive: true }));

async function weirLint(...args: readonly string[]) {
  const printed: string[] = [];
  const code = await lint.run(args, {
    print: (text) => void printed.push(...text.split('\n')),
    error: (text) => void printed.push(text),
    paint: (_colour, text) => text,
    isTerminal: false,
    environment: {},
  });
  return { code, printed };
}

async function findingsIn(...args: readonly string[]): Promise<readonly PlacedFinding[]> {
  const { printed } = await weirLint(...args, '--format', 'json');
  return JSON.parse(printed.join('\n')) as readonly PlacedFinding[];
}

/** @returns its path */
function aFile(name: string, text: string): string {
  const file = join(FOLDER, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Where the text begins in the file: what an editor shows. */
function placeIn(text: string, part: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

describe('given the examples', () => {
  const examples = (folder: string) => join(ROOT, 'examples', folder);

  it('when the manifests of the guidelines are looked at, then there is no error', async () => {
    const { code, printed } = await weirLint(examples('canary'), examples('blue-green'));
    expect(code).toBe(0);
    expect(printed.at(-1)).toMatch(/^4 objects of Argo Rollouts: 0 errors, \d+ warnings, 1 for information$/);
  });

  it('when their p95 is looked at, then the missing sum by (le) is told, and where', async () => {
    const file = join(examples('canary'), 'latency.yaml');
    const findings = await findingsIn(file);
    expect(findings.find(({ rule }) => rule === 'histogram-without-le')).toEqual({
      file,
      line: 17,
      column: 11,
      severity: 'warning',
      rule: 'histogram-without-le',
      message: expect.stringContaining('without sum by (le)') as unknown as string,
      fix: expect.stringContaining('sum by (le) (rate(') as unknown as string,
    });
  });

  it('when the templates are looked at, then nothing is told', async () => {
    expect(await findingsIn(examples('templates'))).toEqual([]);
  });
});

describe('given findings', () => {
  const name = 'given.yaml';
  const text = edited(ROLLOUT, 'setWeight: 20', 'setWeigth: 20').trimStart();

  it('when people read them, then each has its place, its rule and its fix', async () => {
    const file = aFile(name, `${TEMPLATE}---\n${text}`);
    const { line, column } = placeIn(`${TEMPLATE}---\n${text}`, 'setWeigth');
    const { code, printed } = await weirLint(file);
    const field = 'spec.strategy.canary.steps[0].setWeigth';
    expect(code).toBe(2);
    expect(printed.slice(0, 2)).toEqual([
      `${file}:${line}:${column}  error  unknown field ${field}  (unknown-field)`,
      '    fix: did you mean setWeight?',
    ]);
  });

  it.each([
    { of: 'nothing', text: RUN, args: [], code: 0 },
    { of: 'warnings', text: ROLLOUT, args: [], code: 0 },
    { of: 'warnings, strictly', text: ROLLOUT, args: ['--strict'], code: 2 },
    {
      of: 'information, strictly',
      text: edited(RUN, 'spec:\n', 'spec:\n  args: [{name: a, value: b}]\n'),
      args: ['--strict'],
      code: 0,
    },
    { of: 'errors', text: edited(RUN, 'result == "ok"', 'result =='), args: [], code: 2 },
    { of: 'broken YAML', text: 'a: [1', args: [], code: 2 },
    { of: 'an interval below a longer scrape', text: TEMPLATE, args: ['--strict', '--scrape-interval', '2m'], code: 2 },
  ])('when there is $of, then the exit code is $code', async ({ text, args, code }) => {
    expect((await weirLint(aFile(name, text), ...args)).code).toBe(code);
  });

  it.each([
    { name: 'no file', args: [] },
    { name: 'a file that is not there', args: [join(FOLDER, 'nothing.yaml')] },
    { name: 'a folder without manifests', args: [join(FOLDER, 'empty')] },
    { name: 'a format that does not exist', args: [ROOT, '--format', 'xml'] },
    { name: 'a flag that does not exist', args: [ROOT, '--nosuch'] },
  ])('when it is given $name, then the usage is wrong', async ({ args }) => {
    mkdirSync(join(FOLDER, 'empty'), { recursive: true });
    await expect(async () => weirLint(...args)).rejects.toThrow();
  });
});

describe('given places in texts', () => {
  const conditions = [
    { as: 'plain', written: 'result[0] > nosuch' },
    { as: 'quoted', written: '"result[0] > \\"a\\" + nosuch"' },
    { as: 'single quoted', written: "'result[0] > ''a'' + nosuch'" },
    { as: 'a block', written: '|\n      result[0] >\n        nosuch' },
    { as: 'folded', written: '>-\n      result[0]\n      > nosuch' },
    { as: 'plain over two lines', written: 'result[0]\n      > nosuch' },
  ];

  it.each(conditions)('when a condition is $as, then its error is at the word', async ({ written }) => {
    const text = edited(RUN, 'result == "ok"', written);
    const [finding] = await findingsIn(aFile('place.yaml', text));
    expect(finding).toMatchObject({ rule: 'broken-condition', ...placeIn(text, 'nosuch') });
  });

  it('when a field is absent, then the place is that of its parent', async () => {
    const text = edited(ROLLOUT, '  selector: {matchLabels: {app: shop}}\n', '');
    const [finding] = await findingsIn(aFile('place.yaml', text), aFile('template.yaml', TEMPLATE));
    expect(finding).toMatchObject({
      message: expect.stringContaining(".spec.selector'") as unknown as string,
      ...placeIn(text, 'spec:'),
    });
  });

  it('when it comes in through an alias or a merge, then the place is where it is written', async () => {
    const text = edited(
      RUN,
      '  metrics:\n  - name: answers\n',
      '  metrics:\n  - &one\n    name: first\n    failureLimits: 1\n    provider: {web: {url: x}}\n    successCondition: result\n  - <<: *one\n    name: answers\n',
    );
    const findings = await findingsIn(aFile('place.yaml', text));
    expect(findings.map(({ rule, line }) => ({ rule, line }))).toEqual(
      Array.from({ length: 2 }, () => ({ rule: 'unknown-field', line: placeIn(text, 'failureLimits').line })),
    );
  });
});

describe('given files of many kinds', () => {
  it('when a folder is named, then its manifests are found at any depth, and what is not Argo Rollouts is left alone', async () => {
    const folder = join(FOLDER, 'folder');
    cpSync(join(ROOT, 'examples/blue-green'), folder, { recursive: true });
    aFile(
      'folder/deep/run.json',
      JSON.stringify({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisRun',
        metadata: { name: 'a' },
        spec: { metrics: [] },
      }),
    );
    aFile('folder/values.yml', 'replicas: 3\n---\n# nothing\n---\n');
    aFile(
      'folder/argo-cd.yaml',
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nnosuch: 1\n',
    );
    aFile('folder/kustomization.yaml', 'resources: [');
    aFile('folder/notes.txt', 'a: [');
    aFile('folder/node_modules/x.yaml', 'a: [');
    const findings = await findingsIn(folder);
    expect(findings.map(({ file, rule }) => [file, rule])).toEqual([
      [join(folder, 'deep/run.json'), 'invalid-analysis'],
      [join(folder, 'rollout.yaml'), 'no-analysis'],
    ]);
  });

  it('when objects stand in a List, then each is looked at where it stands', async () => {
    const indented = RUN.trim().replaceAll('\n', '\n  ').replace('result == "ok"', 'result ==');
    const text = `apiVersion: v1\nkind: List\nitems:\n- ${indented}\n`;
    const [finding] = await findingsIn(aFile('list.yaml', text));
    expect(finding).toMatchObject({ rule: 'broken-condition', line: placeIn(text, 'successCondition').line });
  });

  it('when one document is broken, then its place is told and the others are looked at', async () => {
    const text = `a: "x\n---\n${edited(RUN, 'result == "ok"', 'result ==').trimStart()}`;
    const findings = await findingsIn(
      aFile('broken.yaml', `b: [1, 2\nc: 3\n`),
      aFile('other.yaml', text.slice(text.indexOf('---'))),
    );
    expect(findings.map(({ rule }) => rule)).toEqual(['broken-file', 'broken-condition']);
    expect(findings[0]?.line).toBe(2);
  });

  it('when two folders have a template of one name, then each Rollout means the one beside it', async () => {
    const wrong = edited(TEMPLATE, '- name: max-errors\n    value: "0.05"', '- name: max-errors');
    for (const [folder, template] of [
      ['good', TEMPLATE],
      ['bad', wrong],
    ] as const) {
      aFile(`stages/${folder}/rollout.yaml`, ROLLOUT);
      aFile(`stages/${folder}/template.yaml`, template);
    }
    const findings = await findingsIn(join(FOLDER, 'stages'));
    expect(findings.map(({ file, rule }) => [file, rule])).toEqual([
      [join(FOLDER, 'stages/bad/rollout.yaml'), 'invalid-reference'],
    ]);
  });

  it('when a Rollout takes its pods from a Deployment, then the Services are held against those', async () => {
    const text = edited(
      BLUE_GREEN,
      "  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n    spec: {containers: [{name: app, image: 'shop:v2'}]}\n",
      '  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: shop}\n',
    );
    const deployment = (app: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {template: {metadata: {labels: {app: ${app}}}}}\n`;
    const rules = async (...files: readonly string[]) =>
      (await findingsIn(...files)).map(({ rule }) => rule).filter((rule) => rule !== 'not-yet-in-weir');
    expect(await rules(aFile('ref.yaml', text))).toEqual(['not-among-files']);
    expect(await rules(aFile('ref.yaml', `${text}---\n${deployment('shop')}`))).toEqual([]);
    expect(await rules(aFile('ref.yaml', `${text}---\n${deployment('x')}`))).toEqual([
      'invalid-reference',
      'invalid-reference',
    ]);
  });
});

describe('given the command', () => {
  const weir = (args: readonly string[], input = '') =>
    spawnSync(process.execPath, ['cli/weir.ts', 'lint', ...args], { cwd: ROOT, input, encoding: 'utf8' });

  it('when manifests come in on standard input, then they are looked at', () => {
    const { status, stdout } = weir(['-'], edited(RUN, 'result == "ok"', 'result =='));
    expect(status).toBe(2);
    expect(stdout).toContain('<stdin>:8:');
  });

  it('when a file cannot be read, then the exit code is 1', () => {
    const { status, stderr } = weir(['nothing.yaml']);
    expect(status).toBe(1);
    expect(stderr).toContain('nothing.yaml cannot be read');
  });
});
