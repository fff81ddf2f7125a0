import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import styles from './key-groups.module.css';
import { useTreeState } from './tree-state.ts';

/**
 * A name that is changed where it stands: Enter keeps it, Esc leaves it as it was, going elsewhere
 * keeps it. A name that was refused stays as typed; so does one that was not sent when a lock came.
 */
export function RenameField({
  name,
  commit,
  end,
}: {
  readonly name: string;
  /** False: it was refused, and the field stays. */
  readonly commit: (name: string) => Promise<boolean>;
  readonly end: () => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState(false);
  const done = useRef(false);
  const typeName = useTreeState((state) => state.typeName);
  const [typed] = useState(() => useTreeState.getState().typedName);
  useEffect(() => {
    input.current?.focus();
    if (typed === null) input.current?.select();
  }, [typed]);
  const keep = async (): Promise<void> => {
    if (done.current) return;
    const text = input.current?.value.trim() ?? '';
    if (text === '' || text === name) {
      done.current = true;
      end();
      return;
    }
    done.current = true;
    if (await commit(text)) return;
    done.current = false;
    setRefused(true);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Enter') void keep();
    else if (event.key === 'Escape') {
      done.current = true;
      end();
    }
  };
  return (
    <input
      ref={input}
      className={styles['rename']}
      defaultValue={typed ?? name}
      maxLength={255}
      aria-label={`New name of ${name}`}
      aria-invalid={refused || undefined}
      spellCheck={false}
      onChange={(event) => typeName(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => {
        if (!refused) void keep();
      }}
    />
  );
}
