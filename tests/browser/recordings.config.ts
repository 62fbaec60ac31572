import { script } from './support/script';

/** Recordings for web/recorded. */
export default script('recordings.ts');
