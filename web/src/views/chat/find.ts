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

const PAGE = 20

/** Asks for pages between two seqs until the message is found; null when it is not there. Rejects with CallFailed. */
export async function inHistory(chat: number, id: number, lastSeq: number, ask: Ask = rest.history): Promise<Message | null> {
  let [low, high] = [1, lastSeq]
  while (low <= high) {
    const middle = (low + high) >> 1
    const from = Math.max(low, middle - PAGE / 2)
    const page = await ask(chat, PAGE, { after: from - 1 })
    const [first, last] = [page[0], page.at(-1)]
    if (!first || !last) return null
    if (id >= first.id && id <= last.id) return inWindow(page, id)
    if (id < first.id) high = first.seq - 1
    else low = last.seq + 1
  }
  return null
}
