/** Orders on AWS. */
import { plugIn } from '#shared/aws.ts';
import { ordersFunction } from './function.ts';

const { ports, config, policy, rollback, answer } = plugIn('orders');
export const handler = ordersFunction(ports, { policy, alerts: config.alerts, rollback, answer });
