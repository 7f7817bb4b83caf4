/** Messages that are nothing but a few emoji are shown larger. */

const MOST = 3
/** One emoji can take many units: families, flags, skin tones. */
const LONGEST = 60

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
// Digits and © are Extended_Pictographic or Emoji only in the wide sense: shown as text unless they are asked for as a picture.
const PICTURE = /^(?:\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})|[\d#*]\ufe0f?\u20e3)/u

export function isOnlyEmoji(text: string): boolean {
  if (text.length > LONGEST || text.charCodeAt(0) < 0x23) return false
  const parts = [...graphemes.segment(text.trim())]
  return parts.length > 0 && parts.length <= MOST && parts.every((part) => PICTURE.test(part.segment))
}
