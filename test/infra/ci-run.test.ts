import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CI_RUN = fileURLToPath(new URL('../../.ci/run', import.meta.url));

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'weir-ci-'));
  mkdirSync(join(home, '.ci'));
  mkdirSync(join(home, 'tools'));
  cpSync(CI_RUN, join(home, '.ci', 'run'));
});

afterEach(() => rmSync(home, { recursive: true }));

/** Runs with npm scripts that are these lines of shell. */
function run(scripts: Readonly<Record<string, string>>): { code: number | null; lastLine: string; output: string } {
  writeFileSync(join(home, 'package.json'), JSON.stringify({ scripts }));
  const cases = Object.entries(scripts).map(([name, script]) => `${name}) ${script} ;;`);
  const npm = ['#!/bin/bash', 'case "$2" in', ...cases, 'esac'].join('\n');
  writeFileSync(join(home, 'tools', 'npm'), npm, { mode: 0o755 });
  const PATH = [join(home, 'tools'), process.env['PATH']].join(delimiter);
  const { status, stdout } = spawnSync(join(home, '.ci', 'run'), { env: { ...process.env, PATH }, encoding: 'utf8' });
  return { code: status, lastLine: stdout.trim().split('\n').at(-1) ?? '', output: stdout };
}

describe('.ci/run', () => {
  it.each([
    { given: 'all pass', test: 'echo "Tests:       3 passed, 3 total" >&2', line: '3 passed, 0 failed', code: 0 },
    {
      given: 'some fail',
      test: 'echo "Tests:       1 failed, 2 skipped, 3 passed, 6 total"; exit 1',
      line: '3 passed, 1 failed',
      code: 1,
    },
    {
      given: 'coloured text',
      test: String.raw`printf '\e[1mTests:\e[0m \e[32m3 passed\e[0m, 3 total\n'`,
      line: '3 passed, 0 failed',
      code: 0,
    },
    {
      given: 'a failure before the tests (types)',
      test: 'echo "error TS2322"; exit 2',
      line: '0 passed, 1 failed',
      code: 1,
    },
    { given: 'no test found', test: 'echo nothing', line: '0 passed, 1 failed', code: 1 },
    {
      given: 'two summaries',
      test: 'echo "Tests: 3 passed"; echo "Tests: 4 passed, 4 total"',
      line: '7 passed, 0 failed',
      code: 0,
    },
  ])('given $given, then the last line is "$line"', ({ test, line, code }) => {
    expect(run({ test })).toMatchObject({ code, lastLine: line });
  });

  it('given the simulation, then its seeds are asked for and counted', () => {
    const { lastLine, output } = run({
      test: 'echo "Tests: 3 passed, 3 total"',
      'test:simulation': 'echo "seeds: $*"; echo "1998 passed, 2 failed"; exit 1',
    });
    expect(output).toContain('run test:simulation -- --seeds 2000 --from 1 --minutes 8');
    expect(lastLine).toBe('2001 passed, 2 failed');
  });

  it('given further tiers, then they run and are counted, also after a failure', () => {
    const { code, lastLine, output } = run({
      test: 'echo "Tests: 1 failed, 3 passed, 4 total"; exit 1',
      'test:aws': 'echo "Tests: 2 passed, 2 total"',
      'test:cluster': 'echo "Go is not installed"; exit 1',
    });
    expect(lastLine).toBe('5 passed, 2 failed');
    expect(code).toBe(1);
    expect(output).toMatch(/== npm run test:aws: exit 0, 2 passed, 0 failed, \d+ s/);
  });

  it('given the cluster tier, then what it is made of is built from the start, beside the other tiers', () => {
    const { lastLine, output } = run({
      'build:cluster': `echo "Built control-plane"; touch ${home}/built`,
      test: `until [ -e ${home}/built ]; do :; done; echo "Tests: 1 passed, 1 total"`,
      'test:cluster': 'echo "Tests: 2 passed, 2 total"',
    });
    expect(lastLine).toBe('3 passed, 0 failed');
    expect(output).toContain('== in the background: Built control-plane');
  });
});
