/** As much of OpenAPI as kubectl must see to go on: that there are no schemas to check a manifest against. */

/** kubectl reads version 2 as protobuf only: field 1 of the document, the text `2.0`. */
const EMPTY_DOCUMENT = Uint8Array.from([0x0a, 3, ...Buffer.from('2.0')]);

export interface RawAnswer {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export function openapi(version: 'v2' | 'v3', accept: string): RawAnswer {
  if (version === 'v2' && accept.includes('protobuf')) {
    return { contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf', bytes: EMPTY_DOCUMENT };
  }
  const info = { title: 'Weir stand-in', version: 'v1' };
  const document = version === 'v2' ? { swagger: '2.0', info, paths: {} } : { paths: {} };
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(document)) };
}
