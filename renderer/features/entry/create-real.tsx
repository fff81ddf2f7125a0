import Button from '@mui/material/Button';
import { useState } from 'react';
import { useHost } from '../../state/host.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { FolderField, isAbsolutePath } from '../../ui/folder-field.tsx';
import { CreateKeystore } from './create-keystore.tsx';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { quoted } from './shell-words.ts';

/** A keystore for real keys: it does not come into being without a second place for its backups. */
export function CreateReal({ path, back }: { readonly path: string; readonly back: () => void }) {
  const { link } = useHost();
  // Only the desktop has deeds of its own; a browser may not make a keystore of real keys.
  return link.host === undefined ? (
    <NotInBrowser path={path} back={back} />
  ) : (
    <CreateForm path={path} back={back} />
  );
}

function CreateForm({ path, back }: { readonly path: string; readonly back: () => void }) {
  const [place, setPlace] = useState('');
  const [missing, setMissing] = useState(false);
  const also = () => {
    if (isAbsolutePath(place)) return { backupPlace: place.trim() };
    setMissing(true);
    return null;
  };
  return (
    <CreateKeystore
      realm="real"
      title="Create a keystore for real keys"
      step="Step 1 of 3"
      path={path}
      lead="The passphrase opens it."
      also={also}
      back={back}
    >
      {(busy) => (
        <>
          <FolderField
            label="Second place for backups"
            value={place}
            disabled={busy}
            help="A folder on another disk of the computer that runs Keyreeve. Every new key is saved there before it is sent anywhere."
            onChange={(next) => {
              setPlace(next);
              setMissing(false);
            }}
          />
          {missing ? (
            <p role="alert" className="tone-attention">
              ! Name the second place first: a key that exists on one disk only could be lost.
            </p>
          ) : null}
        </>
      )}
    </CreateKeystore>
  );
}

function NotInBrowser({ path, back }: { readonly path: string; readonly back: () => void }) {
  return (
    <EntryFrame title="A real keystore is made outside the browser" path={path}>
      <p>
        Other software of this account can read a browser page, so that real keys open here only
        after their owner has said so. Make the keystore in the desktop window, or here:
      </p>
      <CommandLine
        command={`keyreeve --keystore ${quoted(path)} keystore create --real --backup-place FOLDER`}
      />
      <p>
        Then, if it is to open in this browser:{' '}
        <CommandLine
          command={`keyreeve --keystore ${quoted(path)} setting change --allow-console`}
        />
      </p>
      <EntryDeeds>
        <Button variant="contained" onClick={back}>
          Back
        </Button>
      </EntryDeeds>
    </EntryFrame>
  );
}
