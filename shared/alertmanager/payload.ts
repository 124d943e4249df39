/** Alertmanager's webhook payload, version 4: only the fields we use; unknown ones are let through. */
import { en } from 'zod/locales';
import * as z from 'zod/mini';
import type { Alert } from '#core/alerts/alert.ts';
import { jsonBytes } from '#core/history/trim.ts';

/** A stored alert is one item of at most 400 KB. What nobody can store must not be sent again and again. */
const LABEL_BYTES = 100_000;
const ANNOTATION_BYTES = 100_000;
const LONGEST_FINGERPRINT = 256;

const labels = z
  .record(z.string(), z.string())
  .check(z.refine((given) => jsonBytes(given) <= LABEL_BYTES, `more than ${LABEL_BYTES} bytes`));
/** They decide nothing: those that do not fit are left out. */
const annotations = z.pipe(
  z._default(z.record(z.string(), z.string()), {}),
  z.transform((given) => (jsonBytes(given) <= ANNOTATION_BYTES ? given : {})),
);

const alertGroup = z.looseObject({
  version: z.literal('4'),
  groupKey: z._default(z.string(), ''),
  receiver: z._default(z.string(), ''),
  truncatedAlerts: z._default(z.int().check(z.nonnegative()), 0),
  commonLabels: z._default(labels, {}),
  alerts: z
    .array(
      z.looseObject({
        status: z.enum(['firing', 'resolved']),
        labels,
        annotations,
        startsAt: z.iso.datetime({ offset: true }),
        fingerprint: z.string().check(z.minLength(1), z.maxLength(LONGEST_FINGERPRINT)),
      }),
    )
    .check(z.maxLength(10_000)),
});

export interface AlertGroup {
  readonly groupKey: string;
  readonly receiver: string;
  /** Alerts that Alertmanager left out of the payload: there is more than we see. */
  readonly truncatedAlerts: number;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly Alert[];
}

export type ParsedGroup = { readonly group: AlertGroup } | { readonly problem: string };

export function parseAlertGroup(body: string): ParsedGroup {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { problem: 'the body is not JSON' };
  }
  const result = alertGroup.safeParse(json, { error: en().localeError });
  if (!result.success) return { problem: firstProblem(result.error) };
  const { groupKey, receiver, truncatedAlerts, commonLabels, alerts } = result.data;
  return { group: { groupKey, receiver, truncatedAlerts, commonLabels, alerts: alerts.map(toAlert) } };
}

function toAlert(alert: z.infer<typeof alertGroup>['alerts'][number]): Alert {
  const { status, fingerprint, startsAt } = alert;
  return { status, labels: alert.labels, annotations: alert.annotations, startsAt: Date.parse(startsAt), fingerprint };
}

function firstProblem(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  const path = issue?.path.join('.') ?? '';
  if (path === 'version') return 'not an Alertmanager payload of version 4';
  return `${path === '' ? 'body' : path}: ${issue?.message ?? 'invalid'}`;
}
