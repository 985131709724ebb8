import { createHash } from 'node:crypto';
import type { WantedAccount } from '../../features/reconcile-accounts/reconcile-accounts.js';
import type { SftpGoApi, User } from './sftpgo-api.js';

const reading = ['list', 'download'];
const writing = ['upload', 'overwrite', 'rename', 'delete', 'create_dirs', 'chtimes'];

/**
 * Accounts in SFTPGo. It never shows a password, so each account of ours carries a mark that tells which state it was
 * given: a digest, of which nobody learns the hash.
 */
export class SftpGoAccounts {
  private readonly sign: string;

  constructor(
    private readonly api: Pick<SftpGoApi, 'find' | 'users' | 'add' | 'replace' | 'remove'>,
    private readonly place: { homes: string; namespace: string },
  ) {
    this.sign = `caserelay ${place.namespace} `;
  }

  async *accounts(): AsyncGenerator<string> {
    for await (const user of this.api.users()) if (this.isOurs(user)) yield user.username;
  }

  async bring(wanted: WantedAccount): Promise<'done' | 'stranger'> {
    const ours = userOf(wanted, this.place.homes, this.sign);
    const theirs = await this.api.find(wanted.account);
    if (!theirs) {
      await this.api.add(ours);
      return 'done';
    }
    if (!this.isOurs(theirs)) return 'stranger';
    if (isSame(theirs, ours)) return 'done';
    // What an administrator set besides stays; all that is left out would be lost.
    const filters = { ...theirs.filters, ...ours.filters };
    await this.api.replace({ ...theirs, ...ours, filters }, { disconnect: takesAway(theirs, ours) });
    return 'done';
  }

  async remove(account: string): Promise<void> {
    const theirs = await this.api.find(account);
    if (!theirs || !this.isOurs(theirs)) return;
    await this.api.replace({ ...theirs, status: 0 }, { disconnect: true });
    await this.api.remove(account);
  }

  private isOurs(user: User): boolean {
    return user.additional_info?.startsWith(this.sign) === true;
  }
}

type Ours = ReturnType<typeof userOf>;

function userOf(wanted: WantedAccount, homes: string, sign: string) {
  const user = {
    username: wanted.account,
    status: wanted.isLetIn ? 1 : 0,
    password: wanted.passwordHash,
    public_keys: [...wanted.publicKeys],
    home_dir: `${homes}/${wanted.account}`,
    expiration_date: wanted.expiresAt?.getTime() ?? 0,
    permissions: { '/': ['list'], '/upload': wanted.isReadOnly ? reading : [...reading, ...writing] },
    max_sessions: wanted.mostSessions,
    quota_size: wanted.mostBytes,
    quota_files: wanted.mostFiles,
    filters: {
      allowed_ip: wanted.allowedAddresses.map(asNetwork),
      denied_protocols: ['FTP', 'DAV', 'HTTP'],
    },
    filesystem: { provider: 0 },
    description: 'upload space of CaseRelay',
  };
  const additional_info = `${sign}${digest(JSON.stringify(user))}`;
  return { ...user, additional_info };
}

/** Also what somebody changed by hand and left the mark as it was. */
function isSame(theirs: User, ours: Ours): boolean {
  return (
    theirs.additional_info === ours.additional_info &&
    theirs.status === ours.status &&
    theirs.home_dir === ours.home_dir &&
    (theirs.expiration_date ?? 0) === ours.expiration_date &&
    (theirs.max_sessions ?? 0) === ours.max_sessions &&
    (theirs.quota_size ?? 0) === ours.quota_size &&
    (theirs.quota_files ?? 0) === ours.quota_files &&
    isSameSet(theirs.filters?.allowed_ip ?? [], ours.filters.allowed_ip) &&
    isSameSet(Object.keys(theirs.permissions ?? {}), Object.keys(ours.permissions)) &&
    Object.entries(ours.permissions).every(([path, granted]) => isSameSet(theirs.permissions?.[path] ?? [], granted))
  );
}

/**
 * Whether somebody may be logged in who must not be. A new password alone ends nothing, as with our own server: who made
 * it says whether sessions end with it.
 */
function takesAway(theirs: User, ours: Ours): boolean {
  return (
    ours.status === 0 ||
    (theirs.permissions?.['/upload'] ?? []).some((granted) => !ours.permissions['/upload'].includes(granted)) ||
    !isSameSet(theirs.filters?.allowed_ip ?? [], ours.filters.allowed_ip) ||
    (theirs.public_keys ?? []).some((key) => !ours.public_keys.some((its) => key.startsWith(its)))
  );
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return [...new Set(one)].sort().join('\n') === [...new Set(other)].sort().join('\n');
}

function asNetwork(address: string): string {
  return address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
