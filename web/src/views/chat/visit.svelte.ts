/** One visit to a chat: where one begins to read, what is loaded meanwhile, and what has been seen. */

import { CallFailed } from '../../api/rest'
import type { Message } from '../../api/shapes'
import { client } from '../../core/client.svelte'
import { notify } from '../../core/notices.svelte'
import { isAtEnd } from '../../core/rooms'
import { isLookedAt } from '../../core/seen'
import { t } from '../../text/words.svelte'
import { failureText } from '../failure'
import { inWindow } from './find'
import type { Need } from './space'

/** What a visit wants of the view. */
export interface View {
  toEnd(): void
  to(seq: number, part: number): void
  flash(id: number): void
  forgetWish(): void
  look(): void
  staysAtEnd(): boolean
  wasMoved(): boolean
}

/** How far down in the view one reads on. */
const THIRD = 1 / 3
/** Milliseconds: several messages are seen at the same time, and told of once. */
const TOGETHER = 30

export class Visit {
  /** The seq that the line "new messages" stands above; null for none. */
  lineSeq = $state<number | null>(null)
  /** Something is missing in what is shown, and is on its way. */
  loading = $state(false)
  /** What could not be loaded. */
  failed = $state.raw<Need | 'open' | null>(null)
  readonly #chatId: number
  readonly #view: () => View | undefined
  #isOpen = false
  /** It began with what the cache knew. */
  #isGuessed = false
  /** One has gone to the end, or to a quoted message. */
  #hasGone = false
  #isAsking = false
  #seen: Message | null = null
  #telling: ReturnType<typeof setTimeout> | undefined

  constructor(chatId: number, view: () => View | undefined) {
    this.#chatId = chatId
    this.#view = view
  }

  /** Shows what is there, then asks for what is not. To be called again when the connection is back. */
  async open(): Promise<void> {
    if (this.#isOpen) return this.#refresh()
    const isWhole = client.standing === 'ready'
    if (!isWhole) this.#isGuessed = true
    this.#begin()
    this.loading = true
    this.failed = (await this.#try(client.history.open(this.#chatId))) ? null : 'open'
    this.loading = false
    this.#isOpen = isWhole && this.failed === null
    // What is unread by the cache may have been read elsewhere.
    if (this.#isOpen && this.#isGuessed && !this.#isElsewhere()) this.lineSeq = null
    this.#begin()
    if (this.failed !== null) this.#showHeld()
  }

  retry(): void {
    const failed = this.failed
    this.failed = null
    if (failed === 'open') void this.open()
    else if (failed !== null) void this.need(failed)
  }

  /** What has changed while nobody told. */
  async catchUp(): Promise<void> {
    await this.#try(client.history.catchUp(this.#chatId))
  }

  readonly need = async (need: Need): Promise<void> => {
    if (this.#isAsking || this.failed !== null) return
    this.#isAsking = true
    this.loading = typeof need === 'object'
    const before = this.#messages()
    if (!(await this.#try(this.#load(need)))) this.failed = need
    this.loading = false
    this.#isAsking = false
    if (this.#messages() !== before) this.#view()?.look()
  }

  /** `say`: that it did not work; who has just written is told so by what waits. */
  async toLatest(say = true): Promise<void> {
    const hadGone = this.#hasGone
    this.#hasGone = true
    this.#view()?.toEnd()
    if (this.#holdsEnd() || (await this.#try(client.history.latest(this.#chatId), say))) return
    this.#hasGone = hadGone
    this.#view()?.forgetWish()
  }

  /** Shows a message that is quoted, wherever it is. */
  async toQuoted(id: number): Promise<void> {
    this.#hasGone = true
    try {
      const message = await this.#quoted(id)
      if (!message) return notify('error', t('replyMissing'))
      this.#view()?.to(message.seq, THIRD)
      if (!inWindow(this.#messages(), id)) await client.history.around(this.#chatId, message.seq)
      this.#view()?.flash(id)
    } catch (error) {
      this.#view()?.forgetWish()
      notify('error', failureText(error))
    }
  }

  async #quoted(id: number): Promise<Message | null> {
    const held = inWindow(this.#messages(), id)
    if (!held) await client.history.quote(id)
    return held ?? client.current?.quotes.get(id) ?? null
  }

  /** A message of somebody else's has come. Who does not look finds the first new one at the line. */
  came(message: Message): void {
    if (isLookedAt()) return
    const read = client.current?.chats.get(this.#chatId)?.read_up_to_seq ?? 0
    if (this.lineSeq === null || this.lineSeq <= read) this.lineSeq = message.seq
    if (this.#view()?.staysAtEnd()) this.#view()?.to(this.lineSeq, THIRD)
  }

  readonly seen = (message: Message): void => {
    if (message.seq > (this.#seen?.seq ?? 0)) this.#seen = message
    this.#telling ??= setTimeout(() => this.#tell(), TOGETHER)
  }

  leave(): void {
    if (this.#telling !== undefined) this.#tell()
  }

  #tell(): void {
    clearTimeout(this.#telling)
    this.#telling = undefined
    if (this.#seen) client.marks.seen(this.#chatId, this.#seen.id, this.#seen.seq)
  }

  #load(need: Need): Promise<void> {
    if (need === 'older') return client.history.older(this.#chatId)
    if (need === 'newer') return client.history.newer(this.#chatId)
    return client.history.around(this.#chatId, need.around)
  }

  async #refresh(): Promise<void> {
    this.failed = null
    await this.catchUp()
    this.#view()?.look()
  }

  /** Goes to where one reads on: the first unread message, else the end. Not once one has gone elsewhere. */
  #begin(): void {
    const chat = client.current?.chats.get(this.#chatId)
    if (!chat || this.lineSeq !== null || this.#isElsewhere()) return
    const first = chat.unread_count > 0 ? this.#firstUnread(chat.read_up_to_seq) : undefined
    if (first) {
      this.lineSeq = first.seq
      this.#view()?.to(first.seq, THIRD)
    } else if (this.#holdsEnd()) this.#view()?.toEnd()
  }

  #isElsewhere(): boolean {
    return this.#hasGone || (this.#view()?.wasMoved() ?? false)
  }

  /** Without a connection, what is in memory has to do. */
  #showHeld(): void {
    const last = this.#messages().at(-1)
    if (last && !this.#isElsewhere() && this.lineSeq === null) this.#view()?.to(last.seq, 1)
  }

  #firstUnread(read: number): Message | undefined {
    const me = client.current?.me.id
    const messages = this.#messages()
    // A window that begins later does not hold the first one.
    if ((messages[0]?.seq ?? Infinity) > read + 1) return undefined
    return messages.find((one) => one.seq > read && one.sender_id !== me && !one.deleted)
  }

  #holdsEnd(): boolean {
    const room = client.current?.rooms.get(this.#chatId)
    const chat = client.current?.chats.get(this.#chatId)
    return chat !== undefined && (room ? isAtEnd(room, chat) : chat.last_seq === 0)
  }

  #messages(): readonly Message[] {
    return client.current?.rooms.get(this.#chatId)?.messages ?? []
  }

  async #try(work: Promise<unknown>, say = false): Promise<boolean> {
    try {
      await work
      return true
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error
      if (say) notify('error', failureText(error))
      return false
    }
  }
}
