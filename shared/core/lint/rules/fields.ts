/** An object against the schema of its kind: what the API server refuses before any controller sees it. */
import { pathText, samePath } from '../finding.ts';
import { nearestName } from '../nearest.ts';
import type { Manifest } from '../manifest.ts';
import type { Misfit, Readers } from '../readers.ts';
import type { Rule } from '../rule.ts';

export const WRONG_TYPE: Rule = {
  id: 'wrong-type',
  severity: 'error',
  tells: 'a value is not of the type that the schema asks for',
  because: 'The API server refuses the object. Nothing else about it is checked until its types are right.',
  looksAtShape: true,
  find: ({ manifest, readers }) => {
    const mistyped = readers.checkFields(manifest.object).misfits.filter((misfit) => misfit.is === 'mistyped');
    // Of a field that takes several types, each is told.
    const byField = new Map(mistyped.map(({ path }) => [pathText(path), path]));
    return [...byField].map(([field, path]) => ({
      path,
      message: `${field} ${alternatives(mistyped.filter((misfit) => samePath(misfit.path, path)))}`,
      fix: 'write a value of that type; a number or true stands without quotes',
    }));
  },
};

function alternatives(misfits: readonly Misfit[]): string {
  return [...new Set(misfits.map(({ message }) => message))].join(' or ');
}

export const WRONG_VALUE: Rule = {
  id: 'wrong-value',
  severity: 'error',
  tells: 'a value of the right type that the schema does not allow',
  because: 'The API server refuses the object.',
  looksAtShape: true,
  find: ({ manifest, readers }) =>
    readers
      .checkFields(manifest.object)
      .misfits.filter((misfit) => misfit.is === 'not allowed')
      .map(({ path, message }) => ({
        path,
        message: `${pathText(path)} ${message}`,
        fix: 'write a value that is allowed there',
      })),
};

export const MISSING_FIELD: Rule = {
  id: 'missing-field',
  severity: 'error',
  tells: 'a required field is absent',
  because: 'The API server refuses the object.',
  looksAtShape: true,
  find: ({ manifest, readers }) => {
    const missing = readers.checkFields(manifest.object).misfits.filter((misfit) => misfit.is === 'missing');
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

/** Types are wrong, or something is missing that the other rules take for granted. */
export function isUnreadable({ object }: Manifest, { checkFields }: Readers): boolean {
  return checkFields(object).misfits.some((misfit) => misfit.is === 'mistyped' || isMissed(misfit));
}

/** What is missing in the pod template Argo tells in words of its own, and of providers no rule takes more than is there. */
function isMissed({ is, path }: Misfit): boolean {
  return is === 'missing' && path[1] !== 'template' && !(path[1] === 'metrics' && path[3] === 'provider');
}
