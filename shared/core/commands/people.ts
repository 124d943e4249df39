/** Who is who: one person has several accounts (Slack, a terminal, Git), and belongs to groups. */

export interface Directory {
  readonly people: readonly Person[];
  /** Group → names of people, or ids of accounts. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export interface Person {
  readonly name: string;
  /** Accounts: `slack:T1/U1`, `cli:ana`, `git:ana@example.com`. */
  readonly ids: readonly string[];
}

export const NOBODY_KNOWN: Directory = { people: [], groups: {} };

/** The person behind an account; an account that nobody is known for stands for itself. */
export function personBehind(id: string, { people }: Directory): string {
  return people.find(({ ids }) => ids.includes(id))?.name ?? id;
}

/** Two accounts of one person are the same approver, and the same author. */
export function isSamePerson(a: string, b: string, directory: Directory): boolean {
  return personBehind(a, directory) === personBehind(b, directory);
}

/** @param pattern `@group`, a person's name, an account, or the start of accounts with `*` at the end */
export function isMeant(pattern: string, id: string, directory: Directory): boolean {
  const members = pattern.startsWith('@') ? directory.groups[pattern.slice(1)] : undefined;
  if (members !== undefined) return members.some((member) => isMeant(member, id, directory));
  if (pattern.endsWith('*')) return id.startsWith(pattern.slice(0, -1));
  return pattern === id || pattern === personBehind(id, directory);
}
