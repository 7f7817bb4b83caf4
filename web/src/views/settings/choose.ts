/** A choice for this browser, told to its other tabs. */

import { client } from '../../core/client.svelte'
import { prefer } from '../../core/preferences.svelte'

export function choose(change: Parameters<typeof prefer>[0]): void {
  prefer(change)
  client.tabs.tell({ type: 'preferences' })
}
