/**
 * Secrets in Secrets Manager. Of each secret its current version and the one before are valid: while it is being replaced
 * both sides may use either. Values are kept for a minute; when Secrets Manager does not answer, what is known stays valid.
 */
import type { GetSecretValueCommandInput, GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { messageOf, TransientError } from '#core/errors.ts';
import { MINUTE, type Instant, type Millis } from '#core/time.ts';
import { connectJsonService } from '../aws-client/json-service.ts';
import type { Clock } from '../ports.ts';

const KEEP: Millis = MINUTE;

export interface Secrets {
  /** The current value, then the one before, if there is one. @throws TransientError when none is known */
  valid(id: string): Promise<readonly string[]>;
}

interface Known {
  readonly values: readonly string[];
  readonly at: Instant;
}

/** The operation that Weir uses; the SDK's `SecretsManager` has it, too. */
export interface SecretClient {
  getSecretValue(input: GetSecretValueCommandInput): Promise<Pick<GetSecretValueCommandOutput, 'SecretString'>>;
}

export function connectSecretsManager(environment?: NodeJS.ProcessEnv): SecretClient {
  const service = { name: 'secretsmanager', target: 'secretsmanager', version: '1.1' } as const;
  const call = connectJsonService(service, environment);
  return { getSecretValue: (input) => call('GetSecretValue', input) };
}

/** @param heard told of every value that was read: the log hides them from then on */
export function createSecrets(client: SecretClient, clock: Clock, heard: (values: readonly string[]) => void): Secrets {
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<readonly string[]>>();

  async function renewed(id: string): Promise<readonly string[]> {
    const read = underWay.get(id) ?? readValid(client, id).finally(() => underWay.delete(id));
    underWay.set(id, read);
    const values = await read;
    heard(values);
    known.set(id, { values, at: clock.now() });
    return values;
  }

  return {
    async valid(id) {
      const last = known.get(id);
      if (last !== undefined && clock.now() - last.at < KEEP) return last.values;
      try {
        return await renewed(id);
      } catch (error) {
        if (last !== undefined) return last.values;
        throw new TransientError(`secret ${id} cannot be read: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

async function readValid(client: SecretClient, id: string): Promise<readonly string[]> {
  const [current, previous] = await Promise.all([
    readVersion(client, id, 'AWSCURRENT'),
    readVersion(client, id, 'AWSPREVIOUS'),
  ]);
  if (current === undefined) throw new Error('it has no value yet');
  return previous === undefined ? [current] : [current, previous];
}

/** @returns undefined when there is no such version */
async function readVersion(client: SecretClient, SecretId: string, VersionStage: string) {
  try {
    return (await client.getSecretValue({ SecretId, VersionStage })).SecretString;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
