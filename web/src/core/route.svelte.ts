/** Where one is, in the address after `#`: a chat beside a panel. So the browser's back, forward and reload work. */

export type Panel = 'people' | 'new-group' | 'new-channel' | 'settings' | 'profile' | 'devices' | 'blocked' | 'info'

export interface Place {
  chat: number | null
  /** What lies over the list; null when the list itself is shown. */
  panel: Panel | null
}

const PANELS: readonly string[] = ['people', 'new-group', 'new-channel', 'settings', 'profile', 'devices', 'blocked', 'info']

let place = $state.raw<Place>(read())
/** How many steps of this page lie behind in the browser's history. */
let depth = 0

function read(): Place {
  const words = new URLSearchParams(location.hash.slice(1))
  const chat = Number(words.get('chat'))
  const panel = words.get('panel')
  return {
    chat: Number.isSafeInteger(chat) && chat > 0 ? chat : null,
    panel: panel !== null && PANELS.includes(panel) ? (panel as Panel) : null,
  }
}

function address({ chat, panel }: Place): string {
  const words = new URLSearchParams()
  if (chat !== null) words.set('chat', String(chat))
  if (panel !== null) words.set('panel', panel)
  return words.size > 0 ? `#${words}` : location.pathname
}

addEventListener('popstate', () => {
  depth = Number((history.state as { depth?: number } | null)?.depth ?? 0)
  place = read()
})

export function here(): Place {
  return place
}

/** Goes to another chat or panel; what is not named stays. */
export function go(change: Partial<Place>): void {
  const next = { ...place, ...change }
  if (next.chat === place.chat && next.panel === place.panel) return
  depth += 1
  history.pushState({ depth }, '', address(next))
  place = next
}

/** The same without a step that one could go back to. */
export function replace(change: Partial<Place>): void {
  place = { ...place, ...change }
  history.replaceState({ depth }, '', address(place))
}

/** One step back: as the browser's button where there is a step, else to what lies beneath. */
export function back(): void {
  if (depth > 0) history.back()
  else replace(place.panel !== null ? { panel: null } : { chat: null })
}
