import { titleNow } from '../jobs/kinds/titles.ts';
import type { Hit } from '../../../shared/contract/session.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { shortId } from '../../../shared/text/states.ts';
import type { CallFound } from '../jobs/call-search.ts';
import type { JobReader } from '../jobs/read.ts';
import { searchText } from '../keystore/names.ts';
import type { OpenKeystore } from './context.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** What is searched: the open keystore and its jobs. */
export interface Searched {
  readonly open: OpenKeystore;
  readonly jobs: JobReader;
  readonly calls: (requestId: string, most: number) => readonly CallFound[];
}

/**
 * Finds what a person pasted or typed. What fits wholly comes first: an id, an ARN, an alias, a KCV,
 * a material id, a request id, a job number; then what holds the text in a name, an alias or an id.
 */
export function findThings(
  searched: Searched,
  { text, limit }: { readonly text: string; readonly limit: number },
): Hit[] {
  const hits = new Hits(searched, limit);
  for (const look of looks) {
    if (hits.full) break;
    look(hits, text, searched);
  }
  return hits.all;
}

/** Hits in the order in which they were found, each thing once. */
class Hits {
  readonly all: Hit[] = [];
  readonly #seen = new Set<string>();
  readonly #open: OpenKeystore;
  readonly #jobs: JobReader;
  readonly limit: number;

  constructor({ open, jobs }: Searched, limit: number) {
    this.#open = open;
    this.#jobs = jobs;
    this.limit = limit;
  }

  get full(): boolean {
    return this.all.length >= this.limit;
  }

  folder(id: string, detail: string): void {
    const folder = this.#open.folders.byId(id);
    if (folder) {
      const at = { groupId: null, folderIds: this.#line(folder.parentId), title: folder.name };
      this.#add({ kind: 'folder', id, ...at, detail });
    }
  }

  group(id: string, detail?: string): void {
    const group = this.#open.groups.byId(id);
    if (!group) return;
    this.#add({
      kind: 'group',
      id,
      groupId: id,
      folderIds: this.#line(group.folderId),
      title: group.name,
      detail: detail ?? `alias/${group.alias}`,
    });
  }

  key(id: string, detail?: string): void {
    const found = this.#open.keys.byId(id);
    const group = found && this.#open.groups.byId(found.key.groupId);
    if (!group) return;
    this.#add({
      kind: 'key',
      id,
      groupId: group.id,
      folderIds: this.#line(group.folderId),
      title: `${isolate(group.name)}, version ${found.key.version}`,
      detail: detail ?? `KCV ${found.key.kcv.value}`,
    });
  }

  job(reference: string, detail?: string): void {
    const job = this.#jobs.find(reference);
    if (!job) return;
    const group = this.#open.groups.byId(job.subjects['group'] ?? '');
    this.#add({
      kind: 'job',
      id: job.id,
      groupId: group?.id ?? null,
      folderIds: group ? this.#line(group.folderId) : [],
      title: titleNow(job.title, group),
      detail: detail ?? `job ${job.number}`,
    });
  }

  store(id: string, detail: string): void {
    const { name } = this.#open.xks.stores.get(id);
    this.#add({ kind: 'xks-store', id, groupId: null, folderIds: [], title: name, detail });
  }

  xksKey(id: string, detail: string): void {
    const { name } = this.#open.xks.keys.get(id);
    this.#add({ kind: 'xks-key', id, groupId: null, folderIds: [], title: name, detail });
  }

  #add(hit: Hit): void {
    const name = `${hit.kind} ${hit.id}`;
    if (this.full || this.#seen.has(name)) return;
    this.#seen.add(name);
    this.all.push(hit);
  }

  #line(folderId: string | null): string[] {
    return this.#open.folders.line(folderId).map(({ id }) => id);
  }
}

type Look = (hits: Hits, text: string, searched: Searched) => void;

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const aliasArn = /^arn:[^:]+:kms:(?<region>[^:]*):(?<account>\d{12}):alias\/(?<alias>.+)$/;

const byId: Look = (hits, text) => {
  if (!uuid.test(text)) return;
  const id = text.toLowerCase();
  hits.folder(id, 'folder');
  hits.group(id);
  hits.key(id);
  hits.job(id);
};

/** `alias/payments`, `payments`, or the ARN of an alias. */
const byAlias: Look = (hits, text, { open }) => {
  const arn = aliasArn.exec(text)?.groups;
  const alias = arn?.['alias'] ?? text.replace(/^alias\//, '');
  const place = { region: arn?.['region'] ?? null, account: arn?.['account'] ?? null };
  for (const id of open.finder.groupsWithAlias(alias, place)) hits.group(id, `alias/${alias}`);
  const holders = open.keys.byKms(arn ? text : `alias/${alias}`);
  for (const { key } of holders.slice(0, hits.limit)) hits.key(key.id, `alias/${alias}`);
};

const byKms: Look = (hits, text, { open }) => {
  if (!uuid.test(text) && !/^arn:[^:]*:kms:.*:key\//.test(text)) return;
  const reference = uuid.test(text) ? text.toLowerCase() : text;
  const id = shortId(reference.replace(/^.*\//, ''));
  for (const { key } of open.keys.byKms(reference)) hits.key(key.id, `KMS key ${id}`);
};

/** Stores and keys outside of AWS are few: their ids, ARNs and names are looked through. */
const byXks: Look = (hits, text, { open }) => {
  const wanted = searchText(text);
  const fits = (...texts: readonly (string | null | undefined)[]): boolean =>
    texts.some((each) => each != null && searchText(each).includes(wanted));
  for (const store of open.xks.stores.list())
    if (fits(store.name, store.id, store.remote?.kmsStoreId))
      hits.store(store.id, store.remote?.kmsStoreId ?? 'external key store');
  for (const { id, name, xksId, remote } of open.xks.keys.list(null))
    if (fits(name, id, xksId, remote?.arn)) hits.xksKey(id, `external key ${shortId(xksId)}`);
};

const byMaterial: Look = (hits, text, { open }) => {
  if (!/^[0-9a-f]{64}$/i.test(text)) return;
  const id = text.toLowerCase();
  for (const key of open.finder.keysWithMaterial(id)) hits.key(key, `material ${shortId(id)}`);
};

const byRequest: Look = (hits, text, { calls }) => {
  if (!/^[0-9a-f]{8}[0-9a-f-]{0,28}$/i.test(text)) return;
  for (const { jobId, call, requestId } of calls(text, hits.limit))
    hits.job(jobId, `request ${shortId(requestId)}, ${call}`);
};

const byNumber: Look = (hits, text) => {
  const [, number] = /^(?:job\s*|#\s*|job\s*#\s*)?(\d{1,9})$/i.exec(text) ?? [];
  if (number !== undefined) hits.job(number);
};

/** `payments-prod/3`, with folders before it or without. */
const byPath: Look = (hits, text, { open }) => {
  for (const look of [
    () => hits.group(open.references.group(text).id),
    () => hits.folder(open.references.folder(text).id, 'folder'),
    () => {
      const { key } = open.references.key(text);
      hits.key(key.id);
    },
  ]) {
    try {
      look();
    } catch (error) {
      // Not that name, or several: the looser looks that follow show them.
      if (!(error instanceof OperationError)) throw error;
    }
  }
};

const byKcv: Look = (hits, text, { open }) => {
  const hex = text.replace(/^kcv\s*/i, '');
  if (!/^[0-9a-f]{4,32}$/i.test(hex)) return;
  for (const id of open.finder.keysWithKcv(hex, hits.limit)) hits.key(id);
};

/** Folders are few: they come first and leave room for groups. */
const byPartOfName: Look = (hits, text, { open }) => {
  const wanted = searchText(text);
  const at = (name: string): number => searchText(name).indexOf(wanted);
  const folders = open.folders
    .list()
    .filter(({ name }) => at(name) >= 0)
    .toSorted((a, b) => Number(at(a.name) > 0) - Number(at(b.name) > 0));
  for (const { id, parentId } of folders.slice(0, Math.ceil(hits.limit / 2)))
    hits.folder(id, open.folders.path(parentId) || 'folder');
  for (const { id, by } of open.finder.groupsNamed(text.replace(/^alias\//, ''), hits.limit)) {
    const place = open.folders.path(open.groups.get(id).folderId);
    hits.group(id, by === 'name' && place !== '' ? place : undefined);
  }
};

/** Of an ARN only its last part tells things apart. */
const byPartOfKey: Look = (hits, text, { open }) => {
  const part = text.startsWith('arn:') ? text.replace(/^.*[:/]/, '') : text;
  for (const id of open.finder.keysHolding(part, hits.limit)) {
    const { remote } = open.keys.get(id);
    hits.key(id, remote ? `KMS key ${shortId(remote.kmsKeyId)}` : undefined);
  }
};

const looks: readonly Look[] = [
  byId,
  byKms,
  byAlias,
  byMaterial,
  byRequest,
  byNumber,
  byPath,
  byKcv,
  byXks,
  byPartOfName,
  byPartOfKey,
];
