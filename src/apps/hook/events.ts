import type { Host } from '../../compose/compose.ts';
import {
  forgetOld,
  openWatched,
  type Place,
  readWatch,
  standing,
  type Watch,
  writeWatch,
} from '../../compose/sessions/watch.ts';
import type { Repository } from '../../ports/workspace.ts';

/** What the host program says to a hook, as far as it matters here. */
export interface Told {
  session: string;
  cwd: string;
  prompt: string;
  /** The session goes on because its end was held. */
  again: boolean;
  /** It comes from a subagent, whose end is not the session's. */
  subagent: boolean;
}

/** What a hook answers; null says nothing. */
export type Said = { decision: 'block'; reason: string } | { systemMessage: string } | null;

/** How the person lets a change go, by hand. */
const SKIP = /^\/tercet:skip-review(\s|$)/;

/** The start of a session: how its working tree stands is noted, unless the session is known and goes on. */
export async function sessionStart(host: Host, told: Told, now: Date): Promise<Said> {
  await forgetOld(host, now);
  await noted(host, told, now);
  return null;
}

/**
 * A prompt of the person: notes a working tree not seen before, and takes their word that the change as it stands may go.
 * A model cannot submit one.
 */
export async function userPromptSubmit(host: Host, told: Told, now: Date): Promise<Said> {
  const found = await noted(host, told, now);
  if (found === null || !SKIP.test(told.prompt)) return null;
  const { tree, at } = await standing(found.repository, now);
  await writeWatch(host, { ...found.watch, letGo: [...found.watch.letGo, { how: 'asked', tree, at }] });
  return null;
}

/** The working tree a session is in, with how it stood when the session first had to do with it. */
async function noted(
  host: Host,
  told: Told,
  now: Date,
): Promise<{ repository: Repository; watch: Watch; place: Place } | null> {
  const repository = await openWatched({ ...host, cwd: told.cwd });
  if (repository === null) return null;
  const watch = await readWatch(host, told.session, now);
  const known = watch.places[repository.root];
  if (known !== undefined) return { repository, watch, place: known };
  const place = await standing(repository, now);
  const more = { ...watch, places: { ...watch.places, [repository.root]: place } };
  await writeWatch(host, more);
  return { repository, watch: more, place };
}
