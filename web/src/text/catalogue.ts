import { chat } from './catalogue/chat'
import { devices } from './catalogue/devices'
import { failures } from './catalogue/failures'
import { groups } from './catalogue/groups'
import { list } from './catalogue/list'
import { notices } from './catalogue/notices'
import { people } from './catalogue/people'
import { presence } from './catalogue/presence'
import { settings } from './catalogue/settings'
import { start } from './catalogue/start'

export type { Entry, Language } from './entry'

/** The catalogue by area. A key stands in one area only. */
export const AREAS = { start, list, presence, chat, groups, people, settings, devices, notices, failures } as const

/** Every text of the client, by key. */
export const CATALOGUE = {
  ...start,
  ...list,
  ...presence,
  ...chat,
  ...groups,
  ...people,
  ...settings,
  ...devices,
  ...notices,
  ...failures,
} as const

export type Key = keyof typeof CATALOGUE
