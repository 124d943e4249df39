/** Slack's slash commands on AWS. */
import { plugIn } from '#shared/aws.ts';
import { slackFunction } from './function.ts';

const { ports, secret } = plugIn('slack');
const signingSecrets = () => secret('slackSigningSecret');
export const handler = slackFunction({ ...ports, wallClock: ports.clock, seen: ports.cursors, signingSecrets });
