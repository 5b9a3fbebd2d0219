import { findBubblewrap } from '../../../src/adapters/commands/bubblewrap/find.ts';

/** Where bubblewrap is, or why a test cannot be tried on this machine: said aloud, never a silent pass. */
export const bubblewrap = await findBubblewrap(process.env.PATH);

/** For `describe.skipIf`; prints what is left out. */
export function cannotTry(what: string): boolean {
  if (bubblewrap.program !== null) return false;
  console.warn(`NOT TRIED: ${what}: ${bubblewrap.why}`);
  return true;
}
