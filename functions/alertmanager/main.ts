/** Alertmanager's webhook on AWS. */
import { plugIn } from '#shared/aws.ts';
import { alertmanagerFunction } from './function.ts';

const { ports, config, secret } = plugIn('alertmanager');
const tokens = () => secret('alertmanagerSecret');
export const handler = alertmanagerFunction({ ...ports, watchdog: config.alerts.watchdog, tokens });
