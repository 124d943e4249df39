/** Reconcile on AWS. */
import { plugIn } from '#shared/aws.ts';
import { reconcileFunction } from './function.ts';

const { ports, rollback } = plugIn('reconcile');
export const handler = reconcileFunction({ ...ports, rollback });
