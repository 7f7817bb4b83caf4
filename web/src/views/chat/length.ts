/** How long a message may be, counted as the server counts: in code points. */

export const LONGEST = 4096
/** From here on one is told how much is left. */
const NEAR = 200

export function codePoints(text: string): number {
  let pairs = 0
  for (let at = 0; at < text.length - 1; at += 1) {
    const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00
    if (isPair) pairs += 1
  }
  return text.length - pairs
}

/** How many more fit, negative when too many; null as long as nobody need care. */
export function left(text: string): number | null {
  if (text.length < LONGEST - NEAR) return null
  const fitting = LONGEST - codePoints(text)
  return fitting <= NEAR ? fitting : null
}
