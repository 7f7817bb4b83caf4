"""What tests run in a page."""

REST = """() => new Promise((resolve) => {
  const view = document.querySelector('[data-testid="history"]')
  let still = 0
  let last = -1
  const timer = setInterval(() => {
    const now = view.scrollTop + view.scrollHeight * 1e6
    still = now === last ? still + 1 : 0
    last = now
    if (still < 5) return
    clearInterval(timer)
    resolve()
  }, 16)
})"""
"""Resolves when nothing in the history has moved for some frames."""

KEPT = """(store) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('ryadom')
  opening.onerror = () => reject(opening.error)
  opening.onsuccess = () => {
    const reading = opening.result.transaction(store).objectStore(store).getAll()
    reading.onsuccess = () => (opening.result.close(), resolve(reading.result))
  }
})"""
"""Everything in one store of the database."""

EMPTIED = """async () => {
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open('ryadom')
    opening.onsuccess = () => resolve(opening.result)
  })
  const counts = await Promise.all([...database.objectStoreNames].map((name) => new Promise((resolve) => {
    const counting = database.transaction(name).objectStore(name).count()
    counting.onsuccess = () => resolve(counting.result)
  })))
  database.close()
  return counts.length > 0 && counts.every((count) => count === 0)
}"""
"""Whether the database holds nothing."""

RECORD_STATES = """() => {
  window.__states = []
  const look = () => {
    for (const message of document.querySelectorAll('[data-testid="message"][data-state]')) {
      const state = message.dataset.state
      if (window.__states.at(-1) !== state) window.__states.push(state)
    }
  }
  const all = { subtree: true, childList: true, attributeFilter: ['data-state'] }
  new MutationObserver(look).observe(document.body, all)
}"""
"""Writes down every state that a message has from now on."""

HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
  const state = hidden ? 'hidden' : 'visible'
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}"""
"""The page believes that it is in the background, or in view again."""

IN_VIEW = """() => {
  const view = document.querySelector('[data-testid="history"]').getBoundingClientRect()
  const isWhole = ({ top, bottom }) => top >= view.top && bottom <= view.bottom + 1
  const messages = [...document.querySelectorAll('[data-testid="message"]')]
  const whole = messages.filter((one) => isWhole(one.getBoundingClientRect()))
  return whole.map((one) => Number(one.dataset.messageId))
}"""
"""The ids of the messages that are wholly in view."""

FOLLOW = """() => {
  window.__moves = []
  let last = new Map()
  const look = () => {
    const view = document.querySelector('[data-testid="history"]').getBoundingClientRect()
    const now = new Map()
    for (const message of document.querySelectorAll('[data-testid="message"]')) {
      const { top, bottom } = message.getBoundingClientRect()
      if (bottom > view.top && top < view.bottom) now.set(message.dataset.messageId, top)
    }
    const moved = [...now].filter(([id]) => last.has(id)).map(([id, top]) => top - last.get(id))
    const by = Math.max(...moved)
    const apart = by - Math.min(...moved)
    if (moved.length > 0 && (Math.abs(by) > 0.5 || apart > 0.5)) window.__moves.push({ by, apart })
    last = now
    requestAnimationFrame(look)
  }
  look()
}"""
"""Notes in `__moves`, frame by frame, how far what is in view has moved, and how far its parts have moved apart."""

TOP_OF = """(id) => document.querySelector(`[data-message-id="${id}"]`)?.getBoundingClientRect().top"""
"""How far down a message stands."""
