import { parse } from 'csv-parse/sync';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Secret } from '../kernel/secret.ts';

/** What AWS's access key file holds. The caller disposes of the secret. */
export interface AccessKeyFile {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly userName: string | null;
  readonly layout: 'two-column' | 'five-column';
}

/** Larger than any such file, small enough to hold twice. */
const largestCredentialFile = 64 * 1024;

/** Column names as AWS writes them, lower case. */
const userColumn = 'user name';
const keyColumn = 'access key id';
const secretColumn = 'secret access key';
const known: readonly string[] = [
  userColumn,
  'password',
  keyColumn,
  secretColumn,
  'console login link',
];

const invalid = (problem: string, details: Record<string, string | number> = {}): OperationError =>
  new OperationError('CREDENTIAL_FILE_INVALID', { problem, ...details });

/**
 * Reads the CSV file that AWS offers once when it makes an access key: two columns today, five in
 * older ones. `file` is wiped, whatever happens; cells are handled as bytes and wiped too, and no
 * message repeats what they hold.
 * @throws OperationError CREDENTIAL_FILE_INVALID
 */
export function readAccessKeyFile(file: Uint8Array): AccessKeyFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let cells: readonly (readonly Buffer[])[] = [];
  try {
    cells = rowsOf(bytes);
    return readRows(cells);
  } finally {
    bytes.fill(0);
    for (const row of cells) for (const cell of row) cell.fill(0);
  }
}

function rowsOf(bytes: Buffer): readonly (readonly Buffer[])[] {
  if (bytes.length === 0) throw invalid('the file is empty');
  if (bytes.length > largestCredentialFile)
    throw invalid('larger than 64 KB', { bytes: bytes.length });
  if (bytes.includes(0)) throw invalid('not a text file');
  // by ourselves: with `bom` or `trim` the parser would make strings of the cells
  const text = bytes.subarray(bytes.indexOf('\ufeff') === 0 ? 3 : 0);
  try {
    const rows = parse(text, {
      encoding: null,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: 16_384,
    }) as unknown as Buffer[][];
    return rows.map((row) => row.map(trimmed));
  } catch (cause) {
    // the parser's message quotes the file
    const line =
      cause instanceof Error && 'lines' in cause && typeof cause.lines === 'number'
        ? cause.lines
        : 1;
    throw invalid('not a CSV file', { line });
  }
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;

/** The same memory without spaces around it. */
function trimmed(cell: Buffer): Buffer {
  let start = 0;
  let end = cell.length;
  while (start < end && isSpace(cell[start])) start++;
  while (end > start && isSpace(cell[end - 1])) end--;
  return cell.subarray(start, end);
}

function readRows(rows: readonly (readonly Buffer[])[]): AccessKeyFile {
  const [header, row, ...more] = rows;
  const columns = (header ?? []).map((cell) => cell.toString('utf8').toLowerCase());
  const keyAt = columns.indexOf(keyColumn);
  const secretAt = columns.indexOf(secretColumn);
  if (keyAt < 0 || secretAt < 0) {
    throw invalid('the first line must name the columns "Access key ID" and "Secret access key"');
  }
  if (columns.some((name) => !known.includes(name)) || new Set(columns).size !== columns.length) {
    throw invalid('the file has columns that an AWS access key file does not have');
  }
  if (row === undefined) throw invalid('no access key below the column names');
  if (more.length > 0) throw invalid('more than one access key', { rows: more.length + 1 });
  if (row.length !== columns.length)
    throw invalid('the line of the key has another number of cells', { line: 2 });
  for (const [at, cell] of row.entries()) {
    if (at !== secretAt && isFormula(cell))
      throw invalid('a cell that a spreadsheet would run', { column: columns[at] ?? '' });
  }
  const userAt = columns.indexOf(userColumn);
  return {
    accessKeyId: accessKeyIdOf(row[keyAt]),
    secretAccessKey: secretOf(row[secretAt]),
    userName: userAt < 0 ? null : row[userAt]?.toString('utf8') || null,
    layout: columns.length === 2 ? 'two-column' : 'five-column',
  };
}

/** Such a file was opened and saved by a spreadsheet, or somebody planted it. */
const isFormula = (cell: Buffer): boolean =>
  cell.length > 0 && '=+-@'.includes(String.fromCharCode(cell[0] ?? 0));

function accessKeyIdOf(cell: Buffer | undefined): string {
  const text = cell?.toString('utf8') ?? '';
  if (!/^[A-Z0-9]{16,128}$/.test(text))
    throw invalid('the access key ID is not one', { column: keyColumn });
  if (text.startsWith('ASIA')) {
    throw invalid('a temporary key without its session token: type it in, with the token', {
      column: keyColumn,
    });
  }
  return text;
}

/** A leading plus sign or slash is a key and no formula: AWS's secrets are of base64 characters. */
function secretOf(cell: Buffer | undefined): Secret {
  const ok =
    cell !== undefined &&
    cell.length >= 16 &&
    cell.length <= 256 &&
    !'=@'.includes(String.fromCharCode(cell[0] ?? 0)) &&
    cell.every((byte) => byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x2c);
  if (!ok) throw invalid('the secret access key is not one', { column: secretColumn });
  return Secret.copyOf(cell);
}
