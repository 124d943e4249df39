/** The JSON API on AWS. */
import { plugIn } from '#shared/aws.ts';
import { apiFunction } from './function.ts';

const { ports, config, policy, namedTokens } = plugIn('api');
const tokens = () => namedTokens('apiSecret');
export const handler = apiFunction({ ...ports, alerts: config.alerts, freezes: policy.freezes, tokens });
