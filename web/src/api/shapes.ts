/** Short names for the shapes that `make types` writes from the server's own descriptions. */

import type { components } from './types'

type Schemas = components['schemas']

export type Chat = Schemas['Chat']
export type ChatKind = Chat['kind']
export type Changes = Schemas['Changes']
export type Contact = Schemas['Contact']
export type Me = Schemas['Me']
export type Member = Schemas['Member']
export type Message = Schemas['Message']
export type Problem = Schemas['Problem']
export type ProfileChange = Schemas['ProfileChange']
export type Role = Member['role']
export type ServerInfo = Schemas['ServerInfo']
export type Snapshot = Schemas['Snapshot']
export type Status = UserStatus['status']
export type User = Schemas['User']
export type UserSession = Schemas['UserSession']
export type UserStatus = Schemas['UserStatus']

export type ServerEvent = Schemas['ServerEvent']
export type Command = Schemas['ClientCommand']

/** Event name → its shape. */
export type Events = { [Event in ServerEvent as Event['type']]: Event }

type Answers = 'hello' | 'heartbeat' | 'pong' | 'caught_up' | 'message_sent' | 'error'

// An object, so that the compiler notices an event that is missing or is no more.
const SUBSCRIBED: Record<Exclude<keyof Events, Answers>, true> = {
  status_change: true,
  user_online: true,
  user_offline: true,
  typing_start: true,
  typing_stop: true,
  messages_read: true,
  new_message: true,
  unread_message: true,
  unread_changed: true,
  message_edited: true,
  message_deleted: true,
  chat_changed: true,
  user_changed: true,
  session_created: true,
  session_revoked: true,
  contact_changed: true,
}

/** Told by `status_change` already. */
const TWICE = ['user_online', 'user_offline']

/** What this client subscribes to: all that it understands, and the step between online and away. */
export const EVENTS: readonly string[] = [...Object.keys(SUBSCRIBED).filter((name) => !TWICE.includes(name)), 'away']
