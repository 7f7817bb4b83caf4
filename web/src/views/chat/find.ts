/** Finding a message by its id. Within a chat ids rise with seqs, so halving finds it. */

import * as rest from '../../api/rest'
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

type Ask = (chat: number, limit: number, from: { after: number }) => Promise<Message[]>
interface Place {
  id: number
  seq: number
}

const PAGE = 20

/**
 * Asks for pages before the chat's last message until the one is found; null when it is not there. Rejects with
 * CallFailed. Ids rise with the seqs of all chats: by their distance one guesses well, and halving sees to the rest.
 */
export async function inHistory(chat: number, id: number, last: Place, ask: Ask = rest.history): Promise<Message | null> {
  let low: Place = { id: 0, seq: 0 }
  let high: Place = { id: last.id + 1, seq: last.seq + 1 }
  for (let halving = false; high.seq - low.seq > 1 && id > low.id && id < high.id; halving = !halving) {
    const part = halving ? 0.5 : (id - low.id) / (high.id - low.id)
    const guess = Math.round(low.seq + (high.seq - low.seq) * part)
    const page = await ask(chat, PAGE, { after: Math.max(low.seq, guess - PAGE / 2) })
    const [first, end] = [page[0], page.at(-1)]
    if (!first || !end) return null
    if (id >= first.id && id <= end.id) return inWindow(page, id)
    if (id < first.id) high = first
    else low = end
  }
  return null
}
