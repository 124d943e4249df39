import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');

function weir(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/weir.ts', ...args], {
    cwd: ROOT,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('given weir eval', () => {
  it('when lines come in, then each is answered by one line, in order, whatever it holds', () => {
    const lines = [
      { expr: 'result[0] >= 0.95', result: [0.97], kind: 'vector' },
      { expr: 'result > 1 &&', result: 2 },
      { expr: 'result[3] > 1', result: [1] },
      { expr: 'result', result: 1 },
      { expr: 'isNaN(result)', result: 'NaN', kind: 'scalar' },
    ].map((line) => JSON.stringify(line));
    const input = [...lines.slice(0, 4), 'nonsense', ...lines.slice(4)].join('\n');
    const stdout = execFileSync(process.execPath, ['cli/weir.ts', 'eval'], { cwd: ROOT, input, encoding: 'utf8' });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { outcome?: boolean; stage?: string });
    expect(answers.map(({ outcome, stage }) => outcome ?? stage)).toEqual([
      true,
      'compile',
      'run',
      'type',
      'compile',
      true,
    ]);
  });

  it('when a line holds characters that end lines elsewhere, then it is still one line', () => {
    const { stdout } = weir(
      ['eval'],
      '{"expr": "len(result) == 3", "result": "a\u2028b"}\r\n\n{"expr": "result", "result": true}',
    );
    expect(stdout).toBe('{"outcome":true}\n{"outcome":true}\n');
  });

  it('when a line is no question, then its answer says what one looks like', () => {
    const lines = [
      '[]',
      'null',
      '{"expr": 5}',
      '{"expr": "true", "kind": "matrix"}',
      '{"expr": "result == nil", "kind": null}',
    ];
    const answers = weir(['eval'], lines.join('\n')).stdout.trim().split('\n');
    const refusal = 'not a question: expr must be a text: {"expr": "result > 1", "result": 2}';
    expect(answers.map((answer) => JSON.parse(answer) as object)).toEqual([
      ...Array.from({ length: 3 }, () => ({ error: refusal, stage: 'compile' })),
      { error: 'not a question: kind is json, scalar, vector or nil, not "matrix"', stage: 'compile' },
      { outcome: true },
    ]);
  });

  it('when one condition is asked, then the answer is a word and an exit code', () => {
    expect(weir(['eval', '--condition', 'result > 1', '--result', '2'])).toMatchObject({ status: 0, stdout: 'true\n' });
    expect(weir(['eval', '--condition', 'result > 1', '--result', '1'])).toMatchObject({
      status: 2,
      stdout: 'false\n',
    });
  });

  it('when one condition is wrong, then the error points at the place', () => {
    const { status, stderr } = weir(['eval', '--condition', 'result > nosuchname', '--result', '2']);
    expect(status).toBe(1);
    expect(stderr).toBe('1:10: compile error: unknown name nosuchname\n  result > nosuchname\n           ^\n');
  });

  it('when the flags are wrong, then the usage is told', () => {
    expect(weir(['eval', '--condition', 'true', '--result', '{'])).toMatchObject({ status: 1 });
    expect(weir(['nonsense'])).toMatchObject({
      status: 1,
      stderr: 'weir: "nonsense" is not a verb; weir help lists them\n',
    });
  });
});
