/** Every REST call that the client makes, one function each. Signed in by the cookie, which no script can read. */

import type {
  Changes, Chat, Contact, Me, Member, Message, Problem, ProfileChange, Role, ServerInfo, Snapshot, User, UserSession,
} from './shapes'

/** A call that was not answered as wished. `code` is a word of the server's, or `no_connection`, `timeout`, `unknown`. */
export class CallFailed extends Error {
  readonly code: string
  readonly status: number
  /** Seconds to wait before another try; null where the server has not said. */
  readonly retryAfter: number | null

  constructor(code: string, status: number, retryAfter: number | null) {
    super(code)
    this.code = code
    this.status = status
    this.retryAfter = retryAfter
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** Milliseconds after which a call counts as lost. */
const LOST_AFTER = 20_000

let onSignedOut = (): void => undefined

/** What is to be done when a call is answered 401: the session is over. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback
}

async function call<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(LOST_AFTER),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
    if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError'
    throw new CallFailed(isLate ? 'timeout' : 'no_connection', 0, null)
  }
  throw await refusal(response, path)
}

async function refusal(response: Response, path: string): Promise<CallFailed> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>
  const wait = Number(response.headers.get('Retry-After') ?? NaN)
  if (response.status === 401 && path !== '/login') onSignedOut()
  return new CallFailed(problem.code ?? 'unknown', response.status, Number.isFinite(wait) ? wait : null)
}

const sent = (path: string, body?: unknown) => call<undefined>('POST', path, body)

export const server = () => call<ServerInfo>('GET', '/server')
export const register = (username: string, password: string, display_name?: string) =>
  call<User>('POST', '/register', { username, password, ...(display_name && { display_name }) })
/** The token stays in the cookie, out of reach of scripts. */
export const login = (username: string, password: string) => sent('/login', { username, password, cookie_only: true })
export const logout = () => sent('/logout')

export const sync = () => call<Snapshot>('GET', '/sync?away=true')
export const changes = (chat: number, afterRev: number) => call<Changes>('GET', `/chats/${chat}/changes?after_rev=${afterRev}`)
/** By seq, ascending: the latest, or those before or after a seq. */
export const history = (chat: number, limit: number, from: { before?: number; after?: number } = {}) =>
  call<Message[]>('GET', `/chats/${chat}/messages?${new URLSearchParams({ limit: String(limit), ...numbers(from) })}`)

function numbers(values: Record<string, number>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}

export const openDirect = (user_id: number) => call<Chat>('POST', '/chats', { kind: 'direct', user_id })
export const openRoom = (kind: 'group' | 'channel', title: string, member_ids: number[]) =>
  call<Chat>('POST', '/chats', { kind, title, member_ids })
export const renameChat = (chat: number, title: string) => call<Chat>('PATCH', `/chats/${chat}`, { title })
/** `until`: ISO 8601, or null for not muted. */
export const muteChat = (chat: number, until: string | null) => call<Chat>('PATCH', `/chats/${chat}`, { muted_until: until })
export const members = (chat: number) => call<Member[]>('GET', `/chats/${chat}/members`)
export const addMember = (chat: number, user_id: number) => sent(`/chats/${chat}/members`, { user_id })
export const removeMember = (chat: number, user: number) => call<undefined>('DELETE', `/chats/${chat}/members/${user}`)
export const setRole = (chat: number, user: number, role: Role) => call<unknown>('PATCH', `/chats/${chat}/members/${user}`, { role })

export const message = (id: number) => call<Message>('GET', `/messages/${id}`)
export const editMessage = (message: number, text: string) => call<Message>('PATCH', `/messages/${message}`, { text })
export const deleteMessage = (message: number) => call<undefined>('DELETE', `/messages/${message}`)

export const findUsers = (query: string) => call<User[]>('GET', `/users?${new URLSearchParams({ query })}`)
/** At most 100 ids, of people who are or were in a chat of one's own. */
export const knownUsers = (ids: readonly number[]) => call<User[]>('GET', `/users/known?${ids.map((id) => `ids=${id}`).join('&')}`)
export const addContact = (user_id: number) => call<Contact>('POST', '/contacts', { user_id })
export const removeContact = (user: number) => call<undefined>('DELETE', `/contacts/${user}`)
export const block = (user: number) => call<undefined>('PUT', `/contacts/${user}/block`)
export const unblock = (user: number) => call<undefined>('DELETE', `/contacts/${user}/block`)

/** This session is in use. */
export const stayOnline = () => call<unknown>('POST', '/status/online')
export const changeProfile = (change: ProfileChange) => call<Me>('PATCH', '/users/me', change)
export const changePassword = (current_password: string, new_password: string) =>
  sent('/users/me/password', { current_password, new_password })
export const sessions = () => call<UserSession[]>('GET', '/sessions')
export const endSession = (session: number) => call<undefined>('DELETE', `/sessions/${session}`)
export const endOtherSessions = () => call<{ revoked: number }>('POST', '/sessions/revoke_all')
