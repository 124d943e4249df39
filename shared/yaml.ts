/** YAML of configuration files. What cannot be read is told by place and kind, never by its text: that may be a credential. */
import { parseDocument } from 'yaml';
import { InvalidSpecError } from '#core/errors.ts';

/**
 * @param what the name that messages show
 * @throws InvalidSpecError when it is not YAML
 */
export function parseYaml(text: string, what: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) throw new InvalidSpecError(`${what} is not YAML: ${withoutText(error.message)}`);
  try {
    return document.toJS();
  } catch {
    throw new InvalidSpecError(`${what} is not YAML: an alias leads nowhere, or to too much`);
  }
}

/** The parser's first line says what is wrong and where; the lines after it, and a token in quotes, show what is written there. */
function withoutText(message: string): string {
  const [first = ''] = message.split('\n');
  return first.replace(/: ".*"(?= at line )/, '').replace(/:$/, '');
}
