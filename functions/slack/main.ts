/** Slack's slash commands on AWS. */
import { plugIn } from '#shared/aws.ts';
import { slackFunction } from './function.ts';

const { ports, config, policy, secret, tell } = plugIn('slack');
const signingSecrets = () => secret('slackSigningSecret');
const { freezes } = policy;
export const handler = slackFunction({
  ...ports,
  freezes,
  wallClock: ports.clock,
  seen: ports.cursors,
  signingSecrets,
  teams: config.slack.teams,
  appId: config.slack.appId,
  tell,
});
