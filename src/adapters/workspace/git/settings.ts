import type { ConfigEntry } from './config.ts';
import type { Setting } from './environment.ts';

/** Settings through which a repository would run a program, write where it must not, or change what we parse. */
const FIXED: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.splitIndex', 'false'],
  ['index.sparse', 'false'],
  ['core.sparseCheckout', 'false'],
  ['core.sshCommand', 'false'],
  ['core.gitProxy', ''],
  ['core.askPass', 'false'],
  ['core.editor', 'false'],
  ['core.pager', 'cat'],
  ['core.alternateRefsCommand', 'false'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.safecrlf', 'false'],
  ['core.quotePath', 'false'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['commit.gpgSign', 'false'],
  ['tag.gpgSign', 'false'],
  ['log.showSignature', 'false'],
  ['gpg.program', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['diff.external', ''],
  ['diff.orderFile', '/dev/null'],
  ['diff.suppressBlankEmpty', 'false'],
  ['apply.whitespace', 'nowarn'],
  ['i18n.commitEncoding', 'UTF-8'],
  ['i18n.logOutputEncoding', 'UTF-8'],
  ['advice.detachedHead', 'false'],
];

/** Commands that carry a name of the repository's choosing; each is blanked by that name. */
const COMMANDS = [
  /^filter\..+\.(clean|smudge|process)$/su,
  /^diff\..+\.(command|textconv)$/su,
  /^merge\..+\.driver$/su,
  /^trailer\..+\.(command|cmd)$/su,
  /^gpg\..+\.(program|defaultkeycommand)$/su,
  /^credential\..+\.helper$/su,
  /^hook\..+\.command$/su,
];
const REQUIRED_FILTER = /^filter\..+\.required$/su;

/** What a clean environment hides of the user's own configuration and git needs to see their files as they do. */
const KEPT = ['core.autocrlf', 'core.eol', 'core.excludesfile', 'core.attributesfile'];

/**
 * The settings every call carries. git-lfs gets no exception: its files are seen as pointers, which is what is committed.
 * `home` expands `~/` in the user's paths, since git itself is given a home that does not exist.
 */
export function hardenedSettings(entries: readonly ConfigEntry[], home: string, defaultExcludes: string): Setting[] {
  const settings: Setting[] = [...FIXED];
  const last = new Map<string, ConfigEntry>();
  for (const entry of entries) {
    last.set(entry.key, entry);
    if (COMMANDS.some((pattern) => pattern.test(entry.key))) settings.push([entry.key, '']);
    if (REQUIRED_FILTER.test(entry.key)) settings.push([entry.key, 'false']);
  }
  for (const key of KEPT) {
    const entry = last.get(key);
    if (entry !== undefined && !entry.ofRepository) {
      settings.push([key, entry.value.startsWith('~/') ? home + entry.value.slice(1) : entry.value]);
    }
  }
  if (!last.has('core.excludesfile')) settings.push(['core.excludesFile', defaultExcludes]);
  return settings;
}
