/**
 * C after its preprocessor, as far as braces are concerned: directives become spaces, and of `#if … #else … #endif`
 * one branch stays (the first, or the second after `#if 0`), because both may open the same brace. Keeps offsets.
 */
export function withoutDirectives(code: string): string {
  if (!code.includes('#')) return code;
  const kept: string[] = [];
  /** Per open `#if`: whether its current branch is dropped. */
  const dropped: boolean[] = [];
  let continues = false;
  for (const line of code.split('\n')) {
    const directive: RegExpExecArray | null = continues ? null : /^[ \t]*#[ \t]*(\w*)[ \t]*(\S*)/.exec(line);
    const word = directive?.[1] ?? '';
    if (word === 'if' || word === 'ifdef' || word === 'ifndef') dropped.push(word === 'if' && directive?.[2] === '0');
    else if (word === 'else' || word === 'elif') dropped.push(!(dropped.pop() ?? true));
    else if (word === 'endif') dropped.pop();
    const isDirective: boolean = directive !== null || continues;
    kept.push(isDirective || dropped.includes(true) ? ' '.repeat(line.length) : line);
    continues = isDirective && line.trimEnd().endsWith('\\');
  }
  return kept.join('\n');
}
