import { expect, test } from 'vitest'
import { isOnlyEmoji } from './emoji'

test.each(['😀', '👍🏽', '👨‍👩‍👧‍👦', '🇷🇺🇩🇪', '❤️', '😀😀😀', '1️⃣', '☀️🌧️'])('only emoji: %s', (text) => {
  expect(isOnlyEmoji(text)).toBe(true)
})

test.each(['', ' ', 'a', '1', '12', '#', '©', '😀😀😀😀', '😀 a', 'ok 👍', '😀\n😀', '❤'])('text: %j', (text) => {
  expect(isOnlyEmoji(text)).toBe(false)
})
