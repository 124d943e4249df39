import type { LocalDynamodb } from '../../infra/local/dynalite.ts';

/** What a function would find in its environment. */
export function environmentFor({ endpoint }: Pick<LocalDynamodb, 'endpoint'>): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}
