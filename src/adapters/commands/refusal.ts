/** Line breaks would be a second command; invisible and look-alike characters would be read otherwise than they run. */
const DECEPTIVE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]|(?! )\p{Zs}|\p{Cf}/u;

/** Why a command is not run at all, whatever confines it; null when it may be. */
export function refusal(command: string): string | null {
  if (command.trim() === '') return 'the command is empty';
  const found = DECEPTIVE.exec(command);
  if (found === null) return command.isWellFormed() ? null : 'the command is not valid text';
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `the command holds the character U+${code}, which is a line break, a control or looks like another`;
}
