// Schemas are read, not turned into code: the page's policy forbids that, and the console tells if it is tried.
// In: nothing. Out: nothing. Imported before any schema is made.
import { z } from 'zod';

z.config({ jitless: true });
