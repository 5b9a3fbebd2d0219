import type { Session } from '../../compose/compose.ts';
import { cleanLine } from '../../report/clean.ts';
import type { Io } from './io.ts';

/** Says that the runs of a repository that has moved were found again. */
export function sayMoved(io: Io, { movedFrom }: Pick<Session, 'movedFrom'>): void {
  if (movedFrom !== null)
    io.stderr.write(`tercet: the runs made in ${cleanLine(movedFrom)}, which has moved here, are found again.\n`);
}
