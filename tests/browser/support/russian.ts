// Checks of Russian sentences.

import type { Caught } from './test';

/** Names of which several may follow each other. */
const NAMES = new Set(['Git', 'LFS', 'git', 'lfs', 'pull', 'Hugging', 'Face', 'Hub', 'GGUF', 'JSON', 'WebGPU', 'BERT']);

/**
 * English words that stand together in an error's Russian sentence; what another library says of it is left out, and so
 * are lists of values, which have commas between them.
 */
export function englishIn({ messageRu, data }: Caught): string[] {
  const { detail } = Object(data.reason) as { detail?: string };
  const words = (detail ? messageRu.replace(detail, '') : messageRu).split(/\s+/);
  const isEnglish = (word: string) => {
    const bare = word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
    return /^[A-Za-z]{2,}$/.test(bare) && !NAMES.has(bare);
  };
  return words.slice(1).flatMap((word, index) => (isEnglish(words[index]) && isEnglish(word) && !words[index].endsWith(',') ? [`${words[index]} ${word}`] : []));
}
