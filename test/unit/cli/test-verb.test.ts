import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { test as verb } from '../../../cli/test.ts';
import { loadFile } from '../../../cli/template-test/read-file.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');
const TESTS = join(EXAMPLES, 'tests');
const FOLDER = mkdtempSync(join(tmpdir(), 'weir-test-'));

afterAll(() => rmSync(FOLDER, { recursive: true }));

async function weirTest(...args: readonly string[]) {
  const printed: string[] = [];
  const errors: string[] = [];
  const code = await verb.run(args, {
    print: (text) => void printed.push(...text.split('\n')),
    error: (text) => void errors.push(text),
    paint: (_colour, text) => text,
    isTerminal: false,
    environment: {},
  });
  return { code, printed, errors };
}

/** A file of tests in a folder of its own; `$EXAMPLES` leads to the examples. */
function aFile(text: string, name = 'given.test.yaml'): string {
  const file = join(FOLDER, name);
  writeFileSync(file, text.replaceAll('$EXAMPLES', EXAMPLES));
  return file;
}

const HEAD = 'manifests: [$EXAMPLES/canary/success-rate.yaml, $EXAMPLES/canary/rollout.yaml]\ntests:\n';
const RUN = 'analysis: {templates: [{templateName: success-rate}], args: [{name: service-name, value: my-app}]}';

const FILES = readdirSync(TESTS).map((name) => join(TESTS, name));

describe('given the tests of the examples', () => {
  it('when they run, then all pass, one line each, and a summary', async () => {
    const { code, printed, errors } = await weirTest(...FILES);
    const count = FILES.flatMap((file) => {
      const loaded = loadFile(file);
      return 'tests' in loaded ? loaded.tests : [];
    }).length;
    expect(errors).toEqual([]);
    expect(code).toBe(0);
    expect(count).toBeGreaterThanOrEqual(20);
    expect(printed).toHaveLength(count + 1);
    expect(printed.at(-1)).toBe(`${count} passed, 0 failed`);
    for (const line of printed.slice(0, -1)) expect(line).toMatch(/^ok {4}\S+\.test\.yaml {2}.+ \(\d+ ms\)$/);
  });

  it.each([
    { file: 'success-rate', from: 'phase: Failed\n    message', to: 'phase: Successful\n    message' },
    { file: 'success-rate', from: 'status!~"5.."', to: 'status=~"5.."' },
    { file: 'success-rate', from: 'failed: 4,', to: 'failed: 5,' },
    { file: 'success-rate', from: '[0.99, 0.5, 0.5,', to: '[0.99, 0.5,' },
    { file: 'success-rate', from: '(4) > failureLimit (3)', to: '(3) > failureLimit (2)' },
    { file: 'latency', from: 'Successful, Successful, Failed', to: 'Successful, Failed, Failed' },
    { file: 'canary', from: '{at: 6m, step: 3, weight: 40}', to: '{at: 6m, step: 3, weight: 60}' },
    { file: 'canary', from: '[8m, 9m], aborted', to: '[9m, 10m], aborted' },
    { file: 'canary', from: '[20m, 20m]', to: '[18m, 19m]' },
    { file: 'blue-green', from: 'active: my-app:v3, stable', to: 'active: my-app:v2, stable' },
    { file: 'blue-green', from: '5m31s', to: '5m29s' },
    { file: 'no-data', from: 'inconclusive: 4', to: 'inconclusive: 3' },
    { file: 'no-data', from: 'consecutiveError: 4', to: 'consecutiveError: 3' },
  ])('when $file expects $to instead of $from, then that test fails', async ({ file, from, to }) => {
    const text = readFileSync(join(TESTS, `${file}.test.yaml`), 'utf8');
    expect(text).toContain(from);
    const { code, printed } = await weirTest(aFile(text.replace(from, to).replaceAll('../', '$EXAMPLES/')));
    expect(printed.filter((line) => line.startsWith('FAIL'))).toHaveLength(1);
    expect(code).toBe(2);
  });
});

it('given the file of the documentation, when it runs, then it passes as it is told there', async () => {
  const page = readFileSync(join(EXAMPLES, '../docs/testing-templates.md'), 'utf8');
  const text = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  const { code, printed } = await weirTest(aFile(text.replaceAll('../', '$EXAMPLES/')));
  expect(printed.at(-1)).toBe('2 passed, 0 failed');
  expect(code).toBe(0);
});

describe('given an expectation that is not met', () => {
  const file = aFile(
    `${HEAD}- name: bad\n  ${RUN}\n  results: {success-rate: [0.99, 0.5]}\n  expect:\n  - {at: 2m, phase: Failed, metrics: {success-rate: {failed: 3}}}\n`,
    'bad.test.yaml',
  );

  it('when it is told, then with the place, both sides and what had happened', async () => {
    const { code, printed } = await weirTest(file);
    expect(code).toBe(2);
    expect(printed.map((line) => line.replace(/\(\d+ ms\)/, '(N ms)').replace(FOLDER, '~'))).toEqual([
      'FAIL  ~/bad.test.yaml  bad (N ms)',
      '      ~/bad.test.yaml:7:5: at 2m',
      '        expected  phase: Failed',
      '        was       phase: Running',
      '        expected  metrics.success-rate.failed: 3',
      '        was       metrics.success-rate.failed: 2',
      '      what happened:',
      '             0s  success-rate  [0.99]  Successful',
      '             0s  run           Running',
      '             1m  success-rate  [0.5]  Failed',
      '             2m  success-rate  [0.5]  Failed',
      '0 passed, 1 failed',
    ]);
  });

  it('when JSON is asked for, then it is one document', async () => {
    const { code, printed } = await weirTest(file, '--format', 'json');
    const report = JSON.parse(printed.join('\n')) as { tests: readonly object[] };
    expect(code).toBe(2);
    expect(report).toMatchObject({ passed: 0, failed: 1, problems: [] });
    expect(report.tests[0]).toMatchObject({
      file,
      name: 'bad',
      line: 3,
      state: 'failed',
      failures: [
        {
          line: 7,
          column: 5,
          when: 'at 2m',
          differences: [
            { field: 'phase', expected: 'Failed', found: 'Running' },
            { field: 'metrics.success-rate.failed', expected: 3, found: 2 },
          ],
        },
      ],
    });
  });

  it('when JUnit is asked for, then the difference is in the failure, escaped', async () => {
    const named = aFile(readFileSync(file, 'utf8').replace('name: bad', `name: 'a < "b" & c'`), 'junit.test.yaml');
    const { code, printed } = await weirTest(named, '--format', 'junit');
    const text = printed.join('\n');
    expect(code).toBe(2);
    expect(text).toContain('tests="1" failures="1" errors="0"');
    expect(text).toContain('name="a &lt; &quot;b&quot; &amp; c"');
    expect(text).toMatch(/<failure message="at 2m">[^<]*was +phase: Running[^<]*<\/failure>/);
  });
});

describe('given series of results', () => {
  it.each([
    { written: '0.99x2 0.5', then: '[0.99, 0.99, 0.5]' },
    { written: '[0.99, {repeat: 0.5, times: 2}]', then: '[0.99, 0.5, 0.5]' },
    { written: '[{repeat: 0.99 0.5, times: 2}, 1]', then: '[0.99, 0.5, 0.99, 0.5, 1]', minutes: 4 },
    { written: '[{repeat: 0.99x2, times: 2}, 0.5]', then: '[0.99, 0.99, 0.99, 0.99, 0.5]', minutes: 4 },
    { written: 'NaN', then: '[NaN, NaN, NaN]' },
    { written: '[.nan, +Inf, -Inf]', then: '[.nan, .inf, -Inf]' },
    { written: '[1, {value: [0.99, 0.5]}]', then: `[1, "[0.99,0.5]", "[0.99,0.5]"]` },
    { written: '[1e0, "1.5"]', then: '[1, 1.5, 1.5]' },
  ])('when $written is given, then $then is measured', async ({ written, then, minutes = 2 }) => {
    const measured = `{success-rate: {measurements: ${then}}}`;
    const text = `${HEAD}- name: a\n  ${RUN}\n  results: {success-rate: ${written}}\n  expect: [{at: ${minutes}m, metrics: ${measured}}]\n`;
    expect(await weirTest(aFile(text))).toMatchObject({ code: 0, errors: [] });
  });

  it.each([
    { written: 'empty', then: 'no data returned' },
    { written: '[{error: connection refused}]', then: 'connection refused' },
    { written: '"error: connection refused"', then: 'connection refused' },
  ])('when $written is given, then the measurement is an error: $then', async ({ written, then }) => {
    const measured = `{success-rate: {measurements: [{phase: Error, message: ${then}}]}}`;
    const text = `${HEAD}- name: a\n  ${RUN}\n  results: {success-rate: ${written}}\n  expect: [{at: 0s, metrics: ${measured}}]\n`;
    expect(await weirTest(aFile(text))).toMatchObject({ code: 0, errors: [] });
  });
});

describe('given a file that cannot be understood', () => {
  const good = `  results: {success-rate: 1}\n  expect: [{at: 1m, phase: Running}]\n`;

  it.each([
    { what: 'nothing', text: '', place: '1:1', says: 'is empty' },
    { what: 'no YAML', text: 'tests: [a: {b', place: '1:14', says: 'Flow map' },
    { what: 'an alias that leads nowhere', text: 'tests: *x', place: '1:8', says: 'no anchor &x stands before' },
    { what: 'two documents', text: 'tests: []\n---\ntests: []', place: '3:1', says: 'one YAML document' },
    {
      what: 'a missing manifest',
      text: `manifests: [nope.yaml]\ntests:\n- name: a\n  ${RUN}\n${good}`,
      place: '1:13',
      says: 'nope.yaml cannot be read',
    },
    {
      what: 'an unknown key',
      text: `${HEAD}- name: a\n  ${RUN}\n  result: {}\n${good}`,
      place: '5:3',
      says: 'unknown key "result"; here may stand: name, results',
    },
    {
      what: 'an unknown metric',
      text: `${HEAD}- name: a\n  ${RUN}\n${good.replace('success-rate', 'rate')}`,
      place: '5:13',
      says: 'no metric "rate" is measured here; there are: success-rate',
    },
    {
      what: 'an unknown metric in expect',
      text: `${HEAD}- name: a\n  ${RUN}\n${good.replace('phase: Running', 'metrics: {rate: {}}')}`,
      place: '6:31',
      says: 'no metric "rate" is measured here',
    },
    {
      what: 'an unknown template',
      text: `${HEAD}- name: a\n  ${RUN.replace('Name: success-rate', 'Name: x')}\n${good}`,
      place: '4:14',
      says: "AnalysisTemplate 'x' not found; in the manifests: success-rate",
    },
    {
      what: 'a missing argument',
      text: `${HEAD}- name: a\n  ${RUN.replace(/, args: .*\]/, '')}\n${good}`,
      place: '4:3',
      says: 'args.service-name was not resolved; analysis.args gives values',
    },
    {
      what: 'a bad time',
      text: `${HEAD}- name: a\n  ${RUN}\n${good.replace('1m', '1 minute')}`,
      place: '6:13',
      says: '"1 minute" is no time after the start; write one like 90s',
    },
    {
      what: 'a bad result',
      text: `${HEAD}- name: a\n  ${RUN}\n${good.replace('rate: 1', 'rate: [1, bad]')}`,
      place: '5:31',
      says: '"bad" is no result; write a number',
    },
    {
      what: 'both moments',
      text: `${HEAD}- name: a\n  ${RUN}\n${good.replace('at: 1m', 'at: 1m, between: [1m, 2m]')}`,
      place: '6:12',
      says: 'either at: or between:, not both',
    },
    {
      what: 'an expectation of nothing',
      text: `${HEAD}- name: a\n  ${RUN}\n${good.replace(', phase: Running', '')}`,
      place: '6:12',
      says: 'what is expected?',
    },
    {
      what: 'neither analysis nor rollout',
      text: `${HEAD}- name: a\n${good}`,
      place: '3:3',
      says: 'either analysis: or rollout:',
    },
    {
      what: 'a run without an end',
      text: `${HEAD}- name: a\n  ${RUN}\n${good.replace('at: 1m, ', '')}`,
      place: '6:12',
      says: 'goes on without an end (stopped at 24h); say when it is expected',
    },
    {
      what: 'an unknown Rollout',
      text: `${HEAD}- name: a\n  rollout: {name: x}\n${good.replace('Running', 'Healthy')}`,
      place: '4:3',
      says: 'no Rollout "x"; in the manifests: my-app',
    },
    {
      what: 'an unknown order',
      text: `${HEAD}- name: a\n  rollout: {}\n  actions: [{at: 1m, do: jump}]\n${good.replace('Running', 'Healthy')}`,
      place: '5:22',
      says: 'expected one of "promote"',
    },
  ])(
    'when it holds $what, then the place and the remedy are told, and the code is 1',
    async ({ text, place, says }) => {
      const file = aFile(text);
      const { code, errors } = await weirTest(file);
      expect(code).toBe(1);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toContain(`${file}:${place}: `);
      expect(errors[0]).toContain(says);
    },
  );

  it('when a manifest is broken, then its own place is told', async () => {
    const broken = aFile(
      'kind: AnalysisTemplate\nmetadata: {name: x}\nspec:\n  args:\n  - {name: a, value: 5}\n',
      'x.yaml',
    );
    const file = aFile(`manifests: [x.yaml]\ntests:\n- name: a\n  ${RUN}\n${good}`);
    const { code, errors } = await weirTest(file);
    expect(code).toBe(1);
    expect(errors).toEqual([`weir: ${broken}:5:15: value: put the value in quotes: it is a text`]);
  });

  it('when one test is wrong, then the others run all the same', async () => {
    const text = `${HEAD}- name: a\n  ${RUN}\n${good}- name: b\n  ${RUN}\n${good.replace('success-rate', 'rate')}`;
    const { code, printed, errors } = await weirTest(aFile(text));
    expect(code).toBe(1);
    expect(printed.at(-1)).toBe('1 passed, 0 failed, 1 not understood');
    expect(errors).toHaveLength(1);
  });

  it('when several things are wrong, then all are told', async () => {
    const text = `${HEAD}- name: a\n  ${RUN}\n  results: {success-rate: bad}\n  expect: [{at: 1, phase: No}]\n`;
    expect((await weirTest(aFile(text))).errors).toHaveLength(3);
  });

  it('when the file is not there, then that is told', async () => {
    const { code, errors } = await weirTest(join(FOLDER, 'nope.yaml'));
    expect(code).toBe(1);
    expect(errors[0]).toContain('nope.yaml:1:1: cannot be read');
  });
});

describe('given flags', () => {
  const [file = ''] = FILES;

  it('when a filter is given, then only those tests run', async () => {
    const { code, printed } = await weirTest(...FILES, '--filter', 'outage');
    expect(code).toBe(0);
    expect(printed.at(-1)).toBe('2 passed, 0 failed');
  });

  it('when no name has the text, then that is an error, not a success', async () => {
    const { code, errors } = await weirTest(file, '--filter', 'nothing of the kind');
    expect(code).toBe(1);
    expect(errors).toEqual(['weir: no test has "nothing of the kind" in its name']);
  });

  it.each([
    { args: [], says: 'which files?' },
    { args: [file, '--format', 'xml'], says: '--format is text, json or junit, not "xml"' },
    { args: [file, '--nonsense'], says: '--nonsense' },
  ])('when the flags are $args, then the usage is told', async ({ args, says }) => {
    await expect(weirTest(...args)).rejects.toThrow(says);
  });
});
