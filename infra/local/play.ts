/** What a person can do with the stack that stays up. */
import { createHmac } from 'node:crypto';
import type { LocalStack } from './stack.ts';

export function howToPlay(stack: LocalStack, data: string): string {
  const flag = data === '.weir' ? '' : ` --data ${data}`;
  return `
The stack stays up (Ctrl-C ends it). Play with it:

  kubectl --kubeconfig ${stack.kubeconfig} get rollouts,analysisruns -A
  npm run --silent weir -- list${flag}
  npm run --silent weir -- get my-app -n canary -w${flag}
  npm run --silent weir -- history my-app -n canary${flag}

Release a version (a tag that ends in -errors fails half of its requests), and intervene:

  kubectl --kubeconfig ${stack.kubeconfig} -n canary patch rollout my-app --type json -p \\
    '[{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "my-app:v99-errors"}]'
  npm run --silent weir -- promote|abort|retry|pause canary/my-app${flag}

The cards of all releases, as Slack shows them; Promote and Abort work:

  ${stack.slack.page}

Alertmanager's webhook:

  curl -H 'Authorization: Bearer ${stack.credentials.alertmanagerToken}' -d '${alertBody()}' ${stack.url}/alertmanager

Slack's slash command (the signature is good for five minutes):

  ${slackCurl(stack)}

Metrics (Prometheus' HTTP API): ${stack.metricsUrl}/api/v1/query?query=sum(rate(http_requests_total[5m]))by(status)
`;
}

function alertBody(): string {
  const alert = {
    status: 'firing',
    labels: { alertname: 'TryOut', severity: 'critical', namespace: 'canary', rollout: 'my-app' },
    annotations: {},
    startsAt: '2099-01-01T00:00:00Z',
    fingerprint: 'tryout',
  };
  return JSON.stringify({ version: '4', alerts: [alert] });
}

function slackCurl({ url, credentials }: LocalStack): string {
  const body = 'command=%2Fweir&text=list&team_id=T0LOCAL&user_id=U0ANA';
  const timestamp = Math.floor(Date.now() / 1_000);
  const base = `v0:${timestamp}:${body}`;
  const signature = createHmac('sha256', credentials.slackSigningSecret).update(base).digest('hex');
  const headers = `-H 'X-Slack-Request-Timestamp: ${timestamp}' -H 'X-Slack-Signature: v0=${signature}'`;
  return `curl ${headers} -d '${body}' ${url}/slack`;
}
