/** What a client asks of the cluster, as data, and faults that can be put into its way. */
import type { DeleteOptions } from './deletion.ts';
import type { ApiRef, SentObject } from './objects.ts';
import type { Patch } from './patches.ts';
import type { StoreQuery } from './query.ts';

export type Operation =
  | { readonly verb: 'get'; readonly ref: ApiRef }
  | { readonly verb: 'list'; readonly query: StoreQuery }
  | { readonly verb: 'watch'; readonly query: StoreQuery; readonly resourceVersion?: string | undefined }
  | { readonly verb: 'create'; readonly object: SentObject }
  | { readonly verb: 'update'; readonly object: SentObject; readonly subresource?: 'status' | undefined }
  | {
      readonly verb: 'patch';
      readonly ref: ApiRef;
      readonly patch: Patch;
      readonly subresource?: 'status' | undefined;
    }
  | { readonly verb: 'delete'; readonly ref: ApiRef; readonly options?: DeleteOptions | undefined };

/** A fault put into the way of operations. Throw a StatusError to refuse; wait to be slow. */
export interface Interceptor {
  /** Before anything has happened. */
  before?(operation: Operation): void | Promise<void>;
  /** What is thrown here is a lost answer: the operation has taken effect. */
  after?(operation: Operation): void | Promise<void>;
}
