/**
 * Weir's ports on AWS. What stores and sends is small and there at once; an adapter with a library behind it comes by a dynamic
 * import of its own when it is first asked, so that no function reads what it does not use. Configuration and environment are
 * checked at once, so that a wrong one fails at the start.
 */
import { InvalidSpecError } from '#core/errors.ts';
import { loadConfig } from './aws/config.ts';
import { readSettings, type FunctionName, type Setting } from './aws/environment.ts';
import { once, onFirstUse } from './aws/first-use.ts';
import { HOLD } from './aws/limits.ts';
import { createSites } from './aws/sites.ts';
import type { WeirConfig } from './config.ts';
import { policyOf } from './policy-of.ts';
import { connectTable } from './dynamodb/client.ts';
import { createDynamodbCursorStore } from './history/dynamodb-cursor-store.ts';
import { createDynamodbOrderStore } from './history/dynamodb-order-store.ts';
import { createDynamodbRunHistory } from './history/dynamodb-run-history.ts';
import { createLogger, type Logger } from './logger.ts';
import type { Announcer, Clock, DeadLetters, EventBus, OrderSender, Ports, RollbackRules, WorkQueue } from './ports.ts';
import { createDynamodbTicketStore } from './queue/dynamodb-ticket-store.ts';
import { connectSqs, createSqsDeadLetters, createSqsOrderSender, createSqsWorkSender } from './queue/sqs.ts';
import { createTicketQueue } from './queue/ticket-queue.ts';
import { connectSecretsManager, createSecrets } from './secrets/secrets-manager.ts';
import { answer, tell } from './slack/answers.ts';
import type { CardOptions } from './slack/card-announcer.ts';

type Settings = (setting: Setting) => string;

export function plugIn(name: FunctionName, environment: NodeJS.ProcessEnv = process.env) {
  const settings = readSettings(name, environment);
  const { config, version } = loadConfig(environment['LAMBDA_TASK_ROOT'] ?? process.cwd());
  const clock: Clock = { now: Date.now };
  const log = createLogger({ service: name, level: config.aws.logLevel });
  const valid = secretReader(clock, log);
  const newest = async (id: string) => (await valid(id))[0] ?? '';
  const region = environment['AWS_REGION'] ?? '';
  log.debug('Function starts', { function: name, config: version });
  const ports = {
    clock,
    log,
    sites: createSites({ config, clock, region, secret: newest }),
    ...storedPorts(settings, clock),
    ...sendingPorts(settings),
  };
  return {
    config,
    policy: policyOf(config),
    ports,
    rollback: rollbackRules(config, () => newest(settings('rollbackSecret')), clock),
    announcer: cards(config, () => newest(settings('slackTokenSecret')), ports),
    answer,
    tell,
    /** Valid values, newest first. */
    secret: (setting: Setting) => valid(settings(setting)),
    /** Tokens by the name of who has them, as JSON. */
    namedTokens: async (setting: Setting) => (await valid(settings(setting))).flatMap(namedTokensIn),
  };
}

function secretReader(clock: Clock, log: Logger) {
  const secrets = createSecrets(connectSecretsManager(), clock, (values) => log.hide(values));
  return (id: string) => secrets.valid(id);
}

function storedPorts(settings: Settings, clock: Clock) {
  const table = connectTable(settings('table'));
  return {
    history: createDynamodbRunHistory(table, clock),
    cursors: createDynamodbCursorStore(table, clock),
    orders: createDynamodbOrderStore(table),
    queue: onFirstUse<WorkQueue>(async () => {
      const sender = createSqsWorkSender(connectSqs(), settings('workQueue'));
      return createTicketQueue({ store: createDynamodbTicketStore(table, clock), sender, clock, hold: HOLD });
    }),
  };
}

/** Not every function is given each of these places: which one may not is told when it asks. */
function sendingPorts(settings: Settings) {
  return {
    bus: onFirstUse<EventBus>(async () => {
      const { connectEventBridge, createEventBridgeBus } = await import('./events/event-bridge-bus.ts');
      return createEventBridgeBus(connectEventBridge(), settings('bus'));
    }),
    sender: onFirstUse<OrderSender>(async () => createSqsOrderSender(connectSqs(), settings('ordersQueue'))),
    deadLetters: onFirstUse<DeadLetters>(async () =>
      createSqsDeadLetters(connectSqs(), [
        { queueUrl: settings('workQueue'), deadLettersUrl: settings('workDeadLetters') },
        { queueUrl: settings('ordersQueue'), deadLettersUrl: settings('ordersDeadLetters') },
        { queueUrl: settings('eventsQueue'), deadLettersUrl: settings('eventsDeadLetters') },
      ]),
    ),
  };
}

function cards({ slack }: WeirConfig, token: () => Promise<string>, ports: CardPorts): Announcer {
  return onFirstUse<Announcer>(async () => {
    const [{ createCardAnnouncer }, { createSlackWebApi }, { readReleaseOf }] = await Promise.all([
      import('./slack/card-announcer.ts'),
      import('./slack/web-api.ts'),
      import('./controllers/release-history.ts'),
    ]);
    const tell: CardOptions['tell'] = (releaseId, event) => readReleaseOf(releaseId, event, ports);
    return createCardAnnouncer({
      ...ports,
      tell,
      channel: slack.channel,
      chat: createSlackWebApi({ token, log: ports.log }),
    });
  });
}

function rollbackRules({ rollback }: WeirConfig, secret: () => Promise<string>, wallClock: Clock): RollbackRules {
  const { selfHeal: selfHeals, webhook: url } = rollback;
  if (url === undefined) return { selfHeals };
  const send = once(async () => {
    const { createRollbackWebhook } = await import('./rollback-webhook.ts');
    return createRollbackWebhook({ url, secret, wallClock });
  });
  return { selfHeals, request: async (request) => (await send())(request) };
}

type CardPorts = Pick<Ports, 'clock' | 'cursors' | 'log' | 'history' | 'orders'>;

function namedTokensIn(json: string): readonly { readonly name: string; readonly token: string }[] {
  try {
    return Object.entries(JSON.parse(json) as Record<string, string>).map(([name, token]) => ({ name, token }));
  } catch (error) {
    throw new InvalidSpecError('the secret of the API must be JSON: {"name": "token"}', { cause: error });
  }
}
