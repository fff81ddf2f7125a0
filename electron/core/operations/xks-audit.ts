import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { auditFolder, readSegments } from '../xks/audit/read-segments.ts';
import { Reconciliation } from '../xks/reconcile/reconcile.ts';
import { Trail } from '../xks/reconcile/trail.ts';
import { readTrailFiles } from '../xks/reconcile/trail-files.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

/** The open keystore, and the event history of its practice KMS. */
export interface TrailAccess extends Access {
  /** Records after `since`, and where to go on. @throws OperationError PRACTICE_* */
  history(since: number): Promise<{ readonly Records: readonly unknown[]; readonly next: number }>;
}

type Reconcile = HandlersOfNoun<'xks'>['reconcile'];
type Nodes = Awaited<ReturnType<Reconcile>>['nodes'];

/** A call and its record may be a moment apart, and clocks differ. */
const slack = 5 * 60_000;

/** What proxies noted, held against what AWS noted. */
export const xksAuditHandlers = (
  access: TrailAccess,
): Pick<HandlersOfNoun<'xks'>, 'reconcile' | 'link'> => ({
  link: async (input) => {
    const open = access.open();
    if (open.xks.serving.storage === null) throw new OperationError('XKS_NO_STORE');
    const links = await open.desk.link(input.segments).catch(badFolder);
    open.audit('OK', [], { proxies: links.map(({ node }) => node).join(', ') });
    return { links: links.map((link) => ({ ...link })) };
  },
  reconcile: async (input) => {
    const open = access.open();
    const { from, to } = input;
    if (input.trail.length === 0 && !input.practice) throw bad('trail', 'name a file of records');
    if (from !== null && to !== null && from > to) throw bad('from', 'it is later than the end');
    const trail = new Trail({ arns: knownArns(open), from, to });
    const files = await readTrailFilesIfAny(input.trail, trail);
    if (input.practice) await readHistory(access, trail);
    const found = new Reconciliation(trail);
    const here = open.desk
      .nodes()
      .map(({ node, folder }) => ({ node, folder: auditFolder(folder) }))
      // a copy that never came up has none
      .filter(({ folder }) => existsSync(folder));
    const places = [
      ...here,
      ...input.segments.map((folder) => ({ node: basename(folder), folder })),
    ];
    const nodes: Nodes = [];
    for (const { node, folder } of places)
      nodes.push(await readNode(node, folder, trail.span?.from ?? null, found));
    const { records, span } = trail;
    const { awsOnly, proxyOnly, different, ...counts } = found.result();
    return {
      files,
      records,
      span: span === null ? null : { ...span },
      nodes,
      ...counts,
      awsOnly: { ...awsOnly, first: [...awsOnly.first] },
      proxyOnly: { ...proxyOnly, first: [...proxyOnly.first] },
      different: { ...different, first: [...different.first] },
    };
  },
});

const bad = (field: string, problem: string) => new OperationError('BAD_INPUT', { field, problem });

/** @throws OperationError XKS_NO_STORE */
function knownArns({ xks }: OpenKeystore): Set<string> {
  if (xks.serving.storage === null) throw new OperationError('XKS_NO_STORE');
  return new Set(
    xks.keys.list(null).flatMap(({ id, remote }) => {
      const bound = xks.keys.bindings(id).map(({ arn }) => arn);
      return remote === null ? bound : [remote.arn, ...bound];
    }),
  );
}

const readTrailFilesIfAny = (places: readonly string[], trail: Trail): Promise<number> =>
  places.length === 0 ? Promise.resolve(0) : readTrailFiles(places, trail);

async function readHistory(access: TrailAccess, trail: Trail): Promise<void> {
  const { realm } = access.open().store;
  if (realm !== 'practice')
    throw new OperationError('REALM_MISMATCH', { keystore: realm, deed: 'read practice history' });
  for (let since = 0; ; ) {
    const { Records, next } = await access.history(since);
    for (const each of Records) trail.take(each, 'the practice KMS');
    if (next === since) return;
    since = next;
  }
}

/** @throws OperationError BAD_INPUT for a folder that cannot be read */
export function badFolder(error: unknown): never {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
  throw bad('segments', `${path ?? 'the folder'}: ${code === 'ENOENT' ? 'is not there' : code}`);
}

async function readNode(
  node: string,
  folder: string,
  from: number | null,
  found: Reconciliation,
): Promise<Nodes[number]> {
  try {
    const chain = await readSegments(folder, from === null ? null : from - slack, ({ record }) => {
      if (record !== null) found.take(record, node);
    });
    const gaps = chain.gaps.slice(0, 100);
    return {
      node,
      records: chain.records,
      gaps: gaps.map(({ segment, line, problem }) => ({ segment, line, problem })),
    };
  } catch (error) {
    return badFolder(error);
  }
}
