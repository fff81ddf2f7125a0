import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import Button from '@mui/material/Button';
import CssBaseline from '@mui/material/CssBaseline';
import { createTheme, ThemeProvider } from '@mui/material/styles';
import { createRoot } from 'react-dom/client';

/** The least that a page of the same parts can be: what the window's start is compared with. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const place = document.getElementById('window');
if (!place) throw new Error('the page has no place for the button');

createRoot(place).render(
  <CacheProvider value={createCache({ key: 'kr', nonce })}>
    <ThemeProvider theme={createTheme()}>
      <CssBaseline />
      <Button variant="contained">Rotate payments-prod</Button>
    </ThemeProvider>
  </CacheProvider>,
);
