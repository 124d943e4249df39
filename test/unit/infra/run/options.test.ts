import { describe, expect, it } from '@jest/globals';
import { InvalidSpecError } from '#core/errors.ts';
import { parseRunOptions } from '../../../../infra/run/options.ts';

describe('the flags of weir run', () => {
  it.each([
    { controllers: 'observe', then: [] },
    { controllers: 'analysis', then: ['analysis'] },
    { controllers: 'analysis,rollouts', then: ['analysis', 'rollouts'] },
    { controllers: 'rollouts, analysis', then: ['analysis', 'rollouts'] },
  ])('given --controllers $controllers, then it takes over $then', ({ controllers, then }) => {
    expect(parseRunOptions(['--controllers', controllers], {}).controllers).toEqual(then);
  });

  it('given namespaces one by one, then it works in those', () => {
    const args = ['--controllers', 'observe', '--namespace', 'a', '-n', 'b'];
    expect(parseRunOptions(args, {}).namespaces).toEqual(['a', 'b']);
  });

  it('given a pod, then it listens for others too', () => {
    const args = ['--controllers', 'observe'];
    expect(parseRunOptions(args, {}).host).toBe('127.0.0.1');
    expect(parseRunOptions(args, { KUBERNETES_SERVICE_HOST: '10.96.0.1' }).host).toBe('0.0.0.0');
  });

  it.each([
    { given: 'no --controllers', args: [], says: /--controllers is missing/ },
    { given: 'rollouts alone', args: ['--controllers', 'rollouts'], says: /needs analysis as well/ },
    { given: 'an unknown controller', args: ['--controllers', 'everything'], says: /not "everything"/ },
    { given: 'an unknown flag', args: ['--controllers', 'observe', '--speed', '3'], says: /--speed/ },
    { given: 'a word too many', args: ['--controllers', 'observe', 'now'], says: /now/ },
    { given: 'no port', args: ['--controllers', 'observe', '--port', 'http'], says: /--port takes a port/ },
    {
      given: 'two places for history',
      args: ['--controllers', 'observe', '--data', 'd', '--dynamodb-endpoint', 'http://x'],
      says: /exclude each other/,
    },
    {
      given: 'several mistakes',
      args: ['--controllers', 'x', '--port', 'y'],
      says: /--controllers is[\s\S]*--port takes/,
    },
  ])('given $given, then it says what is wrong', ({ args, says }) => {
    expect(() => parseRunOptions(args, {})).toThrow(InvalidSpecError);
    expect(() => parseRunOptions(args, {})).toThrow(says);
  });
});
