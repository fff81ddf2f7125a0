import { base } from './0001-base.ts';
import { domain } from './0002-domain.ts';
import { jobs } from './0003-jobs.ts';
import { callChanges } from './0004-call-changes.ts';
import { consoleIndexes } from './0005-console.ts';
import { lighter } from './0006-lighter.ts';
import { ending } from './0007-ending.ts';
import { xks } from './0008-xks.ts';
import { nameOrder } from './0009-name-order.ts';
import { keyOpened } from './0010-key-opened.ts';
import { xksRehearsal } from './0011-xks-rehearsal.ts';
import { xksRelease } from './0012-xks-release.ts';
import { xksLeftover } from './0013-xks-leftover.ts';
import { currentMaterial } from './0014-current-material.ts';
import { chosenEnd } from './0015-chosen-end.ts';
import { aliasOff } from './0016-alias-off.ts';
import { endings } from './0017-endings.ts';
import { credentialTls } from './0018-credential-tls.ts';
import { keyTypes } from './0019-key-types.ts';
import { mapping } from './0020-mapping.ts';
import { lastWord } from './0021-last-word.ts';
import { bringIn } from './0022-bring-in.ts';
import { copiedFrom } from './0023-copied-from.ts';
import { secondPerson } from './0024-second-person.ts';
import { aliasElsewhere } from './0025-alias-elsewhere.ts';

/** One numbered step of the schema. `up` is plain SQL; the file it stands in imports nothing. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly up: string;
}

/**
 * Every migration, oldest first, without a gap. A released one is never edited: add the next
 * number. Import it here and put it at the end of the list; nothing else registers it.
 */
export const migrations: readonly Migration[] = [
  base,
  domain,
  jobs,
  callChanges,
  consoleIndexes,
  lighter,
  ending,
  xks,
  nameOrder,
  keyOpened,
  xksRehearsal,
  xksRelease,
  xksLeftover,
  currentMaterial,
  chosenEnd,
  aliasOff,
  endings,
  credentialTls,
  keyTypes,
  mapping,
  lastWord,
  bringIn,
  copiedFrom,
  secondPerson,
  aliasElsewhere,
];
