/** What people and alerts do to a release from outside, through the very webhooks. */
import { formatTimestamp } from '#core/time.ts';
import type { LocalStack } from '../stack.ts';
import type { RolloutPlace } from './watch.ts';
import type { Narrator } from './narration.ts';
import { read, until } from './watch.ts';

export type Intervention = (stack: LocalStack, place: RolloutPlace, narrator: Pick<Narrator, 'say'>) => Promise<void>;

/** Somebody types a slash command once the release waits for a person. */
export async function personPromotes(stack: LocalStack, place: RolloutPlace, narrator: Pick<Narrator, 'say'>) {
  await until(stack, 'pause that a person ends', async () => {
    const { status } = await read(stack, place);
    return status?.pauseConditions?.some(({ reason }) => reason === 'BlueGreenPause') ? true : undefined;
  });
  const words = `promote ${place.namespace}/${place.name}`;
  narrator.say(`@ana types /weir ${words}`);
  narrator.say(`Slack shows: ${await stack.slack.type(words)}`);
}

/** At 40 %, after the first good measurement, an alert on the canary's pods fires. */
export async function alertFires(stack: LocalStack, place: RolloutPlace, narrator: Pick<Narrator, 'say'>) {
  const podHash = await until(stack, '40 % with a good measurement', async () => {
    const { status } = await read(stack, place);
    const releasing = status?.stableRS !== status?.currentPodHash && status?.abort !== true;
    return releasing && (status?.currentStepIndex ?? 0) >= 3 ? status?.currentPodHash : undefined;
  });
  const labels = {
    alertname: 'CheckoutErrors',
    severity: 'critical',
    namespace: place.namespace,
    rollout: place.name,
    rollouts_pod_template_hash: podHash,
  };
  narrator.say(`Alertmanager posts ${labels.alertname} (critical) on the canary's pods`);
  await postAlert(stack, labels);
}

async function postAlert(stack: LocalStack, labels: Readonly<Record<string, string>>): Promise<void> {
  const alert = {
    status: 'firing',
    labels,
    annotations: { summary: 'Checkout fails for many customers' },
    startsAt: formatTimestamp(stack.clock.now()),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: labels['rollouts_pod_template_hash'] ?? '',
  };
  const group = {
    version: '4',
    groupKey: '{}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'weir',
    alerts: [alert],
  };
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${stack.credentials.alertmanagerToken}`,
  };
  const answer = await fetch(`${stack.url}/alertmanager`, { method: 'POST', headers, body: JSON.stringify(group) });
  if (!answer.ok) throw new Error(`the alert was answered ${answer.status}`);
}
