/** The JSON API on AWS. */
import { plugIn } from '#shared/aws.ts';
import { apiFunction } from './function.ts';

const { ports, config, namedTokens } = plugIn('api');
export const handler = apiFunction({ ...ports, alerts: config.alerts, tokens: () => namedTokens('apiSecret') });
