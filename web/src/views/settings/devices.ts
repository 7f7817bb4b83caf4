/** What the list of devices asks of sessions. Pure. */

import type { UserSession } from '../../api/shapes'
import type { IconName } from '../parts/Icon.svelte'

/** The others by last activity, the latest first; then the newer session. */
export function others(sessions: Iterable<UserSession>): UserSession[] {
  const rest = [...sessions].filter((session) => !session.is_current)
  return rest.sort((one, other) => Date.parse(other.last_activity) - Date.parse(one.last_activity) || other.id - one.id)
}

const ICONS: Record<UserSession['device_type'], IconName> = { pc: 'pc', phone: 'phone', tablet: 'tablet', web: 'globe', other: 'other' }

export function iconOf(session: UserSession): IconName {
  return ICONS[session.device_type]
}

/** It signed in through a browser; where that is all that is known of it, the icon itself says so. */
export function isBrowser(session: UserSession): boolean {
  return session.device_type !== 'web' && /\bMozilla\//.test(session.user_agent)
}
