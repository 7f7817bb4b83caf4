/** Short notices that stand for a while and go: what happened elsewhere, what was done, what did not work. */

export interface Notice {
  id: number
  kind: 'done' | 'news' | 'error'
  text: string
  /** What one can do about it. */
  action?: { text: string; run: () => void }
}

const STAYS = 6_000
const MOST = 4

let notices = $state.raw<readonly Notice[]>([])
let next = 1

export function shownNotices(): readonly Notice[] {
  return notices
}

/** Shows a notice; `stays`: until it is dismissed. */
export function notify(kind: Notice['kind'], text: string, action?: Notice['action'], stays = false): void {
  const notice: Notice = { id: next++, kind, text, ...(action && { action }) }
  notices = [...notices.filter((one) => one.text !== text), notice].slice(-MOST)
  if (!stays) setTimeout(() => dismiss(notice.id), STAYS)
}

export function dismiss(id: number): void {
  notices = notices.filter((one) => one.id !== id)
}

export function dismissAll(): void {
  notices = []
}
