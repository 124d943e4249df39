/** The part of weir.yaml that says who may do what, when, and who is who. */
import * as z from 'zod';
import { COMMAND_VERBS } from '#core/commands/command.ts';
import { isFrozenAt } from '#core/commands/freeze.ts';
import { messageOf } from '#core/errors.ts';

const texts = z.array(z.string().min(1));

export const policyRule = z.strictObject({
  effect: z.enum(['allow', 'deny']),
  verbs: z.array(z.enum(COMMAND_VERBS)).optional(),
  actors: texts.optional(),
  clusters: texts.optional(),
  namespaces: texts.optional(),
  rollouts: texts.optional(),
  channels: texts.optional(),
});

export const person = z.strictObject({ name: z.string().min(1), ids: texts.min(1, 'names no account') });

/** One whose times are none must not be found out on the day it is needed. */
export const freeze = z
  .strictObject({
    reason: z.string().min(1),
    from: z.string(),
    to: z.string(),
    timezone: z.string().optional(),
    rollouts: texts.optional(),
  })
  .superRefine((value, context) => {
    try {
      isFrozenAt(defined(value), 0);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
    }
  });

function defined<T extends object>(value: T): { [K in keyof T]-?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

export const policyParts = {
  policy: z.array(policyRule).default([]),
  people: z.array(person).default([]),
  groups: z.record(z.string().min(1), texts).default({}),
  freezes: z.array(freeze).default([]),
  /** People whom `people` does not name. */
  strangers: z.enum(['allow', 'deny']).default('allow'),
};
