/** Buttons of a card, bound to what the card shows: a click on an old card is told so, and does nothing. */
import type { Binding } from '../../commands/command.ts';
import type { ReleaseSummary } from '../../history/record.ts';
import { printable } from '../line.ts';
import { shortened } from '../slack-text.ts';
import type { Block } from './block.ts';
import type { Standing } from './standing.ts';

export type ButtonVerb = 'promote' | 'abort';

/** What a button carries through Slack. */
export interface ButtonValue {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly binding: Binding;
}

export const PROMOTE_ACTION = 'weir_promote';
export const ABORT_ACTION = 'weir_abort';

export function actionsBlock(release: ReleaseSummary, { running, waiting }: Standing): readonly Block[] {
  if (!running) return [];
  const app = `${release.rollout} in ${release.cluster}/${release.namespace}`;
  const promote = {
    ...button('Promote', PROMOTE_ACTION, valueOf(release, waiting ?? {})),
    style: 'primary',
    confirm: confirm('Promote?', `${app} goes on from ${release.weights.at(-1) ?? 0} %.`, 'Promote'),
  };
  const abort = {
    ...button('Abort', ABORT_ACTION, valueOf(release, {})),
    style: 'danger',
    confirm: confirm('Abort?', `${app} goes back to the stable version.`, 'Abort'),
  };
  return [{ type: 'actions', elements: waiting === undefined ? [abort] : [promote, abort] }];
}

/** The uid is the first part of a release's id. */
function valueOf(release: ReleaseSummary, where: Pick<Binding, 'stepIndex' | 'pausedAt'>): ButtonValue {
  const { cluster, namespace, rollout, podHash, id } = release;
  const uid = id.slice(0, id.length - `.${release.revision}.${podHash}`.length);
  return { cluster, namespace, name: rollout, binding: { uid, podHash, ...where } };
}

function button(label: string, actionId: string, value: ButtonValue) {
  const text = { type: 'plain_text', text: label };
  return { type: 'button', action_id: actionId, text, value: JSON.stringify(value) };
}

/** Plain text: nothing in a name can format, link or ping. Slack's limits: title 100, text 300, buttons 30. */
function confirm(title: string, text: string, label: string) {
  return {
    title: { type: 'plain_text', text: title },
    text: { type: 'plain_text', text: shortened(printable(text), 300) },
    confirm: { type: 'plain_text', text: label },
    deny: { type: 'plain_text', text: 'Cancel' },
  };
}
