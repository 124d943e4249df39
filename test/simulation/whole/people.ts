/** Who acts on the Rollout from outside: releases from Git, people in Slack and with kubectl, alerts, those who repair. */
import { bindTo, type Binding } from '#core/commands/command.ts';
import { ABORT_ACTION, PROMOTE_ACTION } from '#core/messages/card/buttons.ts';
import { ARGO_API_VERSION, type Rollout } from '#core/resources/argo.ts';
import { formatTimestamp, SECOND } from '#core/time.ts';
import type { WebRequest } from '#shared/web-request.ts';
import { sign } from '../../../functions/slack/signature.ts';
import { alertmanager, SIGNING_SECRET, slack, TOKEN } from './functions.ts';
import { KUBECTL } from './observer.ts';
import { anAnalysisRun, KEY, NAME, NAMESPACE, podTemplateOf } from './scenario.ts';
import type { System } from './system.ts';

export type Deed =
  | 'release'
  | 'sync'
  | 'promote'
  | 'click promote'
  | 'click abort'
  | 'abort'
  | 'retry'
  | 'pause'
  | 'undo'
  | 'full'
  | 'alert'
  | 'kubectl promote'
  | 'kubectl abort'
  | 'kubectl set image'
  | 'edit'
  | 'analysis';

const REF = { apiVersion: ARGO_API_VERSION, kind: 'Rollout', namespace: NAMESPACE, name: NAME };
/** Alertmanager goes on for long; people give up. */
const WEBHOOK_TRIES = 40;
const SLACK_TRIES = 3;

export function createPeople(system: System) {
  const { random, scheduler, core, observer } = system;
  let inGit = 'v1';
  let released = 1;
  let requests = 0;
  let edits = 0;

  const read = async () => (await core.cluster.get<Rollout>(REF))!;

  async function perform(deed: Deed): Promise<void> {
    scheduler.note(`person: ${deed}`);
    switch (deed) {
      case 'release':
        released += 1;
        inGit = `v${released}${random.pick(['', '', '-bad', '-stuck'])}`;
        return sync();
      case 'sync':
        return sync();
      case 'promote':
      case 'abort':
      case 'retry':
      case 'pause':
      case 'undo':
        return type(deed);
      case 'full':
        return type('promote', ' --full');
      case 'click promote':
        return click(PROMOTE_ACTION);
      case 'click abort':
        return click(ABORT_ACTION);
      case 'alert':
        return alert();
      case 'edit':
        return edit();
      case 'analysis':
        return void (await core.cluster.create(anAnalysisRun(`by-hand-${(requests += 1)}`, await currentHash())));
      default:
        return kubectl(deed);
    }
  }

  /** Argo CD: the Rollout becomes what Git says. */
  async function sync(): Promise<void> {
    await core.cluster.patch(REF, { spec: { template: podTemplateOf(inGit) as never } });
  }

  const currentHash = async () => (await read()).status?.currentPodHash ?? '';

  /** Somebody works on the manifest while it is released: each save is a write that others' writes meet. */
  async function edit(): Promise<void> {
    for (let left = random.between(1, 6); left > 0; left--) {
      edits += 1;
      const annotations = { 'example.com/edit': String(edits) };
      await core.cluster.patch(REF, { metadata: { annotations }, spec: { progressDeadlineSeconds: 120 + edits } });
      await scheduler.sleep(random.between(0, 4) * SECOND);
    }
  }

  async function kubectl(deed: 'kubectl promote' | 'kubectl abort' | 'kubectl set image'): Promise<void> {
    const rollout = await read();
    const status = rollout.status ?? {};
    if (deed === 'kubectl set image') {
      await core.cluster.patch(REF, { spec: { template: podTemplateOf(`v1${random.pick(['', '-hot'])}`) as never } });
    } else if (deed === 'kubectl abort') {
      await core.cluster.patchStatus(rollout, { ...status, abort: true }, { guarded: false });
    } else if ((status.pauseConditions ?? []).length > 0) {
      const { pauseConditions: _, ...rest } = status;
      allowPromote(bindTo(rollout));
      await core.cluster.patchStatus(rollout, rest, { guarded: false });
    }
  }

  function allowPromote({ podHash, stepIndex = 0 }: Binding): void {
    observer.asked.promotes.push({ place: `${podHash}/${stepIndex}`, person: KUBECTL });
  }

  async function type(verb: string, flags = ''): Promise<void> {
    const user = random.pick(['UANA', 'UBOB']);
    for (let left = SLACK_TRIES; left > 0; left--) {
      const form = {
        command: '/weir',
        text: `${verb} ${NAME}${flags}`,
        team_id: 'T1',
        user_id: user,
        channel_id: 'C1',
      };
      const answer = await post(
        () => new URLSearchParams({ ...form, trigger_id: String(requests) }).toString(),
        'slack',
      );
      const body = answer?.body ?? {};
      const text = 'text' in body && typeof body.text === 'string' ? body.text : '';
      if (text.startsWith('Accepted')) return;
      await scheduler.sleep(20 * SECOND);
    }
  }

  /** On what the card shows: the state of some time ago. */
  async function click(action: string): Promise<void> {
    const binding = bindTo(await read());
    const clicks = random.chance(0.5) ? 2 : 1;
    await scheduler.sleep(random.between(0, 60) * SECOND);
    const { cluster, namespace, name } = KEY;
    const value = JSON.stringify({ cluster, namespace, name, binding });
    await Promise.all(
      Array.from({ length: clicks }, (_, each) =>
        post(() => {
          const user = { id: `U${each}` };
          const payload = { type: 'block_actions', team: { id: 'T1' }, user, actions: [{ action_id: action, value }] };
          return new URLSearchParams({ payload: JSON.stringify(payload), trigger_id: String(requests) }).toString();
        }, 'slack'),
      ),
    );
  }

  async function post(bodyOf: () => string, to: 'slack') {
    requests += 1;
    const rawBody = bodyOf();
    const timestamp = String(Math.floor(scheduler.now() / SECOND));
    const headers = {
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(SIGNING_SECRET, timestamp, rawBody),
    };
    const request: WebRequest = { method: 'POST', path: `/${to}`, headers, query: {}, rawBody };
    return system.run('slack', (view) => slack(request, view, scheduler));
  }

  /** Fires, and resolves later; told again and again until it is heard. */
  async function alert(): Promise<void> {
    const { status } = await read();
    const labels = {
      alertname: 'Errors',
      cluster: 'prod',
      namespace: NAMESPACE,
      rollout: NAME,
      severity: random.pick(['critical', 'warning']),
      ...(random.chance(0.7) && { rollouts_pod_template_hash: status?.currentPodHash ?? '' }),
    };
    requests += 1;
    const news = { labels, annotations: {}, startsAt: formatTimestamp(scheduler.now()), fingerprint: `f${requests}` };
    await deliver({ ...news, status: 'firing' });
    await scheduler.sleep(random.between(10, 180) * SECOND);
    await deliver({ ...news, status: 'resolved' });
  }

  async function deliver(news: object): Promise<void> {
    const rawBody = JSON.stringify({ version: '4', alerts: [news] });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const request: WebRequest = { method: 'POST', path: '/alertmanager', headers, query: {}, rawBody };
    for (let left = WEBHOOK_TRIES; left > 0; left--) {
      const answer = await system.run('alertmanager', (view) => alertmanager(request, view));
      if (answer?.status === 200) return;
      await scheduler.sleep(10 * SECOND);
    }
  }

  /** Who looks after what is parked and after dead letters. */
  async function repair(): Promise<void> {
    system.redriveDeadLetters();
    await system.run('repair', async ({ queue }) => {
      for (const key of await queue.parked()) await queue.redrive(key);
    });
  }

  return { perform, repair };
}
