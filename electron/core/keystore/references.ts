import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import type { Credentials } from './credentials.ts';
import type { Folders } from './folders.ts';
import type { Groups } from './groups.ts';
import type { KeyWithRemote, Keys } from './keys.ts';
import { keptName } from './names.ts';
import type { Credential, Domain, Folder, Group } from './rows.ts';

/**
 * Finds what a person means. The first kind of answer that there is counts: the id, then the whole
 * path from the root, then the name alone. Names may hold `/`, so two things may have one path:
 * that is ambiguous as two equal names are, and the candidates are told apart by their ids.
 * All methods throw OperationError NOT_FOUND or AMBIGUOUS_NAME.
 */
export interface References {
  folder(reference: string): Folder;
  group(reference: string): Group;
  /** An id, a KMS key id, an ARN, an alias, or GROUP/VERSION (`payments/3`, `payments/v3`). */
  key(reference: string): KeyWithRemote;
  credential(reference: string): Credential;
  groupPath(group: Group): string;
}

export function createReferences(
  domain: Domain,
  parts: { folders: Folders; groups: Groups; keys: Keys; credentials: Credentials },
): References {
  return new ReferenceFinder(domain, parts);
}

class ReferenceFinder implements References {
  readonly #folders;
  readonly #groups;
  readonly #keys;
  readonly #credentials;
  readonly #foldersEnding;
  readonly #groupsEnding;

  constructor(
    { store: { db } }: Domain,
    parts: { folders: Folders; groups: Groups; keys: Keys; credentials: Credentials },
  ) {
    this.#folders = parts.folders;
    this.#groups = parts.groups;
    this.#keys = parts.keys;
    this.#credentials = parts.credentials;
    const ending = (table: string) =>
      db
        .prepare<[string], string>(
          `select id from ${table} where name in (select value from json_each(?))`,
        )
        .pluck();
    this.#foldersEnding = ending('folder');
    this.#groupsEnding = ending('key_group');
  }

  groupPath(group: Group): string {
    if (group.folderId === null) return group.name;
    return `${this.#folders.path(group.folderId)}/${group.name}`;
  }

  folder(reference: string): Folder {
    const path = ({ id }: Folder) => this.#folders.path(id);
    const found = this.#named(reference, this.#folders, this.#foldersEnding, path);
    return only('folder', reference, found, path);
  }

  group(reference: string): Group {
    const path = (group: Group) => this.groupPath(group);
    return only('key group', reference, this.#groupsMeant(reference), path);
  }

  key(reference: string): KeyWithRemote {
    const found = this.#keysMeant(reference).map((pair) => ({ ...pair, id: pair.key.id }));
    const { key, remote } = only('key', reference, found, (pair) => {
      const group = this.#groups.get(pair.key.groupId);
      return `${this.groupPath(group)}/${pair.key.version}`;
    });
    return { key, remote };
  }

  credential(reference: string): Credential {
    const name = keptName(reference);
    const found = this.#credentials.byId(reference);
    const all = found ? [found] : this.#credentials.list().filter((each) => each.name === name);
    return only('credential', reference, all, (each) => each.name);
  }

  #groupsMeant(reference: string): readonly Group[] {
    const path = (group: Group) => this.groupPath(group);
    return this.#named(reference, this.#groups, this.#groupsEnding, path);
  }

  #keysMeant(reference: string): readonly KeyWithRemote[] {
    const direct = this.#keys.byId(reference);
    if (direct) return [direct];
    const inAws = this.#keys.byKms(reference);
    if (inAws.length > 0) return inAws;
    const [, group, version] = /^(.+)\/v?(\d{1,9})$/s.exec(reference) ?? [];
    if (group === undefined) return [];
    return this.#groupsMeant(group).flatMap(({ id }) =>
      this.#keys.ofGroup(id).filter(({ key }) => key.version === Number(version)),
    );
  }

  /** By id, else by whole path, else by name. */
  #named<T extends { readonly id: string; readonly name: string }>(
    reference: string,
    repository: { byId(id: string): T | null },
    ending: { all(names: string): string[] },
    path: (item: T) => string,
  ): readonly T[] {
    const direct = repository.byId(reference);
    if (direct) return [direct];
    const wanted = keptName(reference);
    const candidates = ending
      .all(JSON.stringify(endings(wanted)))
      .map((id) => repository.byId(id))
      .filter((item) => item !== null);
    const exact = candidates.filter((item) => path(item) === wanted);
    return exact.length > 0 ? exact : candidates.filter((item) => item.name === wanted);
  }
}

/** Every name that a path may end in: a name may hold slashes itself. */
function endings(path: string): string[] {
  const all = [path];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
    all.push(path.slice(at + 1));
  return all;
}

function only<T extends { readonly id: string }>(
  what: string,
  reference: string,
  found: readonly T[],
  say: (item: T) => string,
): T {
  const [first, second] = found;
  if (first === undefined) throw notFound(what);
  if (second === undefined) return first;
  const said = found.slice(0, 10).map((item) => ({ id: item.id, text: say(item) }));
  const unique = new Set(said.map(({ text }) => text)).size === said.length;
  throw new OperationError('AMBIGUOUS_NAME', {
    what,
    reference,
    candidates: said.map(({ id, text }) => (unique ? text : `${text} (${id})`)),
  });
}
