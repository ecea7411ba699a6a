/** Sizes of pictures, fixed before they are loaded so that nothing below them moves. */

export interface Size {
  width: number;
  height: number;
}

const LARGEST: Size = { width: 330, height: 360 };
const SMALLEST = 120;
const UNKNOWN: Size = { width: 260, height: 195 };

/** How large a picture of `width` x `height` pixels is shown; those of unknown size have a size all the same. */
export function fitted(width: number | undefined, height: number | undefined, largest = LARGEST): Size {
  if (!width || !height) return UNKNOWN;
  const scale = Math.min(1, largest.width / width, largest.height / height);
  return {
    width: Math.round(Math.min(largest.width, Math.max(SMALLEST, width * scale))),
    height: Math.round(Math.min(largest.height, Math.max(SMALLEST, height * scale))),
  };
}
