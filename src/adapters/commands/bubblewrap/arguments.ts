import { lstatSync, readlinkSync } from 'node:fs';
import type { GitFolders } from './git-folders.ts';
import type { Limits } from './limits.ts';
import { type Shown, within } from './readable.ts';

/** Inside, in memory, gone with the command. */
export const HOME = '/run/home';
export const TEMPORARY = '/tmp';

/** What programs look up: names of users and hosts, the linker's cache, time zone, certificates. No system-wide settings of tools. */
const ETC = [
  'alternatives',
  'ca-certificates',
  'crypto-policies',
  'group',
  'host.conf',
  'hosts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'nsswitch.conf',
  'os-release',
  'passwd',
  'pki/tls/certs',
  'pki/ca-trust',
  'protocols',
  'services',
  'ssl/certs',
  'ssl/cert.pem',
  'ssl/openssl.cnf',
  'timezone',
];

const FIXED = [
  ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
  ...['--disable-userns', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
  ...['--ro-bind', '/usr', '/usr', '--ro-bind-try', '/nix/store', '/nix/store'],
  // Read-only: root without a capability is still root to the files of /proc/sys, which are the machine's.
  ...['--proc', '/proc', '--remount-ro', '/proc', '--dev', '/dev'],
];

export interface Inside {
  /** The working tree, the one folder that can be written; null for a probe. */
  tree: string | null;
  readable: readonly Shown[];
  git: GitFolders;
  network: boolean;
  limits: Limits;
  /** Descriptors of bubblewrap: its status, what it waits for before the command starts, and the first of `git.replaced`. */
  descriptors: { status: number; wait: number; data: number };
}

/** The command line of bubblewrap up to the command. Later mounts lie over earlier ones, so the order matters. */
export function sandboxArguments({ tree, readable, git, network, limits, descriptors }: Inside): string[] {
  const inMemory = (path: string) => ['--size', String(limits.temporaryBytes), '--tmpfs', path];
  const args = [...FIXED, ...(network ? [] : ['--unshare-net']), ...systemFolders()];
  for (const name of network ? [...ETC, 'resolv.conf'] : ETC)
    args.push('--ro-bind-try', `/etc/${name}`, `/etc/${name}`);
  args.push(...inMemory('/dev/shm'), '--remount-ro', '/dev', ...inMemory(TEMPORARY), ...inMemory(HOME));
  // From the outside in: a folder mounted after one inside it would hide that.
  const order = readable.filter(({ seen }) => tree === null || !(within(tree, seen) || within(seen, tree)));
  for (const { source, seen } of order.toSorted((a, b) => a.seen.length - b.seen.length))
    args.push('--ro-bind', source, seen);
  if (tree !== null) args.push('--bind', tree, tree);
  for (const path of git.readable) args.push('--ro-bind', path, path);
  git.replaced.forEach(({ path }, index) => {
    args.push('--ro-bind-data', String(descriptors.data + index), path);
  });
  args.push('--remount-ro', '/', '--chdir', tree ?? '/', '--json-status-fd', String(descriptors.status));
  args.push('--block-fd', String(descriptors.wait));
  return args;
}

let links: string[] | undefined;

/** `/bin` and the like: links into `/usr` on most systems, folders on some. */
function systemFolders(): string[] {
  links ??= ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].flatMap((name) => {
    const found = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return found.isSymbolicLink()
      ? ['--symlink', readlinkSync(`/${name}`), `/${name}`]
      : ['--ro-bind', `/${name}`, `/${name}`];
  });
  return links;
}
