/** Who stands behind a source or a target, as far as its prices and limits are known: `other` is a server of one's own. */
export const services = ['r2', 's3', 'b2', 'd1', 'local', 'other'] as const;
export type Service = (typeof services)[number];

/** An S3 endpoint's host name says whose it is. */
export function serviceOfHost(host: string): Service {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (name.endsWith('.r2.cloudflarestorage.com')) return 'r2';
  if (name.endsWith('.backblazeb2.com')) return 'b2';
  return /\.amazonaws\.com(?:\.cn)?$/.test(name) ? 's3' : 'other';
}
