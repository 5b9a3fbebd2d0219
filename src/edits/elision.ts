/** Lines that stand for lines the model did not write: `...`, `# ...`, `// ... existing code ...`. */

const OPENERS = ['{/*', '/**', '/*', '<!--', '//', '#', '--', '%', ';', '*'];
const CLOSERS = ['*/}', '*/', '-->'];
const LEFT_OUT =
  'existing code|existing imports|existing methods|existing functions|existing content|rest of|the rest|remaining code|' +
  'remaining methods|remaining content|unchanged|same as before|as before|previous code|other methods|other functions|' +
  'other code|other imports|code omitted|omitted|same';
const PHRASES = LEFT_OUT.split('|');
const PLAIN = [
  'existing code',
  'existing imports',
  'rest of the code',
  'rest of the file',
  'rest of code',
  'rest of file',
];

/** Whether a line can only be meant as "and so on": dots alone, or a comment of dots and a word for what is left out. */
export function isElision(line: string): boolean {
  return isDots(line.trim()) || isLazyComment(line);
}

/** An elision nobody writes into a file on purpose; bare dots are code in Python and prose elsewhere. */
export function isLazyComment(line: string): boolean {
  if (line.length > 200) return false;
  const body = commentBody(line.trim());
  if (body === null) return false;
  if (isDots(body)) return true;
  const leads = startsWithDots(body);
  const ends = body.endsWith('...') || body.endsWith('…');
  if (leads && ends) return true;
  const words = withoutDots(body).toLowerCase();
  if (leads || ends) return PHRASES.some((phrase) => words === phrase || words.startsWith(`${phrase} `));
  return PLAIN.includes(words);
}

function commentBody(text: string): string | null {
  const opener = OPENERS.find((sign) => text.startsWith(sign));
  if (opener === undefined) return null;
  const closer = CLOSERS.find((sign) => text.endsWith(sign) && text.length >= opener.length + sign.length);
  return text.slice(opener.length, closer === undefined ? undefined : -closer.length).trim();
}

function isDots(text: string): boolean {
  return text === '...' || text === '....' || text === '…';
}

function startsWithDots(text: string): boolean {
  return text.startsWith('...') || text.startsWith('…');
}

function withoutDots(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isDot(text[start])) start += 1;
  while (end > start && isDot(text[end - 1])) end -= 1;
  return text.slice(start, end).trim();
}

function isDot(char: string | undefined): boolean {
  return char === '.' || char === '…';
}
