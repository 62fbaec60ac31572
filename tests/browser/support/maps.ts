// Inspection of heat maps.

import type { Locator } from '@playwright/test';

/** Returns whether the corners above and below a map's diagonal are painted in colours of weights, not just hatched. */
export async function painted(canvas: Locator) {
  await canvas.waitFor();
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d')!;
    const share = (left: number, top: number) => {
      const [x, y, w, h] = [left * width, top * height, 0.15 * width, 0.15 * height].map(Math.round);
      const pixels = new Uint32Array(context.getImageData(x, y, w, h).data.buffer);
      return pixels.filter((pixel) => pixel >>> 24 === 255).length / pixels.length;
    };
    return { above: share(0.8, 0.35) > 0.9, below: share(0.35, 0.8) > 0.9 };
  });
}
