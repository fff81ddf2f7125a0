import { CreateKeystore } from './create-keystore.tsx';

/** The practice keystore: one passphrase, typed twice, and nothing else to decide. */
export const CreatePractice = (given: { readonly path: string; readonly back: () => void }) => (
  <CreateKeystore
    realm="practice"
    title="Choose a passphrase"
    step="Step 2 of 6"
    lead="It opens the practice keystore."
    {...given}
  />
);
