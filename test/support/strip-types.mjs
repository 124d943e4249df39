import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

/** Jest transformer: what Node itself does with a .ts file, so that tests run the code that is shipped. */
// oxlint-disable-next-line import/no-default-export -- Jest asks a transformer for one
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
  getCacheKey: (source, file, options) =>
    createHash('sha1')
      .update(`1\0${process.version}\0${file}\0${options.configString ?? ''}\0${options.instrument}\0`)
      .update(source)
      .digest('hex'),
};
