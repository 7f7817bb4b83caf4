/** Things as the server would tell them, for tests. */

import { begin, type State } from '../src/core/state'
import type { Chat, Message, ServerEvent, Snapshot } from '../src/api/shapes'

export const NOON = '2027-01-15T12:00:00Z'
export const ME = { id: 1, username: 'alice', display_name: 'Alice' }
export const BOB = { id: 2, username: 'bob', display_name: 'Bob' }

export function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: 1000 + seq, chat_id: 7, seq, rev: 100 + seq, kind: 'text', sender_id: BOB.id, text: `Message ${seq}`, client_id: null,
    reply_to: null, created_at: NOON, edited_at: null, deleted: false, ...more,
  }
}

export function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, place) => message(from + place))
}

export function chat(more: Partial<Chat> = {}): Chat {
  return {
    id: 7, kind: 'direct', title: null, peer: BOB, role: 'member', last_message: null, last_seq: 0, rev: 100, unread_count: 0,
    read_up_to_seq: 0, peers_read_up_to_seq: {}, muted_until: null, created_at: NOON, ...more,
  }
}

export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    rev: 100, server_time: NOON, statuses: [], contacts: [], chats: [chat()], total_unread: 0,
    me: { ...ME, appear_offline: false, add_contacts: true, locale: null, created_at: NOON, rev: 1 }, ...more,
  }
}

export function state(more: Partial<Snapshot> = {}): State {
  return begin(snapshot(more), Date.parse(NOON), null)
}

export function newMessage(one: Message): ServerEvent {
  return { type: 'new_message', timestamp: NOON, rev: one.rev, message: one }
}

export function hello(rev = 100): ServerEvent {
  return {
    type: 'hello', timestamp: NOON, protocol: 1, connection_id: 'c', user_id: ME.id, session_id: 5, server_time: NOON,
    server_version: '3.2.0', heartbeat: 20, rev,
  }
}

export function pong(rev = 100): ServerEvent {
  return { type: 'pong', timestamp: NOON, server_time: NOON, rev, contacts_status: {} }
}
