import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Credentials } from './credentials.ts';
import type { Folders } from './folders.ts';
import type { Groups } from './groups.ts';
import type { KeyWithRemote, Keys } from './keys.ts';
import type { Credential, Domain, Folder, Group } from './rows.ts';

/** Finds what a person means by a name, a path, an id, an ARN or an alias. */
export interface References {
  folder(reference: string): Folder;
  group(reference: string): Group;
  key(reference: string): KeyWithRemote;
  credential(reference: string): Credential;
  groupPath(group: Group): string;
}

function only<T>(
  what: string,
  reference: string,
  found: readonly T[],
  say: (item: T) => string,
): T {
  const [first, second] = found;
  if (first === undefined) throw new OperationError('NOT_FOUND', { what, reference });
  if (second !== undefined) {
    throw new OperationError('AMBIGUOUS_NAME', {
      what,
      reference,
      candidates: found.slice(0, 10).map(say),
    });
  }
  return first;
}

export function createReferences(
  domain: Domain,
  parts: { folders: Folders; groups: Groups; keys: Keys; credentials: Credentials },
): References {
  const { folders, groups, keys, credentials } = parts;
  const groupsNamed = domain.store.db.prepare('select id from key_group where name = ?');
  const groupPath = (group: Group): string =>
    group.folderId === null ? group.name : `${folders.path(group.folderId)}/${group.name}`;

  const findGroups = (reference: string): Group[] => {
    const direct = groups.byId(reference);
    if (direct) return [direct];
    const last = reference.slice(reference.lastIndexOf('/') + 1);
    const named = [reference, last].flatMap((name) => groupsNamed.all(name) as { id: string }[]);
    const candidates = [...new Set(named.map((row) => row.id))].map((id) => groups.get(id));
    return candidates.filter((group) => group.name === reference || groupPath(group) === reference);
  };

  const findKeys = (reference: string): KeyWithRemote[] => {
    const direct = keys.byId(reference);
    if (direct) return [direct];
    const inAws = keys.byKms(reference);
    if (inAws.length > 0) return [...inAws];
    const version = /^(.+)\/v?(\d{1,9})$/.exec(reference);
    if (!version) return [];
    const wanted = Number(version[2]);
    return findGroups(version[1] ?? '').flatMap((group) =>
      keys.ofGroup(group.id).filter(({ key }) => key.version === wanted),
    );
  };

  return {
    groupPath,
    folder: (reference) => {
      const found = folders
        .list()
        .filter(
          (folder) =>
            folder.id === reference ||
            folder.name === reference ||
            folders.path(folder.id) === reference,
        );
      const exact = found.filter((f) => f.id === reference || folders.path(f.id) === reference);
      return only('folder', reference, exact.length > 0 ? exact : found, (f) => folders.path(f.id));
    },
    group: (reference) => {
      const found = findGroups(reference);
      const exact = found.filter((group) => groupPath(group) === reference);
      return only('key group', reference, exact.length > 0 ? exact : found, groupPath);
    },
    key: (reference) =>
      only('key', reference, findKeys(reference), ({ key }) => {
        const group = groups.get(key.groupId);
        return `${groupPath(group)}/${key.version}`;
      }),
    credential: (reference) =>
      only(
        'credential',
        reference,
        credentials.list().filter((c) => c.id === reference || c.name === reference),
        (c) => c.name,
      ),
  };
}
