const ESCAPES: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** A path as git prints it: as it is, or in double quotes with C escapes when it holds odd characters. */
export function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  const bytes: number[] = [];
  const inner = text.slice(1, -1);
  for (let index = 0; index < inner.length; ) {
    const octal = /^\\([0-3][0-7]{2})/u.exec(inner.slice(index, index + 4));
    if (octal?.[1] !== undefined) {
      bytes.push(Number.parseInt(octal[1], 8));
      index += 4;
    } else if (inner[index] === '\\') {
      bytes.push(ESCAPES[inner[index + 1] ?? ''] ?? 0x3f);
      index += 2;
    } else {
      const character = String.fromCodePoint(inner.codePointAt(index) ?? 0);
      bytes.push(...Buffer.from(character));
      index += character.length;
    }
  }
  return Buffer.from(bytes).toString();
}
