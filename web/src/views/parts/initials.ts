/** What stands for a name in a circle. Pure. */

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const LETTER = /[\p{L}\p{N}]/u
const PICTURE = /\p{Extended_Pictographic}/u

/** The first letters of the first and the last word that have any; a picture stands alone; empty for neither. */
export function initials(name: string): string {
  const words = name.split(/\s+/).map(firstOf).filter(Boolean)
  const first = words[0] ?? ''
  const last = words.length > 1 ? words.at(-1)! : ''
  return (PICTURE.test(first) || PICTURE.test(last) ? first : first + last).toLocaleUpperCase()
}

function firstOf(word: string): string {
  const graphemes = [...segments.segment(word)].map((part) => part.segment)
  return graphemes.find((one) => LETTER.test(one) || PICTURE.test(one)) ?? ''
}
