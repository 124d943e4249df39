import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidSpecError } from '#core/errors.ts';
import { DataFolder } from '../../../infra/local/data-folder.ts';

/** No process has it: the kernel's own limit is 2^22. */
const DEAD = 4_194_305;
/** Of every system. */
const ALIVE = 1;

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'weir-data-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

describe('the lock of a data folder', () => {
  it('given a folder in use by a process that is alive, then it is refused, and says by which', () => {
    writeFileSync(join(path, 'lock'), String(ALIVE));
    expect(() => new DataFolder(path)).toThrow(InvalidSpecError);
    expect(() => new DataFolder(path)).toThrow(`in use by process ${ALIVE}; stop it, or start with --data DIR`);
    expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(String(ALIVE));
    expect(readdirSync(path)).toEqual(['lock']);
  });

  it.each([
    { given: 'a process that is dead', lock: String(DEAD) },
    { given: 'a process that died while it locked', lock: '' },
    { given: 'nobody knows whom', lock: 'broken' },
  ])('given a lock of $given, then the folder is taken over', ({ lock }) => {
    writeFileSync(join(path, 'lock'), lock);
    const folder = new DataFolder(path);
    expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(String(process.pid));
    folder.unlock();
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it('given a file where the folder should be, then it says what to do', () => {
    writeFileSync(join(path, 'file'), '');
    expect(() => new DataFolder(join(path, 'file'))).toThrow('start with --data DIR');
  });
});

describe('the state in a data folder', () => {
  it('given nothing, then there is none; given a state, then it comes back', () => {
    const folder = new DataFolder(path);
    expect(folder.load()).toBeUndefined();
    folder.save({ now: 5 });
    expect(folder.load()).toEqual({ now: 5 });
  });

  it.each([
    { stored: '{', then: 'state.json cannot be read; remove it to start anew' },
    { stored: 'null', then: 'has schema undefined, this Weir reads 1' },
    { stored: '{"schema":1}', then: 'state.json cannot be read; remove it to start anew' },
    { stored: '{"schema":1,"state":null}', then: 'state.json cannot be read; remove it to start anew' },
    { stored: '{"schema":99,"state":{}}', then: 'has schema 99, this Weir reads 1' },
  ])('given $stored, then it is refused and left as it is', ({ stored, then }) => {
    writeFileSync(join(path, 'state.json'), stored);
    expect(() => new DataFolder(path).load()).toThrow(then);
    expect(readFileSync(join(path, 'state.json'), 'utf8')).toBe(stored);
  });

  it('given a save that fails, then what was saved before stays', () => {
    const folder = new DataFolder(path);
    folder.save({ now: 5 });
    mkdirSync(join(path, 'state.json.new'));
    expect(() => folder.save({ now: 6 })).toThrow('EISDIR');
    expect(folder.load()).toEqual({ now: 5 });
  });
});
