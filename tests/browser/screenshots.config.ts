import { script } from './support/script';

/** Pictures for docs/screenshots. */
export default script('screenshots.ts');
