// Seeded chance: the same seed gives the same requests, on every machine.
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  // mulberry32: [0, 1)
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  // A whole number from low to high, both possible.
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  of(choices) {
    return choices[this.between(0, choices.length - 1)];
  }

  // As many characters as a number between low and high says, each one of the string's.
  text(characters, low, high) {
    const all = [...characters];
    return Array.from({ length: this.between(low, high) }, () => this.of(all)).join("");
  }
}
