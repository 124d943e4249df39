/** The notifier on AWS. */
import { plugIn } from '#shared/aws.ts';
import { notifierFunction } from './function.ts';

const { ports, announcer } = plugIn('notifier');
export const handler = notifierFunction({ ...ports, announcer, sent: ports.cursors });
