import { describe, expect, it } from '@jest/globals';
import { TransientError } from '#core/errors.ts';
import { MINUTE, SECOND } from '#core/time.ts';
import { AwsError } from '#shared/aws-client/json-service.ts';
import { createSecrets, type SecretClient } from '#shared/secrets/secrets-manager.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function setUp() {
  const stages: Record<string, string> = { AWSCURRENT: 'first' };
  const state = { asked: 0, down: false };
  const client: SecretClient = {
    async getSecretValue(input) {
      state.asked += 1;
      if (state.down) throw new Error('503');
      const value = stages[input.VersionStage ?? ''];
      if (value === undefined) throw new AwsError('ResourceNotFoundException', 'no such stage');
      return { SecretString: value };
    },
  };
  const clock = new VirtualClock();
  const heard: string[] = [];
  const secrets = createSecrets(client, clock, (values) => void heard.push(...values));
  return { secrets, stages, state, clock, heard };
}

describe('given a secret in Secrets Manager', () => {
  it('when it was never replaced, then one value is valid; when it was, then the new one and the one before', async () => {
    const { secrets, stages, clock, heard } = setUp();
    expect(await secrets.valid('s')).toEqual(['first']);
    Object.assign(stages, { AWSCURRENT: 'second', AWSPREVIOUS: 'first' });
    await clock.advance(MINUTE);
    expect(await secrets.valid('s')).toEqual(['second', 'first']);
    expect(heard).toEqual(['first', 'second', 'first']);
  });

  it('when it is asked for often, then Secrets Manager is asked once a minute', async () => {
    const { secrets, state, clock } = setUp();
    await Promise.all([secrets.valid('s'), secrets.valid('s')]);
    await clock.advance(59 * SECOND);
    await secrets.valid('s');
    expect(state.asked).toBe(2);
  });

  it('when Secrets Manager is down, then what is known stays valid; nothing known is an error that passes', async () => {
    const { secrets, state, clock } = setUp();
    await secrets.valid('s');
    state.down = true;
    await clock.advance(10 * MINUTE);
    expect(await secrets.valid('s')).toEqual(['first']);
    await expect(secrets.valid('other')).rejects.toThrow(TransientError);
  });

  it('when it has no value, then that is told by name', async () => {
    const { secrets, stages } = setUp();
    delete stages['AWSCURRENT'];
    await expect(secrets.valid('weir/api')).rejects.toThrow('secret weir/api cannot be read: it has no value yet');
  });
});
