/** An object against the schema of its kind: what the API server refuses before any controller sees it. */
import { pathText } from '../finding.ts';
import { nearestName } from '../nearest.ts';
import type { Rule, Subject } from '../rule.ts';

export const WRONG_TYPE: Rule = {
  id: 'wrong-type',
  severity: 'error',
  tells: 'a value is not of the type that the schema asks for',
  because: 'The API server refuses the object. Nothing else about it is checked until its types are right.',
  looksAtShape: true,
  find: ({ manifest, readers }) =>
    readers
      .checkFields(manifest.object)
      .misfits.filter(({ isMissing }) => !isMissing)
      .map(({ path, message }) => ({
        path,
        message: `${pathText(path)} ${message}`,
        fix: 'write a value of that type; a number or true stands without quotes',
      })),
};

export const MISSING_FIELD: Rule = {
  id: 'missing-field',
  severity: 'error',
  tells: 'a required field is absent',
  because: 'The API server refuses the object.',
  looksAtShape: true,
  find: ({ manifest, readers }) => {
    const missing = readers.checkFields(manifest.object).misfits.filter(({ isMissing }) => isMissing);
    const { name, generateName } = manifest.object.metadata as { name?: string; generateName?: string };
    const nameless = name === undefined && generateName === undefined ? [['metadata', 'name']] : [];
    return [...missing.map(({ path }) => path), ...nameless].map((path) => ({
      path,
      message: `${pathText(path)} is required`,
      fix: `add ${String(path.at(-1))}`,
    }));
  },
};

export const UNKNOWN_FIELD: Rule = {
  id: 'unknown-field',
  severity: 'error',
  tells: 'a field that its kind does not have',
  because: 'The API server drops it or refuses the object: what it was meant to say is never said.',
  looksAtShape: true,
  find: ({ manifest, readers }) =>
    readers.checkFields(manifest.object).unknown.map(({ path, known }) => {
      const written = String(path.at(-1));
      const meant = nearestName(written, known);
      return {
        path,
        message: `unknown field ${pathText(path)}`,
        fix: meant === undefined ? `remove ${written}, or move it to where it belongs` : `did you mean ${meant}?`,
      };
    }),
};

/** Types are wrong, or there is nothing to look at. */
export function isUnreadable({ manifest, readers }: Subject): boolean {
  return readers
    .checkFields(manifest.object)
    .misfits.some(({ path, isMissing }) => !isMissing || (path.length === 1 && path[0] === 'spec'));
}
