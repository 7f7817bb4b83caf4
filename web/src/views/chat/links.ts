/** Text cut into plain pieces and links. Only http and https; what is shown is what was written. */

export interface Piece {
  text: string
  /** Where it leads; absent for plain text. */
  href?: string
}

// No spaces, quotes or angle brackets, and no marks that turn the direction of text: they would hide where it leads.
const LINK = /(?<![\p{L}\p{N}_@/.-])(?:https?:\/\/|www\.)[^\s<>"“”«»\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu
const CLOSING: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const found of text.matchAll(LINK)) {
    const shown = withoutEnd(found[0])
    const href = addressOf(shown)
    if (!href) continue
    if (found.index > done) pieces.push({ text: text.slice(done, found.index) })
    pieces.push({ text: shown, href })
    done = found.index + shown.length
  }
  if (done < text.length) pieces.push({ text: text.slice(done) })
  return pieces
}

/** Whether there may be a link: most texts have none, and need no pieces. */
export function mayHaveLinks(text: string): boolean {
  return text.includes('://') || /www\./i.test(text)
}

/** Marks that end a sentence and brackets that were opened before do not belong to it. */
function withoutEnd(link: string): string {
  const counts = new Map<string, number>()
  for (const mark of link) if ('()[]{}'.includes(mark)) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  let end = link.length
  for (; end > 0; end -= 1) {
    const last = link[end - 1]!
    const opening = CLOSING[last]
    const closed = counts.get(last) ?? 0
    if (opening ? (counts.get(opening) ?? 0) >= closed : !/[.,;:!?'’…*_~|]/.test(last)) break
    if (opening) counts.set(last, closed - 1)
  }
  return link.slice(0, end)
}

function addressOf(shown: string): string | null {
  const address = /^www\./i.test(shown) ? `https://${shown}` : shown
  if (!URL.canParse(address)) return null
  const { protocol, hostname, href } = new URL(address)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  const isHost = /[^.]\.[^.]/.test(hostname) || hostname === 'localhost' || hostname.startsWith('[')
  return isWeb && isHost ? href : null
}
