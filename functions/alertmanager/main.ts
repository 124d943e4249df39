/** Alertmanager's webhook on AWS. */
import { plugIn } from '#shared/aws.ts';
import { alertmanagerFunction } from './function.ts';

const { ports, config, secret } = plugIn('alertmanager');
const { watchdog, clientCertificates } = config.alerts;
const tokens = () => secret('alertmanagerSecret');
export const handler = alertmanagerFunction({ ...ports, watchdog, clientCertificates, tokens });
