export interface HttpHeader {
  readonly name: string;
  readonly value: string;
}

/** Headers as a list, in the order of an object's keys. */
export function headersOf(headers: Readonly<Record<string, string>>): readonly HttpHeader[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}
