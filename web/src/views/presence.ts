/** Presence in words, as far as it is known now: without a connection one only knows what was. */

import { client } from '../core/client.svelte'
import { shownNow } from '../core/clock.svelte'
import type { Presence } from '../core/state'
import { presenceWords } from '../text/presence'
import { language, t } from '../text/words.svelte'

export function knownPresence(presence: Presence | undefined): string {
  const words = presenceWords(presence, shownNow(), language())
  return words && client.standing !== 'ready' ? t('lastKnown', { status: words }) : words
}
