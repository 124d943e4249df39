/** Every plain builtin by name. conditions.md §9. The predicate builtins are part of the language itself (§8). */
import { AGGREGATES } from './aggregates.ts';
import { BITS } from './bits.ts';
import type { Builtin } from './builtin.ts';
import { CONVERSIONS } from './conversions.ts';
import { DATES } from './dates.ts';
import { LISTS } from './lists.ts';
import { MAPS } from './maps.ts';
import { TEXTS } from './texts.ts';

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ...CONVERSIONS,
  ...AGGREGATES,
  ...TEXTS,
  ...LISTS,
  ...MAPS,
  ...BITS,
  ...DATES,
]);
