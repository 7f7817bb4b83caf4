/** Goes to a chat with someone, or to one that has just been made. */

import * as rest from '../../api/rest'
import type { Chat, User } from '../../api/shapes'
import { client } from '../../core/client.svelte'
import { go } from '../../core/route.svelte'
import { merged } from '../../core/state'
import { attempt } from '../failure'

/** The chat that there is, else a new one. */
export async function openDirect({ id }: User): Promise<void> {
  const known = [...(client.current?.chats.values() ?? [])].find((chat) => chat.peer?.id === id)
  if (known) go({ chat: known.id, panel: null })
  else await attempt(rest.openDirect(id).then(enter))
}

/** The answer may be here before its event; a place that is not known would be left again. */
export function enter(chat: Chat): void {
  client.change((state) => (state.chats.has(chat.id) ? state : { ...state, chats: merged(state.chats, [[chat.id, chat]]) }))
  go({ chat: chat.id, panel: null })
}
