/** Whether an endpoint is on this machine: only those are asked without being told to. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Whether an endpoint is on this machine or, by its address alone, in the person's own network: loopback, link-local and
 * the private ranges (RFC 1918, RFC 3927, RFC 4193). A name says nothing of where it leads, so none counts but `localhost`.
 */
export function isOwnNetwork(url: string): boolean {
  if (isLoopback(url)) return true;
  // Parsed by URL, so that `0x0a.1`, `167772161` and `[::ffff:10.0.0.1]` stand here in one form.
  const { hostname } = new URL(url);
  if (/^\[f[cd][0-9a-f]{2}:|^\[fe[89ab][0-9a-f]:/.test(hostname)) return true;
  const [a = -1, b = -1] = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname) ? hostname.split('.').map(Number) : [];
  return a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168) || (a === 169 && b === 254);
}
