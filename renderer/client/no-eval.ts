import { config } from 'zod';

/** This page may not make code from text; schemas must not even try, for a try is reported. */
config({ jitless: true });
