/** One law on both sides: the server's own scenes, folded here, lead from `before` to `after`. */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Member, Message, ServerEvent, Snapshot, UserSession } from '../api/shapes'
import { reduce } from './reducers'
import { withMembers, withPage } from './rooms'
import { inOrder, typersIn } from './select'
import { begin, byId, type State } from './state'

const FOLDER = new URL('../../../tests/law/fixtures/', import.meta.url)
const SCENES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))

interface Inside {
  members: Member[]
  messages: Message[]
}

interface Held {
  sync: Snapshot
  sessions: UserSession[]
  rooms: Record<string, Inside>
}

interface Scene {
  about: string
  before: Held
  events: ServerEvent[]
  after: Held
}

function opened(state: State, chatId: number, room: Inside): State {
  return withMembers(withPage(state, chatId, room.messages, state.chats.get(chatId)!.rev), chatId, room.members)
}

function stateOf(held: Held): State {
  const state = begin(held.sync, Date.parse(held.sync.server_time), null)
  const rooms = Object.entries(held.rooms)
  const whole = rooms.reduce((next, [chat, room]) => opened(next, Number(chat), room), state)
  return { ...whole, sessions: byId(held.sessions, (session) => session.id) }
}

function played(scene: Scene): State {
  let state = stateOf(scene.before)
  for (const event of scene.events) {
    state = reduce(state, event, Date.parse(event.timestamp))
    if (event.type === 'chat_changed' && event.chat.chat)
      state = opened(state, event.chat.id, scene.after.rooms[String(event.chat.id)]!)
  }
  return state
}

/** The form in which two states must be equal: revs are no content, and a mark counts by what it says of one's own. */
function normal(state: State, now: number) {
  const marks = (chat: number, mark: number) =>
    Math.max(0, ...(state.rooms.get(chat)?.messages ?? []).filter((one) => one.sender_id === state.me.id && !one.deleted && one.seq <= mark).map((one) => one.seq))
  const chats = inOrder(state.chats).map(({ rev: _, ...chat }) => ({
    ...chat,
    peers_read_up_to_seq: Object.entries(chat.peers_read_up_to_seq)
      .map(([user, mark]) => [Number(user), marks(chat.id, mark)] as const)
      .filter(([, mark]) => mark > 0),
    typing: typersIn(state, chat.id, now),
  }))
  const { rev: _, ...me } = state.me
  const rooms = [...state.rooms].map(([id, room]) => [id, { members: sorted(room.members ?? new Map()), messages: room.messages }] as const)
  return {
    me,
    chats,
    rooms: rooms.sort(([one], [other]) => one - other),
    contacts: sorted(state.contacts),
    statuses: sorted(state.statuses),
    sessions: sorted(new Map([...(state.sessions ?? [])].map(([id, session]) => [id, session.device_name]))),
    totalUnread: state.totalUnread,
  }
}

function sorted<Value>(map: ReadonlyMap<number, Value>): [number, Value][] {
  return [...map].sort(([one], [other]) => one - other)
}

test.each(SCENES)('%s', (name) => {
  const scene = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Scene
  expect(scene.events.length).toBeGreaterThan(0)
  const now = Date.parse(scene.after.sync.server_time)
  expect(normal(played(scene), now), scene.about).toEqual(normal(stateOf(scene.after), now))
})

test.each(SCENES)('%s leaves every room complete', (name) => {
  const scene = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Scene
  const state = played(scene)
  for (const [id, room] of state.rooms) expect(room.rev).toBeGreaterThanOrEqual(state.chats.get(id)!.rev)
})
