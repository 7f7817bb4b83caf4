/** How tall the messages of a chat are: measured where one was drawn, a guess elsewhere. Sums take logarithmic time. */

const GUESS = 48
/** Pixels that all guesses together may take: browsers cut elements that are taller than some 17 million. */
const TALLEST = 12_000_000

export class Heights {
  #count = 0
  #guess = GUESS
  /** 0: not measured. */
  #measured = new Float64Array(0)
  /** A Fenwick tree over all heights. */
  #sums = new Float64Array(1)

  get count(): number {
    return this.#count
  }

  get total(): number {
    return this.before(this.#count)
  }

  resize(count: number): void {
    this.#count = count
    if (count <= this.#measured.length) return
    const measured = new Float64Array(Math.max(256, count * 2))
    measured.set(this.#measured)
    this.#measured = measured
    this.#build()
  }

  /** Forgets what was measured, since all of it has another width now. */
  forget(): void {
    this.#measured.fill(0)
    this.#build()
  }

  of(index: number): number {
    return this.#measured[index] || this.#guess
  }

  /** Sets one height; returns by how much it has grown. */
  set(index: number, height: number): number {
    const grown = height - this.of(index)
    this.#measured[index] = height
    if (grown !== 0) for (let at = index + 1; at < this.#sums.length; at += at & -at) this.#sums[at]! += grown
    return grown
  }

  /** The sum of all before an index. */
  before(index: number): number {
    let sum = 0
    for (let at = Math.min(Math.max(index, 0), this.#count); at > 0; at -= at & -at) sum += this.#sums[at]!
    return sum
  }

  /** The index of what stands at a place; the first or the last where there is nothing. */
  at(place: number): number {
    let index = 0
    let left = place
    for (let step = 2 ** Math.floor(Math.log2(this.#sums.length)); step >= 1; step /= 2) {
      const sum = this.#sums[index + step]
      if (sum === undefined || sum > left) continue
      index += step
      left -= sum
    }
    return Math.max(0, Math.min(index, this.#count - 1))
  }

  #build(): void {
    this.#guess = Math.min(GUESS, TALLEST / Math.max(1, this.#count))
    const sums = new Float64Array(this.#measured.length + 1)
    for (let at = 1; at < sums.length; at += 1) {
      sums[at]! += this.of(at - 1)
      const parent = at + (at & -at)
      if (parent < sums.length) sums[parent]! += sums[at]!
    }
    this.#sums = sums
  }
}
