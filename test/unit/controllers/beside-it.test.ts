import { describe, expect, it } from '@jest/globals';
import type { Reading } from '#core/analysis/reading.ts';
import { besideIt } from '#shared/controllers/beside-it.ts';

const ANSWER: Reading = { kind: 'verdict', phase: 'Successful' };
const own = async () => 'own';

describe('given something asked beside what counts', () => {
  it('when it answers, then both are there', async () => {
    expect(await besideIt(own, async () => ANSWER)).toEqual({ own: 'own', other: ANSWER });
  });

  it('when there is nothing to ask, then only what counts is there', async () => {
    expect(await besideIt(own, async () => undefined)).toEqual({ own: 'own', other: undefined });
  });

  it('when it never answers, then it is given up and told to stop', async () => {
    let stopped = false;
    const never = (signal: AbortSignal) =>
      new Promise<Reading>(() => signal.addEventListener('abort', () => (stopped = true)));
    const { other } = await besideIt(own, never, 0);
    expect(other).toEqual({ kind: 'error', message: 'no answer in time' });
    expect(stopped).toBe(true);
  });

  it.each([
    { given: 'fails later', ask: () => Promise.reject(new Error('broken')) },
    {
      given: 'fails at once',
      ask: () => {
        throw new Error('broken');
      },
    },
  ])('when it $given, then what counts is not touched', async ({ ask }) => {
    expect(await besideIt(own, ask)).toEqual({ own: 'own', other: { kind: 'error', message: 'broken' } });
  });

  it('when what counts fails, then that is thrown, whatever the other says', async () => {
    const failing = besideIt(
      () => Promise.reject(new Error('counts')),
      () => Promise.reject(new Error('broken')),
    );
    await expect(failing).rejects.toThrow('counts');
  });
});
