/** Lists and objects as the Table that `kubectl get` asks for. */
import type { Instant } from '#core/time.ts';
import { columnsOf, type Column } from './columns.ts';
import type { KindDefinition } from './kinds.ts';
import type { ApiObject } from './objects.ts';

export interface TableOptions {
  readonly now: Instant;
  /** How much of each object goes along. */
  readonly includeObject: 'None' | 'Metadata' | 'Object';
}

/** The first choice of the client counts. */
export function wantsTable(accept: string): boolean {
  const [first = ''] = accept.split(',');
  return first.includes('as=Table') && first.includes('g=meta.k8s.io');
}

export function tableOf(
  kind: KindDefinition,
  objects: readonly ApiObject[],
  metadata: object,
  options: TableOptions,
): object {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(definitionOf),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.now)),
      ...includedObject(object, options),
    })),
  };
}

function definitionOf({ name, type, priority }: Column): object {
  return { name, type, format: name === 'Name' ? 'name' : '', description: '', priority };
}

function includedObject(object: ApiObject, { includeObject }: TableOptions): { readonly object?: object } {
  switch (includeObject) {
    case 'None':
      return {};
    case 'Metadata':
      return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
    case 'Object':
      return { object };
  }
}
