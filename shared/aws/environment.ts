/** What the stack tells a function through its environment: read once, every missing name in one message. */
import { InvalidSpecError } from '#core/errors.ts';

/** By the variable that carries it. */
export const VARIABLES = {
  table: 'WEIR_TABLE',
  workQueue: 'WEIR_WORK_QUEUE',
  workDeadLetters: 'WEIR_WORK_DEAD_LETTERS',
  ordersQueue: 'WEIR_ORDERS_QUEUE',
  ordersDeadLetters: 'WEIR_ORDERS_DEAD_LETTERS',
  eventsQueue: 'WEIR_EVENTS_QUEUE',
  eventsDeadLetters: 'WEIR_EVENTS_DEAD_LETTERS',
  bus: 'WEIR_BUS',
  alertmanagerSecret: 'WEIR_ALERTMANAGER_SECRET',
  slackSigningSecret: 'WEIR_SLACK_SIGNING_SECRET',
  slackTokenSecret: 'WEIR_SLACK_TOKEN_SECRET',
  apiSecret: 'WEIR_API_SECRET',
  admissionSecret: 'WEIR_ADMISSION_SECRET',
  rollbackSecret: 'WEIR_ROLLBACK_SECRET',
} as const;

export type Setting = keyof typeof VARIABLES;
export type FunctionName =
  | 'tick'
  | 'reconcile'
  | 'alertmanager'
  | 'slack'
  | 'orders'
  | 'notifier'
  | 'api'
  | 'admission';

const EVERY_CONTROLLER = ['table', 'workQueue', 'bus'] as const;

/** What each function is given, and no more: the stack grants its rights by the same list. */
export const NEEDS = {
  tick: [...EVERY_CONTROLLER, 'ordersQueue'],
  reconcile: [...EVERY_CONTROLLER, 'rollbackSecret'],
  orders: [...EVERY_CONTROLLER, 'rollbackSecret'],
  alertmanager: ['table', 'ordersQueue', 'alertmanagerSecret'],
  slack: ['table', 'ordersQueue', 'slackSigningSecret'],
  notifier: ['table', 'slackTokenSecret'],
  admission: ['table', 'workQueue', 'admissionSecret'],
  api: [
    'table',
    'workQueue',
    'ordersQueue',
    'eventsQueue',
    'workDeadLetters',
    'ordersDeadLetters',
    'eventsDeadLetters',
    'apiSecret',
  ],
} as const satisfies Record<FunctionName, readonly Setting[]>;

/** @returns a setting by its name @throws InvalidSpecError that names every variable which is missing */
export function readSettings(
  name: FunctionName,
  environment: Readonly<Record<string, string | undefined>>,
): (setting: Setting) => string {
  const missing = NEEDS[name].map((setting) => VARIABLES[setting]).filter((variable) => !environment[variable]);
  if (missing.length > 0) {
    throw new InvalidSpecError(
      `function ${name} lacks ${missing.join(', ')} in its environment: deploy the stack again`,
    );
  }
  return (setting) => {
    const value = environment[VARIABLES[setting]];
    if (value !== undefined) return value;
    throw new InvalidSpecError(`function ${name} is not given ${VARIABLES[setting]}: it may not use this port`);
  };
}
