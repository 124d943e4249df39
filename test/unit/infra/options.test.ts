import { describe, expect, it } from '@jest/globals';
import { InvalidSpecError } from '#core/errors.ts';
import { parseStartOptions } from '../../../infra/local/options.ts';

describe('what npm start takes', () => {
  it.each([
    { flags: [], then: { exit: false, json: false, help: false, speed: 60, data: '.weir' } },
    { flags: ['--exit', '--json'], then: { exit: true, json: true } },
    { flags: ['--speed', '1'], then: { speed: 1 } },
    { flags: ['--speed=600'], then: { speed: 600 } },
    { flags: ['--speed', '1.5'], then: { speed: 1.5 } },
    { flags: ['--data', '/tmp/x'], then: { data: '/tmp/x' } },
  ])('given $flags, then $then', ({ flags, then }) => {
    expect(parseStartOptions(flags)).toMatchObject(then);
  });

  it.each([
    { flags: ['--speed', '0'], then: 'from 1 to 600, not "0"' },
    { flags: ['--speed', '0.9'], then: 'from 1 to 600, not "0.9"' },
    { flags: ['--speed', '601'], then: 'from 1 to 600, not "601"' },
    { flags: ['--speed=-60'], then: 'from 1 to 600, not "-60"' },
    { flags: ['--speed', 'fast'], then: 'from 1 to 600, not "fast"' },
    { flags: ['--speed', '60x'], then: 'from 1 to 600, not "60x"' },
    { flags: ['--speed', ''], then: 'from 1 to 600, not ""' },
    { flags: ['--speed', 'NaN'], then: 'from 1 to 600, not "NaN"' },
    { flags: ['--speed', 'Infinity'], then: 'from 1 to 600, not "Infinity"' },
    { flags: ['--speed'], then: "'--speed <value>' argument missing" },
    { flags: ['--data', ''], then: '--data takes a folder' },
    { flags: ['--fast'], then: "Unknown option '--fast'" },
    { flags: ['now'], then: "Unexpected argument 'now'" },
  ])('given $flags, then it is refused with the usage', ({ flags, then }) => {
    expect(() => parseStartOptions(flags)).toThrow(InvalidSpecError);
    expect(() => parseStartOptions(flags)).toThrow(then);
    expect(() => parseStartOptions(flags)).toThrow('--exit');
  });
});
