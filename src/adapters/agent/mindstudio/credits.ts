/**
 * Credits as the API states them: the header's own digits where they are a plain decimal, because a binary float of
 * them is not exact; otherwise what the SDK read. null when it says nothing, or what cannot be.
 */
export function creditsOf(header: string | null, read: unknown): string | null {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d{1,12})?$/.test(text)) return text;
  if (typeof read !== 'number' || !Number.isFinite(read) || read < 0) return null;
  return read.toFixed(12).replace(/\.?0+$/, '');
}
