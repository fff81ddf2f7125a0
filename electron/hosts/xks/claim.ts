import { rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { socketPath } from '../../core/xks/socket-path.ts';

/** Two proxies in one folder would tear its audit chain and answer for each other. */
export class StateFolderInUse extends Error {
  override readonly name = 'StateFolderInUse';
  constructor(folder: string) {
    super(
      `Another proxy works in ${folder}: stop it first, or give this copy a name and a state folder of its own.`,
    );
  }
}

/** The right of one process of this computer to a state folder, containers that share it included. */
export interface FolderClaim {
  release(): Promise<void>;
}

/**
 * Takes a state folder before anything in it is touched. The claim is a socket that its holder answers:
 * the system closes it with the process, however that ends, and what then lies there answers nobody. On
 * Linux a name that is in no folder comes first: of those who find an abandoned claim one gets it.
 * @throws StateFolderInUse, or the error of the file system
 */
export async function claimFolder(folder: string): Promise<FolderClaim> {
  const at = socketPath(join(folder, 'in-use.sock'));
  const held: Server[] = [];
  const letGo = async (): Promise<void> => {
    for (const server of held.toReversed()) await closed(server);
    at.release();
  };
  try {
    const named = process.platform === 'linux' ? await listenAt(nameOf(folder)) : undefined;
    if (named === null) throw new StateFolderInUse(folder);
    if (named !== undefined) held.push(named);
    held.push(await listenInstead(at.path, folder));
    return { release: letGo };
  } catch (error) {
    await letGo();
    throw error;
  }
}

/** Known to all processes of one network namespace. */
function nameOf(folder: string): string {
  const { dev, ino } = statSync(folder);
  return `\0keyreeve xks ${dev}:${ino}`;
}

/** Listens at a path, in the place of whoever left it behind. */
async function listenInstead(path: string, folder: string): Promise<Server> {
  const first = await listenAt(path);
  if (first !== null) return first;
  if (await isAnswered(path)) throw new StateFolderInUse(folder);
  rmSync(path, { force: true });
  const second = await listenAt(path);
  if (second === null) throw new StateFolderInUse(folder);
  return second;
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => void server.close(() => resolve()));

/** Null where something lies there already. */
function listenAt(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => void socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Nobody listens at what a process left behind; whatever else goes wrong is no sign of that. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}
