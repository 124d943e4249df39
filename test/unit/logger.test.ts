import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createLogger, type LoggerOptions } from '#shared/logger.ts';
import { aContext } from '../support/lambda-context.ts';

function aLogger(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({ service: 'tick', write: (line) => lines.push(line), ...options });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

describe('a line of the log', () => {
  it('is one JSON object with the message, the level, the service and the fields', () => {
    const { log, lines, last } = aLogger();
    log.info('Step completed', { cluster: 'prod', rollout: 'checkout', step: 2, note: 'two\nlines' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(last()).toEqual({
      level: 'INFO',
      message: 'Step completed',
      service: 'tick',
      sampling_rate: 0,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      cluster: 'prod',
      rollout: 'checkout',
      step: 2,
      note: 'two\nlines',
    });
  });

  it.each([
    { level: 'debug', says: ['DEBUG', 'INFO', 'WARN', 'ERROR'] },
    { level: 'info', says: ['INFO', 'WARN', 'ERROR'] },
    { level: 'warn', says: ['WARN', 'ERROR'] },
    { level: 'error', says: ['ERROR'] },
  ] as const)('given level $level, says what is at least that', ({ level, says }) => {
    const { log, lines } = aLogger({ level });
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]('x');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(says);
  });

  it('given an invocation, says its id; the next one replaces it', () => {
    const { log, last } = aLogger();
    log.forInvocation(aContext('first'));
    log.info('x');
    expect(last()).toMatchObject({ function_request_id: 'first', function_name: 'weir-test' });
    log.forInvocation(aContext('second'));
    log.info('x');
    expect(last()).toMatchObject({ function_request_id: 'second' });
  });

  it('goes to stderr, and stdout stays clean', () => {
    const script = `import { createLogger } from '#shared/logger.ts';
      const log = createLogger({ service: 'tick', level: 'debug' });
      for (const level of ['debug', 'info', 'warn', 'error']) log[level](level);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(4);
  });
});

describe('an error in the log', () => {
  it('shows its causes', () => {
    const { log, last } = aLogger();
    log.error('Failed', { error: new TypeError('outer', { cause: new Error('inner', { cause: 'a text' }) }) });
    expect(last()['error']).toMatchObject({
      name: 'TypeError',
      message: 'outer',
      stack: expect.stringContaining('logger.test.ts'),
      cause: { message: 'inner', cause: 'a text' },
    });
  });

  it('shows nothing that a client hung onto it', () => {
    const { log, lines } = aLogger();
    const error = Object.assign(new Error('failed'), { config: { headers: { 'x-whatever': 'hunter22' } } });
    log.error('Failed', { error, nested: { error } });
    expect(lines.join()).not.toContain('hunter22');
  });

  it('given causes in a circle, ends', () => {
    const { log, last } = aLogger();
    const error = new Error('round');
    error.cause = error;
    log.error('Failed', { error });
    expect(last()).toMatchObject({ error: { message: 'round' } });
  });
});

describe('a secret', () => {
  const SECRET = 'hunter2+"/ü';

  it.each([
    { given: 'a field', fields: { url: `https://x/?key=${SECRET}` } },
    { given: 'a nested field', fields: { a: { b: [`${SECRET}!`] } } },
    { given: 'the message of an error', fields: { error: new Error(`no ${SECRET}`) } },
    { given: 'the cause of an error', fields: { error: new Error('no', { cause: new Error(SECRET) }) } },
    { given: 'a URL', fields: { url: encodeURIComponent(SECRET) } },
    { given: 'base64', fields: { header: `Basic ${Buffer.from(SECRET).toString('base64')}` } },
    { given: 'JSON in a text', fields: { body: JSON.stringify({ key: SECRET }) } },
  ])('given $given, does not show once it is hidden', ({ fields }) => {
    const { log, lines } = aLogger();
    log.hide([SECRET]);
    log.warn('x', fields);
    expect(lines[0]).toContain('*****');
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).not.toContain(Buffer.from(SECRET).toString('base64'));
  });

  it('given several calls of hide, all stay hidden', () => {
    const { log, lines } = aLogger();
    log.hide(['first-secret']);
    log.hide(['second-secret']);
    log.info('x', { a: 'first-secret', b: 'second-secret' });
    expect(lines[0]).not.toContain('-secret');
  });

  it.each(['authorization', 'Authorization', 'x-slack-signature', 'apiKey', 'password', 'accessToken', 'set-cookie'])(
    'given a field named %s, its text does not show',
    (field) => {
      const { log, last } = aLogger();
      log.info('x', { headers: { [field]: 'Bearer abc' } });
      expect(last()).toMatchObject({ headers: { [field]: '*****' } });
    },
  );
});
