/** Finding a message of a window by its id. Within a chat ids rise with seqs, so halving finds it. */

import type { Message } from '../../api/shapes'

export function inWindow(messages: readonly Message[], id: number): Message | null {
  let [low, high] = [0, messages.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const one = messages[middle]!
    if (one.id === id) return one
    if (one.id < id) low = middle + 1
    else high = middle - 1
  }
  return null
}
