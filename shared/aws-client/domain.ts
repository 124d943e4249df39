/** Where regions of other partitions than the public one are found, by how their names begin. */
const OTHERS: readonly (readonly [region: RegExp, domain: string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^(us|eu)-isof-/, 'csp.hci.ic.gov'],
];

/** @returns what the addresses of a region's services end in */
export function domainOf(region: string): string {
  return OTHERS.find(([others]) => others.test(region))?.[1] ?? 'amazonaws.com';
}
