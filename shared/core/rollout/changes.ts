/** What a pass has decided so far: edits on drafts of the objects it read, one patch per object in the end. */
import type { Action, Decision, EventNote } from '../decision.ts';
import type { RolloutStatus } from '../resources/argo.ts';
import { refOf, type KubernetesObject, type NewObject, type ObjectRef } from '../resources/kubernetes.ts';
import { earliest, type Millis } from '../time.ts';
import { sameJson } from './same-json.ts';

type Entry =
  | { readonly type: 'create'; readonly object: NewObject; readonly because: string }
  | { readonly type: 'edit'; readonly before: KubernetesObject; after: KubernetesObject; readonly reasons: string[] }
  | {
      readonly type: 'attempt';
      readonly before: KubernetesObject;
      readonly after: KubernetesObject;
      readonly because: string;
    }
  | { readonly type: 'delete'; readonly object: ObjectRef; readonly because: string };

/**
 * A value that is written twice in one pass is written once, with the last value; one that ends as it began is not
 * written at all. Later parts of the pass see the drafts (`current`), as they would see the API server's answers.
 */
export class Changes {
  readonly #entries: Entry[] = [];
  readonly #events: EventNote[] = [];
  #requeueAfter: Millis | undefined;
  #edits = 0;

  /** Grows with every edit: what was derived from the drafts before is out of date then. */
  get edits(): number {
    return this.#edits;
  }

  /** The object as edited so far. */
  current<T extends KubernetesObject>(object: T): T {
    return (this.#editOf(object)?.after as T | undefined) ?? object;
  }

  edit<T extends KubernetesObject>(object: T, change: (current: T) => T, because: string): void {
    const entry = this.#editOf(object);
    const current = (entry?.after as T | undefined) ?? object;
    const after = change(current);
    if (sameJson(current, after)) return;
    this.#edits += 1;
    if (entry === undefined) {
      this.#entries.push({ type: 'edit', before: object, after, reasons: [because] });
      return;
    }
    entry.after = after;
    entry.reasons.push(because);
  }

  create(object: NewObject, because: string): void {
    this.#entries.push({ type: 'create', object, because });
  }

  /** Asked for twice, it is done once. */
  delete(object: KubernetesObject, because: string): void {
    const ref = refOf(object);
    if (this.#entries.some((entry) => entry.type === 'delete' && isSame(entry.object, ref))) return;
    this.#entries.push({ type: 'delete', object: ref, because });
  }

  /** A change on which nothing depends: that it fails is told, and the rest is done. */
  attempt(before: KubernetesObject, after: KubernetesObject, because: string): void {
    this.#entries.push({ type: 'attempt', before, after, because });
  }

  /** What another part has decided, as if it had been decided here. */
  add(action: Action): void {
    if (action.type === 'patch') this.edit(action.before, () => action.after, action.because);
    else this.#entries.push(action);
  }

  event(reason: string, message: string, type: EventNote['type'] = 'Normal'): void {
    this.#events.push({ type, reason, message });
  }

  eventOnOwnerToo(reason: string, message: string, type: EventNote['type'] = 'Normal'): void {
    this.#events.push({ type, reason, message, onOwnerToo: true });
  }

  /** Ask for another look; the earliest wish wins. */
  requeue(after: Millis | undefined): void {
    if (after !== undefined) this.#requeueAfter = earliest(this.#requeueAfter, Math.max(0, after));
  }

  /** @param status the whole new status; undefined leaves it as it is */
  decision(status?: RolloutStatus): Decision<RolloutStatus> {
    return {
      actions: this.#entries.flatMap(actionOf),
      events: [...this.#events],
      ...(status === undefined ? {} : { status }),
      ...(this.#requeueAfter === undefined ? {} : { requeueAfter: this.#requeueAfter }),
    };
  }

  #editOf(object: KubernetesObject): Extract<Entry, { type: 'edit' }> | undefined {
    return this.#entries.find(
      (entry): entry is Extract<Entry, { type: 'edit' }> =>
        entry.type === 'edit' && isSame(refOf(entry.before), refOf(object)),
    );
  }
}

function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

function actionOf(entry: Entry): readonly Action[] {
  switch (entry.type) {
    case 'create':
    case 'delete':
      return [entry];
    case 'attempt':
      return [{ ...entry, type: 'patch', mayFail: true }];
    case 'edit': {
      const { before, after, reasons } = entry;
      return sameJson(before, after) ? [] : [{ type: 'patch', before, after, because: reasons.join('; ') }];
    }
  }
}
