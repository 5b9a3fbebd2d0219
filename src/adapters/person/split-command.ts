/**
 * An editor setting as words, by the quoting rules of a shell but without one: no variables, globs or substitutions.
 * `code --wait` is two words, `"/opt/my editor/e" -w` too. An open quote reaches to the end.
 */
export function splitCommand(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let index = 0; index < command.length; index += 1) {
    const character = command[index] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (word !== null) words.push(word);
  return words;
}
